"""What the paper's claims are about: each quantity gives one number for every seed, from the tables of its batches.

Learning rates from .003 on are used: the lowest of the paper, .001, does not end a shortened training.
"""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pandas as pd
from scipy import stats

from toymono.analysis.claims import Quantity, Tables
from toymono.analysis.denoisers import best_denoiser, observed
from toymono.analysis.theory import predicted_losses
from toymono.config import Config
from toymono.toy.tasks import random_problem

LOWEST_RATE = 0.003


def quantity(*batches: str) -> Callable[[Callable[[Tables], pd.Series]], Quantity]:
    """Make a Quantity of a function, naming the batches that it is measured on."""
    return lambda of: Quantity(frozenset(batches), of)


def select(table: pd.DataFrame, **where: Any) -> pd.DataFrame:  # noqa: ANN401 (settings are numbers or words)
    """Rows that did not diverge and have these settings, numbers compared up to rounding."""
    rows = table[~table.diverged.astype(bool)]
    for name, value in where.items():
        rows = rows[np.isclose(rows[name], value) if isinstance(value, int | float) else rows[name] == value]
    return rows


def per_seed(table: pd.DataFrame, measure: str, **where: Any) -> pd.Series:  # noqa: ANN401
    """The measure for each seed, averaged over the selected settings."""
    return select(table, **where).groupby("seed")[measure].mean()


def _trained_out(*tables: pd.DataFrame) -> pd.DataFrame:
    table = pd.concat(tables)
    return table[table.learning_rate >= LOWEST_RATE]


def mean(batches: str, measure: str, **where: Any) -> Quantity:  # noqa: ANN401
    """A measure averaged over learning rates, batches (parted by spaces), and whatever `where` leaves open."""
    names = batches.split()
    return quantity(*names)(lambda tables: per_seed(_trained_out(*(tables[n] for n in names)), measure, **where))


def difference(one: Quantity, other: Quantity) -> Quantity:
    """The one less the other, within each seed."""
    return Quantity(one.batches | other.batches, lambda tables: one.of(tables) - other.of(tables))


def excess(one: Quantity, other: Quantity) -> Quantity:
    """How much larger the one is than the other, as a share of the other, within each seed."""
    return Quantity(one.batches | other.batches, lambda tables: one.of(tables) / other.of(tables) - 1)


def size(one: Quantity) -> Quantity:
    """Its distance from 0."""
    return Quantity(one.batches, lambda tables: one.of(tables).abs())


def rank_correlation(batches: str, x: str, y: str) -> Quantity:
    """Kendall's tau between two columns over all settings of the batches, for each seed. Kendall 1938."""
    names = batches.split()

    def tau(tables: Tables) -> pd.Series:
        by_seed = select(pd.concat([tables[name] for name in names])).groupby("seed")
        return pd.Series({seed: stats.kendalltau(rows[x], rows[y]).statistic for seed, rows in by_seed})

    return quantity(*names)(tau)


@quantity("LR1")
def loss_spread(tables: Tables) -> pd.Series:
    """Highest loss of LR1 over its lowest, less 1, over learning rates."""
    losses = select(_trained_out(tables["LR1"])).groupby(["seed", "learning_rate"]).task_loss.mean().unstack()
    return losses.max(axis=1) / losses.min(axis=1) - 1


@quantity("K1")
def covered_at_twice_as_many_neurons(tables: Tables) -> pd.Series:
    """Share of the features that have a monosemantic neuron in K1 where k = 2 N."""
    table = tables["K1"]
    return per_seed(table[table.n_neurons == 2 * table.n_features], "covered_per_feature")


def beyond_embed(measure: str, expected: int) -> Quantity:
    """A count of LR3 over rates, less the d + `expected` that it should be, as a share of d."""

    def beyond(tables: Tables) -> pd.Series:
        table = _trained_out(tables["LR3"])
        return per_seed(table.assign(beyond=(table[measure] - expected) / table.n_embed - 1), "beyond")

    return quantity("LR3")(beyond)


def at_load(share_of_embed: float) -> Quantity:
    """Monosemantic neurons per feature in E1 where N * eps is this share of d."""

    def at_load(tables: Tables) -> pd.Series:
        table = tables["E1"]
        load = table.n_features * table.feature_density / table.n_embed
        return per_seed(table[np.isclose(load, share_of_embed)], "mono_per_feature")

    return quantity("E1")(at_load)


@quantity("D1")
def slow_decay_gain(tables: Tables) -> pd.Series:
    """Monosemantic neurons per feature in D1, at the slowest bias decay less at the fastest."""
    shares = select(tables["D1"]).groupby(["seed", "bias_decay"]).mono_per_feature.mean().unstack()
    return shares[shares.columns.min()] - shares[shares.columns.max()]


def bias_threshold(offsets: np.ndarray, counts: np.ndarray) -> float:
    """The highest offset at which the count is half its maximum, between points by a straight line.

    Both are sorted by rising offset. NaN where no neuron is monosemantic, the last offset where the count never falls.
    """
    half = counts.max() / 2
    if half == 0:
        return np.nan
    last = int(np.flatnonzero(counts >= half)[-1])
    if last == len(counts) - 1:
        return float(offsets[last])
    fall = (counts[last] - half) / (counts[last] - counts[last + 1])
    return float(offsets[last] + fall * (offsets[last + 1] - offsets[last]))


def thresholds(table: pd.DataFrame) -> pd.Series:
    """The bias threshold of each seed over -sqrt(eps): 1 if the paper's account is exact."""
    ratios = {}
    for seed, rows in select(table).groupby("seed"):
        rows = rows.sort_values("bias_offset")
        threshold = bias_threshold(rows.bias_offset.to_numpy(float), rows.n_mono.to_numpy(float))
        ratios[seed] = -threshold / rows.feature_density.iloc[0] ** 0.5
    return pd.Series(ratios)


@quantity("B1", "B2", "B3", "B4", "B5")
def threshold_ratio(tables: Tables) -> pd.Series:
    """Mean of `thresholds` over the five densities."""
    return pd.concat([thresholds(tables[f"B{number}"]) for number in range(1, 6)], axis=1).mean(axis=1)


def _negative_start(table: pd.DataFrame) -> pd.DataFrame:
    return _trained_out(table[table.bias_offset < 0])


@quantity("T1")
def rank_beyond_embed(tables: Tables) -> pd.Series:
    """Rank of the linear block over d, less 1, in T1 from offset -1."""
    table = _negative_start(tables["T1"])
    return per_seed(table.assign(beyond=table.block_rank / table.n_embed - 1), "beyond")


@quantity("T1")
def slope_over_share(tables: Tables) -> pd.Series:
    """Mean slope of the linear block on a lone feature over d / N, in T1 from offset -1."""
    table = _negative_start(tables["T1"])
    return per_seed(table.assign(ratio=table.block_slope * table.n_features / table.n_embed), "ratio")


@quantity("N1")
def count_beyond_embed(tables: Tables) -> pd.Series:
    """Neurons with a clearly positive bias over d + 1, less 1, over the dimensions of N1."""
    table = tables["N1"]
    return per_seed(table.assign(beyond=table.n_clearly_positive_bias / (table.n_embed + 1) - 1), "beyond")


def _over_prediction(table: pd.DataFrame, measure: str, predicted: Callable[[float, int, int], float]) -> pd.Series:
    """A measure over what is predicted from density, N and d, for each seed."""
    of = {key: predicted(*key) for key in set(zip(table.feature_density, table.n_features, table.n_embed, strict=True))}
    keys = zip(table.feature_density, table.n_features, table.n_embed, strict=True)
    return per_seed(table.assign(ratio=table[measure].to_numpy() / [of[key] for key in keys]), "ratio")


@quantity("T1")
def onset_over_kink(tables: Tables) -> pd.Series:
    """Mean onset in T1 from offset -1 over the best kink in Gaussian interference of a tight frame."""

    def kink(density: float, n_features: int, n_embed: int) -> float:
        variance = (n_features / n_embed - 1) * (density / 3 - density**2 / 4)
        return float(best_denoiser(observed(density, variance**0.5)).kinks[0])

    return _over_prediction(_negative_start(tables["T1"]), "onset", kink)


@quantity("T1")
def loss_over_posterior_mean(tables: Tables) -> pd.Series:
    """Loss in T1 from offset -1 over the account's least, for one random embedding (others differ by about 1 %)."""

    def least(density: float, n_features: int, n_embed: int) -> float:
        config = Config(n_features=int(n_features), n_embed=int(n_embed))
        problem = random_problem(config, jax.random.key(0))
        return float(predicted_losses(config, problem, density).posterior_mean)

    return _over_prediction(_negative_start(tables["T1"]), "task_loss", least)


@quantity("N2", "B3")
def threshold_exponent(tables: Tables) -> pd.Series:
    """Slope of log |bias threshold| against log d over N2 and B3, for each seed; a positive threshold is left out."""
    table = pd.concat([tables["N2"], tables["B3"]])
    by_dimension = {d: thresholds(rows) for d, rows in table.groupby("n_embed")}
    found = pd.DataFrame(by_dimension)
    exponents = {}
    for seed, row in found.where(found > 0).iterrows():
        known = row.dropna()
        several, logs = len(known) > 2, np.log(known.index.to_numpy(float))
        exponents[seed] = np.polyfit(logs, np.log(known.to_numpy(float)), 1)[0] if several else np.nan
    return pd.Series(exponents)
