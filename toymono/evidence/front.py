"""Levers side by side: loss against coverage, and one number to rank them by.

The number was chosen before any network of the race was trained.
"""

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toymono.config import Config, Sweep
from toymono.evidence.predictions import least_loss, predicted
from toymono.evidence.seeds import Interval, interval_over_seeds
from toymono.evidence.tables import setting_names
from toymono.sweeps.race import Entry

MOST_LOSS = 1.5  # times the least that the theory predicts: the largest budget
_DIGITS = 5  # in which settings are the same


def with_levers(table: pd.DataFrame, entries: Sequence[Entry], base: Config) -> pd.DataFrame:
    """The members of a race with their family, lever and strength: once for each entry that has
    their setting.
    """
    names = setting_names(table)
    keys = pd.Series([_key(row, names) for row in table[names].to_dict("records")], table.index)
    parts = []
    for entry in entries:
        ((config, hyper),) = Sweep(base=base, grids=(entry.grid,), seeds=(0,)).models()
        settings = {**vars(config), **hyper, **dict(config.options)}
        columns = {"family": entry.family, "lever": entry.lever, "strength": entry.strength}
        parts.append(table[keys == _key(settings, names)].assign(**columns))
    return pd.concat(parts)


def _key(settings: dict[Any, Any], names: Sequence[str]) -> str:
    return " ".join(_word(settings.get(name)) for name in names)


def _word(value: Any) -> str:  # noqa: ANN401 (a name, a number, or none: None or NaN)
    if isinstance(value, str):
        return value
    return "-" if value is None or np.isnan(value) else f"{float(value):.{_DIGITS}g}"


def budget_coverage(losses: np.ndarray, covered: np.ndarray, least: float) -> float:
    """Mean over all loss budgets from `least` to 1.5 times that of the largest share of features
    covered within the budget; 0 where no network stays within it.

    It is the area under the front of loss and coverage, in [0, 1].
    """
    order = np.argsort(losses)
    within = np.clip(losses[order], least, MOST_LOSS * least)
    best = np.maximum.accumulate(covered[order])
    widths = np.diff(np.append(within, MOST_LOSS * least))
    return float((best * widths).sum() / ((MOST_LOSS - 1) * least))


def budget_coverages(table: pd.DataFrame) -> pd.DataFrame:
    """The budget coverage of each lever, one column for each seed; NaN where no network has
    finished.
    """
    levers, seeds = table.lever.unique(), sorted(table.seed.unique())
    finished = table[table.finished.astype(bool)]
    found = {
        (lever, seed): _of_rows(rows)
        for (lever, seed), rows in finished.groupby(["lever", "seed"], sort=False)
    }
    by_seed = {seed: [found.get((lever, seed), np.nan) for lever in levers] for seed in seeds}
    return pd.DataFrame(by_seed, index=levers)


def _of_rows(rows: pd.DataFrame) -> float:
    """The budget coverage of one seed's networks."""
    losses, covered = (rows[n].to_numpy(float) for n in ("task_loss", "covered_per_feature"))
    (least,) = predicted(rows.iloc[:1], least_loss)
    # The last digits of the prediction depend on the machine; a table must not.
    return budget_coverage(losses, covered, float(f"{least:.{_DIGITS - 1}g}"))


class Rank(NamedTuple):
    """A lever's budget coverage over seeds, and how much more it is than another's."""

    coverage: Interval
    more: dict[str, Interval]  # than each reference, seed by seed


def ranks(coverages: pd.DataFrame, references: Sequence[str]) -> dict[str, Rank]:
    """Each lever's budget coverage, the highest first, with intervals over seeds."""
    share = functools.partial(interval_over_seeds, lowest=0.0, highest=1.0)
    found = {
        str(lever): Rank(
            share(by_seed.to_numpy()),
            {
                reference: interval_over_seeds((by_seed - coverages.loc[reference]).to_numpy())
                for reference in references
            },
        )
        for lever, by_seed in coverages.iterrows()
    }
    means = {lever: float(rank.coverage.mean) for lever, rank in found.items()}
    order = sorted(found, key=lambda lever: (np.isnan(means[lever]), -means[lever]))
    return {lever: found[lever] for lever in order}


class Front(NamedTuple):
    """One lever over its strengths: loss over the least that the theory predicts, and coverage."""

    family: str
    lever: str
    strengths: list[float]  # those at which a network has finished
    loss: Interval  # strength
    covered: Interval  # strength, as a share of the features


def fronts(table: pd.DataFrame) -> list[Front]:
    """The front of every lever, from its networks that have finished."""
    finished = table[table.finished.astype(bool)]
    over_least = finished.task_loss / predicted(finished, least_loss)
    groups = finished.assign(loss_over_least=over_least).groupby(["family", "lever"], sort=False)
    return [Front(str(f), str(lever), *_over_strengths(rows)) for (f, lever), rows in groups]


def _over_strengths(rows: pd.DataFrame) -> tuple[list[float], Interval, Interval]:
    by_seed = rows.pivot(
        index="seed", columns="strength", values=["loss_over_least", "covered_per_feature"]
    )
    loss, covered = by_seed["loss_over_least"], by_seed["covered_per_feature"]
    return (
        [*loss.columns],
        interval_over_seeds(loss.to_numpy(float), lowest=0.0),
        interval_over_seeds(covered.to_numpy(float), lowest=0.0, highest=1.0),
    )


def best_strength(table: pd.DataFrame, lever: str) -> float | None:
    """The strength at which a lever's networks alone have the largest mean budget coverage; None
    where none has finished.
    """
    rows = table[table.lever == lever]
    scores = budget_coverages(rows.assign(lever=rows.strength)).mean(axis=1).dropna()
    return float(scores.idxmax()) if len(scores) else None
