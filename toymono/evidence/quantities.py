"""What the paper's claims are about: each quantity gives one number for every seed, from the tables
of its batches.

Finished networks alone count (see finished.py), and a setting counts where every seed's network has
finished, so that all seeds are averaged over the same settings. Settings are aligned before they
are subtracted or divided.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toymono.evidence.claims import Quantity, Tables


class Values(NamedTuple):
    """A measure for every seed and setting: rows and columns of a table."""

    batches: frozenset[str]  # what it is measured on
    of: Callable[[Tables], pd.DataFrame]


def finished(table: pd.DataFrame, **where: Any) -> pd.DataFrame:  # noqa: ANN401 (settings are numbers or words)
    """Rows of finished networks that have these settings, numbers compared up to rounding."""
    rows = table[table.finished.astype(bool) & ~table.diverged.astype(bool)]
    for name, value in where.items():
        rows = rows[
            np.isclose(rows[name], value) if isinstance(value, int | float) else rows[name] == value
        ]
    return rows


def by_setting(rows: pd.DataFrame, measure: str, over: str | list[str]) -> pd.DataFrame:
    """A measure by seed and by the settings `over`; settings that some seed lacks are left out."""
    if rows.empty:
        return pd.DataFrame(index=pd.Index([], name="seed"))
    return rows.pivot_table(
        index="seed", columns=over, values=measure, aggfunc="mean", dropna=False
    ).dropna(axis=1)


def values(batches: str, measure: str, over: str = "learning_rate", **where: Any) -> Values:  # noqa: ANN401
    """A measure of some batches (parted by spaces), for each of the settings `over` that `where`
    leaves open.
    """
    names = batches.split()

    def of(tables: Tables) -> pd.DataFrame:
        parts = {name: by_setting(finished(tables[name], **where), measure, over) for name in names}
        return parts[names[0]] if len(names) == 1 else pd.concat(parts, axis=1, join="inner")

    return Values(frozenset(names), of)


def quantity(*batches: str) -> Callable[[Callable[[Tables], pd.Series]], Quantity]:
    """Make a Quantity of a function, naming the batches that it is measured on."""
    return lambda of: Quantity(frozenset(batches), of)


def mean(one: Values) -> Quantity:
    """Its mean over settings."""
    return Quantity(one.batches, lambda tables: one.of(tables).mean(axis=1))


def lowest(one: Values) -> Quantity:
    """Its lowest value over settings."""
    return Quantity(one.batches, lambda tables: one.of(tables).min(axis=1))


def spread(one: Values) -> Quantity:
    """Its highest value over settings by its lowest, less 1; NaN for a single setting."""

    def of(tables: Tables) -> pd.Series:
        table = one.of(tables)
        found = table.max(axis=1) / table.min(axis=1) - 1
        return found if table.shape[1] > 1 else found * np.nan

    return Quantity(one.batches, of)


def _paired(
    one: Values, other: Values, pair: Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]
) -> Quantity:
    def of(tables: Tables) -> pd.Series:
        return pair(*one.of(tables).align(other.of(tables), join="inner")).mean(axis=1)

    return Quantity(one.batches | other.batches, of)


def difference(one: Values, other: Values) -> Quantity:
    """The one less the other within each seed, a mean over the settings that both have."""
    return _paired(one, other, lambda a, b: a - b)


def excess(one: Values, other: Values) -> Quantity:
    """How much larger the one is than the other, as a share of the other, a mean over the settings
    that both have.
    """
    return _paired(one, other, lambda a, b: a / b - 1)


def size_difference(one: Values, other: Values) -> Quantity:
    """How much further from 0 the one is than the other, a mean over the settings that both
    have.
    """
    return _paired(one, other, lambda a, b: a.abs() - b.abs())


def at_chosen(choose_by: Values, best: Callable[[pd.Series], Any], measure: Values) -> Quantity:
    """A measure at the setting that the first seed chooses, for the other seeds: does what it
    promises exist?

    `best` picks the setting, `pd.Series.idxmax` say, so that no seed is tested on a choice of its
    own.
    """

    def of(tables: Tables) -> pd.Series:
        found, measured = choose_by.of(tables), measure.of(tables)
        if found.empty:
            return pd.Series(dtype=float)
        setting = best(found.iloc[0])
        others = measured.drop(index=found.index[0], errors="ignore")
        return others[setting] if setting in others else pd.Series(dtype=float)

    return Quantity(choose_by.batches | measure.batches, of)


def chosen_excess(choose_by: Values, measure: Values) -> Quantity:
    """A measure at the setting with the most of `choose_by` over that with the least, less 1,
    chosen as `at_chosen`.
    """
    most, least = (
        at_chosen(choose_by, best, measure) for best in (pd.Series.idxmax, pd.Series.idxmin)
    )
    return Quantity(most.batches, lambda tables: most.of(tables) / least.of(tables) - 1)


def order_kept(x: pd.Series, y: pd.Series) -> float:
    """Goodman and Kruskal's gamma, in [-1, 1]: of the pairs that differ in both, those in one order
    less the others.

    1 where y never falls as x grows, ties or not; NaN where no pair differs in both. Goodman and
    Kruskal 1954.
    """
    dx, dy = (np.sign(np.subtract.outer(v.to_numpy(float), v.to_numpy(float))) for v in (x, y))
    agree = dx * dy
    return float(agree.sum() / np.abs(agree).sum()) if agree.any() else np.nan


def order_correlation(batches: str, x: str, y: str) -> Quantity:
    """`order_kept` between two columns over all settings of the batches, for each seed."""
    names = batches.split()

    def of(tables: Tables) -> pd.Series:
        by_seed = finished(pd.concat([tables[name] for name in names])).groupby("seed")
        return pd.Series(
            {seed: order_kept(rows[x], rows[y]) for seed, rows in by_seed}, dtype=float
        )

    return quantity(*names)(of)


def derived(
    batches: str,
    of_rows: Callable[[pd.DataFrame], pd.Series],
    over: str | list[str] = "learning_rate",
) -> Values:
    """As `values`, of a number that is computed from each network's row, and of the networks that
    have it.
    """
    names = batches.split()

    def of(tables: Tables) -> pd.DataFrame:
        rows = finished(pd.concat([tables[name] for name in names]))
        return by_setting(rows.assign(derived=of_rows(rows)), "derived", over)

    return Values(frozenset(names), of)


def beyond_embed(batch: str, measure: str, expected: int, over: str = "learning_rate") -> Values:
    """A count less the d + `expected` that it should be, as a share of d."""
    return derived(batch, lambda rows: (rows[measure] - expected) / rows.n_embed - 1, over)


def at_load(share_of_embed: float) -> Values:
    """Monosemantic neurons per feature in E1 where N * eps is this share of d."""

    def at(rows: pd.DataFrame) -> pd.Series:
        load = rows.n_features * rows.feature_density / rows.n_embed
        return rows.mono_per_feature.where(np.isclose(load, share_of_embed))

    return derived("E1", at, "feature_density")


@quantity("D1")
def slow_decay_gain(tables: Tables) -> pd.Series:
    """Monosemantic neurons per feature in D1, at the slowest bias decay that finished less at the
    fastest that did.
    """
    shares = by_setting(finished(tables["D1"]), "mono_per_feature", "bias_decay")
    if shares.shape[1] < 2:
        return pd.Series(dtype=float)
    return shares[shares.columns.min()] - shares[shares.columns.max()]
