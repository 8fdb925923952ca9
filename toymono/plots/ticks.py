"""Axes of steps and of settings: where their ticks are, and which of them have a label."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

_LABEL_WIDTH = 0.065  # of a figure
_FEW_OCTAVES = 4  # times the least value
_MOST_TICKS = 10  # on an axis of steps


def step_ticks(steps: Sequence[int] | np.ndarray) -> dict[str, Any]:
    """A logarithmic axis of steps, with ticks at powers of two, labelled by their exponents."""
    last = math.ceil(math.log2(max(np.max(steps), 2)))
    powers = range(0, last + 1, 1 if last <= _MOST_TICKS else 2)
    return {
        "type": "log",
        "tickvals": [2**j for j in powers],
        "ticktext": [str(j) for j in powers],
        "tickangle": 0,
    }


def octave_ticks(values: np.ndarray) -> dict[str, Any]:
    """A logarithmic axis with ticks at powers of two; linear where too few lie between the
    values.
    """
    finite = values[np.isfinite(values) & (values > 0)]
    if not finite.size or finite.max() <= _FEW_OCTAVES * finite.min():
        return {}
    return {"type": "log", "dtick": math.log10(2), "tickformat": "~g"}


def setting_ticks(values: np.ndarray, n_panels: int = 1) -> dict[str, Any]:
    """An axis with a tick at each value, labelled where there is room; logarithmic if all are
    positive. A linear axis without room for all has plotly's ticks.
    """
    values = np.asarray(values, float)
    positions, shown, last = axis_positions(values), [], -np.inf
    room = _LABEL_WIDTH * n_panels
    for position in positions:
        shown.append(position - last >= room)
        last = position if shown[-1] else last
    if not is_logarithmic(values) and not all(shown):
        return {}
    return {
        "type": "log" if is_logarithmic(values) else "linear",
        "tickvals": values,
        "ticktext": [
            _tick(v) if has_room else "" for v, has_room in zip(values, shown, strict=True)
        ],
        "ticks": "outside",
        "tickangle": 0,
    }


def _tick(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def is_logarithmic(values: np.ndarray) -> bool:
    """Whether an axis of these values is logarithmic: they are positive, and more than one."""
    return len(values) > 1 and bool((values > 0).all())


def axis_positions(values: np.ndarray) -> np.ndarray:
    """Where rising values stand on their axis, from 0 to 1."""
    scaled = np.log(values) if is_logarithmic(values) else values
    return (scaled - scaled[0]) / ((scaled[-1] - scaled[0]) or 1.0)


def moved(x: np.ndarray, settings: np.ndarray, share: float) -> np.ndarray:
    """Values moved to the right by a share of the length of the axis of all settings."""
    if is_logarithmic(settings):
        return x * (settings[-1] / settings[0]) ** share
    return x + ((settings[-1] - settings[0]) or 1.0) * share


def setting_axis(values: pd.Series) -> dict[str, Any]:
    """The axis of a setting: its values as ticks, or categories for text."""
    if not pd.api.types.is_numeric_dtype(values):
        return {"type": "category"}
    return setting_ticks(np.unique(values))
