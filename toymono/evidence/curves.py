"""Curves with an interval over seeds: losses, records, biases, measures against a setting."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from toymono.config import known_numbers
from toymono.evidence.seeds import Interval, interval_over_seeds
from toymono.evidence.tables import highest, lowest, varying_settings

_BINS_PER_OCTAVE = 4


class Curve(NamedTuple):
    """One quantity against another, for one group of members that differ in their seeds alone."""

    group: dict[str, Any]  # the settings that distinguish this group
    x: np.ndarray
    y: Interval
    by_seed: np.ndarray  # seed x


def groups(data: xr.Dataset) -> list[dict[str, float]]:
    """The numbers that distinguish each setting of a unit: those that differ between
    settings.
    """
    varying = [name for name, column in data.coords.items() if column.dims == ("setting",)]
    varying = [name for name in varying if len(np.unique(data[name])) > 1]
    return [
        {str(name): float(data[name][i]) for name in varying} for i in range(data.sizes["setting"])
    ]


def _curves(
    data: xr.Dataset, x: np.ndarray, by_seed: np.ndarray, least: float = -np.inf
) -> list[Curve]:
    """One curve per setting from values over (seed, setting, x); diverged members are left out."""
    lost = data.diverged.transpose("seed", "setting").values[..., None]
    columns = zip(groups(data), np.moveaxis(np.where(lost, np.nan, by_seed), 1, 0), strict=True)
    return [
        Curve(group, x, interval_over_seeds(values, lowest=least), values)
        for group, values in columns
    ]


def loss_curves(data: xr.Dataset) -> list[Curve]:
    """Training loss against steps, averaged in bins of a quarter octave, for each setting.

    A bin holds its upper end, so that a last step of 2^n does not stand alone.
    """
    steps = data.loss_step.values
    bins = np.ceil(np.log2(steps) * _BINS_PER_OCTAVE).astype(int)
    bin_masks = [bins == b for b in np.unique(bins)]
    losses = data.loss.transpose("seed", "setting", "loss_step").values
    means = np.stack([losses[..., in_bin].mean(-1) for in_bin in bin_masks], -1)
    return _curves(data, np.array([steps[in_bin].mean() for in_bin in bin_masks]), means, least=0.0)


def record_curves(data: xr.Dataset, name: str) -> list[Curve]:
    """One recorded number against steps, per setting; `mono_per_feature` is n_mono / n_features."""
    number = data.n_mono / data.attrs["n_features"] if name == "mono_per_feature" else data[name]
    return _curves(
        data, data.step.values, number.transpose("seed", "setting", "step").values, lowest(name)
    )


def sorted_bias_curves(data: xr.Dataset) -> list[Curve]:
    """Final biases in rising order against rank, for each setting; the interval is that of each
    order statistic.
    """
    biases = np.sort(data.bias.isel(step=-1).transpose("seed", "setting", "neuron").values, axis=-1)
    return _curves(data, np.arange(biases.shape[-1]), biases)


def score_cdfs(data: xr.Dataset, setting: int, n_curves: int = 7) -> list[Curve]:
    """Share of the neurons that score at most x, for the last records of one setting [P Fig 2].

    Scores stand on a grid that is dense near 1; the interval is over seeds.
    """
    grid = np.unique(np.concatenate([np.linspace(0, 1, 201), 1 - np.geomspace(1e-6, 0.1, 100)]))
    curves = []
    for step in data.step.values[-n_curves:]:
        scores = data.score.sel(step=step).isel(setting=setting).transpose("seed", "neuron").values
        share = (scores[:, None, :] <= grid[None, :, None]).mean(-1)
        lost = data.diverged.isel(setting=setting).values[:, None]
        share = np.where(lost, np.nan, share)
        curves.append(Curve({"step": int(step)}, grid, interval_over_seeds(share, 0.0, 1.0), share))
    return curves


def sweep_axis(table: pd.DataFrame) -> str:
    """The number a sweep is best drawn against: the one that takes most values, learning_rate if
    none varies.
    """
    varying = [
        name for name in varying_settings(table) if pd.api.types.is_numeric_dtype(table[name])
    ]
    return max(varying, key=lambda name: table[name].nunique()) if varying else "learning_rate"


def distinguishing(table: pd.DataFrame, x: str) -> list[str]:
    """The settings that distinguish the curves against x: those that vary on their own.

    A number of steps that follows from the learning rate is left out. Where either would do, a
    mapped number is named and not a field of `Config`.
    """
    kept: list[str] = []
    varying = varying_settings(table)
    for name in sorted(varying, key=lambda name: name not in known_numbers()):
        decided = name == x or (table.groupby([x, *kept])[name].nunique() == 1).all()
        kept += [] if decided else [name]
    return [name for name in varying if name in kept]


def sweep_curves(
    table: pd.DataFrame, x: str, y: str, by: Sequence[str] | None = None
) -> list[Curve]:
    """A measure at the last record against a setting, one curve for each combination of the
    settings `by`.

    Those are, by default, the settings that `distinguishing` names. Diverged members are left out.
    """
    table = table.assign(**{y: table[y].where(~table.diverged)})
    others = distinguishing(table, x) if by is None else [*by]
    parts = table.groupby(others, sort=False) if others else [((), table)]
    curves = []
    for values, part in parts:
        by_seed = part.pivot(index="seed", columns=x, values=y).astype(float)
        group = dict(zip(others, values, strict=True))
        interval = interval_over_seeds(by_seed.values, lowest(y), highest(y))
        curves.append(Curve(group, by_seed.columns.values, interval, by_seed.values))
    return curves
