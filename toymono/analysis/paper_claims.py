"""The paper's twelve claims as measurements; quantities and ranges were fixed before their data were seen.

Ranges that recur: a change in the share of features counts from a tenth on; "the same loss" is what the paper's own
plateau of .85 to .95 spans. Rates from .003 on are used, since the lowest, .001, does not end the shortened training.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from toymono.analysis.claims import Claim, Part, Tables

SHARE_THAT_COUNTS = 0.1  # of the features
LOSS_SPREAD = 0.95 / 0.85 - 1  # of the paper's plateau, from its lowest to its highest loss
LOSS_COST = LOSS_SPREAD / 2  # of one arm against another
LOWEST_RATE = 0.003
OFFSET_BATCHES = ("B1", "B2", "B3", "B4", "B5")
Quantity = Callable[[Tables], pd.Series]  # one number for each seed


def select(table: pd.DataFrame, **where: Any) -> pd.DataFrame:  # noqa: ANN401 (settings are numbers or words)
    """Rows that did not diverge and have these settings, numbers compared up to rounding."""
    rows = table[~table.diverged.astype(bool)]
    for name, value in where.items():
        rows = rows[np.isclose(rows[name], value) if isinstance(value, int | float) else rows[name] == value]
    return rows


def _per_seed(table: pd.DataFrame, measure: str, **where: Any) -> pd.Series:  # noqa: ANN401
    """The measure for each seed, averaged over the selected settings."""
    return select(table, **where).groupby("seed")[measure].mean()


def _trained_out(table: pd.DataFrame) -> pd.DataFrame:
    return table[table.learning_rate >= LOWEST_RATE]


def _mean(batch: str, measure: str, **where: Any) -> Quantity:  # noqa: ANN401
    """A measure of a batch averaged over learning rates from .003 on, and over whatever `where` leaves open."""
    return lambda tables: _per_seed(_trained_out(tables[batch]), measure, **where)


def _difference(one: Quantity, other: Quantity) -> Quantity:
    return lambda tables: one(tables) - other(tables)


def _excess(one: Quantity, other: Quantity) -> Quantity:
    """How much larger one is than the other, as a share of the other."""
    return lambda tables: one(tables) / other(tables) - 1


def _loss_spread(tables: Tables) -> pd.Series:
    losses = select(_trained_out(tables["LR1"])).groupby(["seed", "learning_rate"]).task_loss.mean().unstack()
    return losses.max(axis=1) / losses.min(axis=1) - 1


def _both_starts(measure: str) -> Quantity:
    """A measure averaged over LR1 and LR3."""
    return lambda tables: _per_seed(_trained_out(pd.concat([tables["LR1"], tables["LR3"]])), measure)


def _margin(tables: Tables) -> pd.Series:
    return _both_starts("mono_bias")(tables).abs() - _both_starts("poly_bias")(tables).abs()


def _rank_correlation(x: str, y: str, *batches: str) -> Quantity:
    """Kendall's tau between two columns over the settings of all the batches, for each seed."""

    def tau(tables: Tables) -> pd.Series:
        by_seed = select(pd.concat([tables[name] for name in batches])).groupby("seed")
        return pd.Series({seed: stats.kendalltau(rows[x], rows[y]).statistic for seed, rows in by_seed})

    return tau


def _covered_at_twice_as_many_neurons(tables: Tables) -> pd.Series:
    table = tables["K1"]
    return _per_seed(table[table.n_neurons == 2 * table.n_features], "covered_per_feature")


def _beyond_embed(measure: str, expected: int) -> Quantity:
    """A count of LR3 over rates, less the d + `expected` that it should be, as a share of d."""

    def beyond(tables: Tables) -> pd.Series:
        table = _trained_out(tables["LR3"])
        return _per_seed(table.assign(beyond=(table[measure] - expected) / table.n_embed - 1), "beyond")

    return beyond


def _at_load(share_of_embed: float) -> Quantity:
    """Mono neurons per feature in E1 where N * eps is this share of d."""

    def at_load(tables: Tables) -> pd.Series:
        table = tables["E1"]
        load = table.n_features * table.feature_density / table.n_embed
        return _per_seed(table[np.isclose(load, share_of_embed)], "mono_per_feature")

    return at_load


def _slow_decay_gain(tables: Tables) -> pd.Series:
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
    """The bias threshold of each seed over -sqrt(eps), which is 1 if the paper's account is exact."""
    ratios = {}
    for seed, rows in select(table).groupby("seed"):
        rows = rows.sort_values("bias_offset")
        threshold = bias_threshold(rows.bias_offset.to_numpy(float), rows.n_mono.to_numpy(float))
        ratios[seed] = -threshold / rows.feature_density.iloc[0] ** 0.5
    return pd.Series(ratios)


def _threshold_ratio(tables: Tables) -> pd.Series:
    return pd.concat([thresholds(tables[name]) for name in OFFSET_BATCHES], axis=1).mean(axis=1)


def _part(words: str, paper: str, batches: str, quantity: Quantity, **within: float) -> Part:
    return Part(words, paper, tuple(batches.split()), quantity, **within)


_MONO, _COVERED, _LOSS = "mono_per_feature", "covered_per_feature", "task_loss"

CLAIMS = (
    Claim(
        "C1",
        "for k > N there are basins from mostly polysemantic to mostly monosemantic",
        (
            _part(
                "share of features covered, LR1 at rate .003",
                "few at low rates (Fig 1)",
                "LR1",
                _mean("LR1", _COVERED, learning_rate=LOWEST_RATE),
                at_most=0.25,
            ),
            _part(
                "share of features covered, LR3 over rates",
                "up to 508 of 512 (Figs 3, 7)",
                "LR3",
                _mean("LR3", _COVERED),
                at_least=0.5,
            ),
        ),
    ),
    Claim(
        "C2",
        "the loss of these basins is indistinguishable",
        (
            _part(
                "highest loss over lowest, less 1, LR1 over rates",
                ".85 to .95: .12 (Fig 3)",
                "LR1",
                _loss_spread,
                at_most=LOSS_SPREAD,
            ),
        ),
    ),
    Claim(
        "C3",
        "monosemantic neurons have moderate negative bias, polysemantic ones small positive bias",
        (
            _part(
                "mean bias of mono neurons, LR1 and LR3",
                "moderately negative (Fig 5)",
                "LR1 LR3",
                _both_starts("mono_bias"),
                at_most=-0.05,
            ),
            _part(
                "median bias of poly neurons, LR1 and LR3",
                "slightly positive (Fig 5)",
                "LR1 LR3",
                _both_starts("poly_bias"),
                at_least=0.0,
            ),
            _part(
                "how much further from 0 the former is",
                "moderate against small (Fig 5)",
                "LR1 LR3",
                _margin,
                at_least=0.0,
            ),
        ),
    ),
    Claim(
        "C4",
        "a negative initial bias steers robustly to monosemantic basins, at no cost in loss",
        (
            _part(
                "mono per feature, LR3 less LR1, over rates",
                "highly mono at every rate (Fig 7)",
                "LR1 LR3",
                _difference(_mean("LR3", _MONO), _mean("LR1", _MONO)),
                at_least=SHARE_THAT_COUNTS,
            ),
            _part(
                "the same at rate .003, where zero bias has least",
                "highly mono at every rate (Fig 7)",
                "LR1 LR3",
                _difference(_mean("LR3", _MONO, learning_rate=0.003), _mean("LR1", _MONO, learning_rate=0.003)),
                at_least=SHARE_THAT_COUNTS,
            ),
            _part(
                "loss, LR3 over LR1, less 1, over rates",
                "comparable or slightly lower (Fig 7)",
                "LR1 LR3",
                _excess(_mean("LR3", _LOSS), _mean("LR1", _LOSS)),
                at_most=LOSS_COST,
            ),
        ),
    ),
    Claim(
        "C5",
        "more neurons, more mono neurons; k modestly above N gives every feature one",
        (
            _part(
                "rank correlation of mono count with k, K1",
                "rises with k (Fig 17)",
                "K1",
                _rank_correlation("n_neurons", "n_mono", "K1"),
                at_least=0.8,
            ),
            _part(
                "share of features covered at k = 2 N, K1",
                "508 of 512 in LR1 (Fig 3)",
                "K1",
                _covered_at_twice_as_many_neurons,
                at_least=0.9,
            ),
        ),
    ),
    Claim(
        "C6",
        "fixed random sparse weights cost much loss at equal compute",
        tuple(
            _part(
                f"loss over dense, less 1, weight density {words}",
                "much",
                "S1",
                _excess(
                    _mean("S1", _LOSS, connectivity="random", weight_density=density),
                    _mean("S1", _LOSS, connectivity="dense"),
                ),
                at_least=0.1,
            )
            for words, density in (("1/2", 0.5), ("1/4", 0.25))
        ),
    ),
    Claim(
        "C7",
        "about d highly polysemantic neurons always remain and form a low-rank identity",
        (
            _part(
                "neurons with bias > .05 beyond d + 1, over d, LR3",
                "0: exactly 65 at every rate (Fig 11)",
                "LR3",
                _beyond_embed("n_clearly_positive_bias", 1),
                at_least=-0.1,
                at_most=0.1,
            ),
            _part(
                "rank of their linear map beyond d, over d, LR3",
                "0 (Fig 26)",
                "LR3",
                _beyond_embed("block_rank", 0),
                at_least=-0.1,
                at_most=0.1,
            ),
            _part(
                "mean distance of its singular values from 1, LR3",
                "at most .03 (Fig 26)",
                "LR3",
                _mean("LR3", "block_error"),
                at_most=0.1,
            ),
        ),
    ),
    Claim(
        "C8",
        "all this holds up to density d / N",
        (
            _part(
                "mono per feature at N eps = d / 4, E1",
                "the decline begins (Fig 19)",
                "E1",
                _at_load(0.25),
                at_least=0.25,
            ),
            _part(
                "mono per feature at N eps = d, E1",
                "a smooth change, no end (Fig 20)",
                "E1",
                _at_load(1.0),
                at_least=SHARE_THAT_COUNTS,
            ),
        ),
    ),
    Claim(
        "C9",
        "it holds for power-law features and for GeLU",
        (
            _part(
                "power law: mono per feature, LR4 less LR2",
                "more (Figs 6, 12)",
                "LR2 LR4",
                _difference(_mean("LR4", _MONO), _mean("LR2", _MONO)),
                at_least=SHARE_THAT_COUNTS,
            ),
            _part(
                "power law: loss, LR4 over LR2, less 1",
                "comparable (Figs 6, 12)",
                "LR2 LR4",
                _excess(_mean("LR4", _LOSS), _mean("LR2", _LOSS)),
                at_most=LOSS_COST,
            ),
            _part(
                "GeLU: mono per feature, offset -1 less 0, B6",
                "a sharp peak near -1 (Fig 13)",
                "B6",
                _difference(_mean("B6", _MONO, bias_offset=-1.0), _mean("B6", _MONO, bias_offset=0.0)),
                at_least=SHARE_THAT_COUNTS,
            ),
            _part(
                "GeLU: loss at offset -1 over 0, less 1, B6",
                "comparable",
                "B6",
                _excess(_mean("B6", _LOSS, bias_offset=-1.0), _mean("B6", _LOSS, bias_offset=0.0)),
                at_most=LOSS_COST,
            ),
        ),
    ),
    Claim(
        "C10",
        "the re-projector has the same basins",
        (
            _part(
                "mono per feature, RP1 over rates",
                "about 1 at every rate (Fig 21)",
                "RP1",
                _mean("RP1", _MONO),
                at_least=0.8,
                at_most=1.2,
            ),
        ),
    ),
    Claim(
        "C11",
        "absolute value: more mono is lower loss, and a negative bias alone is not enough",
        (
            _part(
                "rank correlation of loss with mono count, LR5 and D1",
                "negative (Figs 22, 23)",
                "LR5 D1",
                _rank_correlation("n_mono", "task_loss", "LR5", "D1"),
                at_most=-0.5,
            ),
            _part(
                "mono per feature, slowest less fastest decay, D1",
                "slower decay gives more (Fig 23)",
                "D1",
                _slow_decay_gain,
                at_least=SHARE_THAT_COUNTS,
            ),
        ),
    ),
    Claim(
        "C12",
        "the bias threshold is -sqrt(eps)",
        (
            _part(
                "offset of half the mono neurons over -sqrt(eps), B1 to B5",
                "1 (Figs 8, 9)",
                " ".join(OFFSET_BATCHES),
                _threshold_ratio,
                at_least=2**-0.5,
                at_most=2**0.5,
            ),
        ),
    ),
)
