"""Curves as lines with bands over seeds, and what tells them apart: colours, dashes, symbols."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from toymono.config import Config, setting_numbers
from toymono.evidence.curves import Curve
from toymono.evidence.seeds import LEVEL
from toymono.plots.style import COLOURS, MAGNITUDE, faded, setting_label

DASHES = ("solid", "dash", "dot", "dashdot")
SYMBOLS = ("circle", "square", "diamond", "x")


def shades(name: str, values: Sequence[Any]) -> list[tuple[Any, str]]:
    """The colour of each value of a setting, in order: the default comes first, so that zero bias
    is blue and an offset orange wherever they stand; more than two numbers have an ordered scale.
    """
    numbers = setting_numbers()
    default = numbers[name].default if name in numbers else vars(Config()).get(name)
    ordered = sorted(values, key=lambda value: (value != default, value))
    numeric = all(isinstance(value, int | float) for value in values)
    if len(values) <= (2 if numeric else len(COLOURS)):
        return [(v, COLOURS[index % len(COLOURS)]) for index, v in enumerate(ordered)]
    scale = sample_colorscale(MAGNITUDE, np.linspace(0, 0.9, len(values)), colortype="tuple")
    codes = ["#" + "".join(f"{round(255 * part):02x}" for part in colour) for colour in scale]
    return list(zip(sorted(values), codes, strict=True))


class Look(NamedTuple):
    """What tells one curve of a figure from the others."""

    colour: str
    dash: str
    symbol: str


def looks(curves: Sequence[Curve]) -> list[Look]:
    """The look of each curve: in the shades of the first setting that differs between all of them,
    else by its index.
    """
    for name in curves[0].group:
        values = [curve.group.get(name) for curve in curves]
        ordered = all(isinstance(value, int | float) for value in values)
        ordered |= name in vars(Config()) and len(values) <= len(COLOURS)
        if ordered and len(set(values)) == len(values):
            colours = dict(shades(name, values))
            return [Look(colours[value], DASHES[0], SYMBOLS[0]) for value in values]
    rounds = [divmod(index, len(COLOURS)) for index in range(len(curves))]
    return [Look(COLOURS[c], DASHES[r % 4], SYMBOLS[r % 4]) for r, c in rounds]


def seeds_note(curves: Sequence[Curve]) -> str:
    """The small print that says what a band is, and over how many seeds."""
    counts = np.concatenate([np.ravel(curve.y.n) for curve in curves])
    fewest, most = int(counts.min()), int(counts.max())
    if most < 2:
        return "one seed, so no interval"
    seeds = (
        f"{most} seeds" if fewest == most else f"{fewest} to {most} seeds, without diverged members"
    )
    return f"mean and {LEVEL:.0%} t interval over {seeds}"


def lines_with_bands(curves: Sequence[Curve], hover: str) -> list[go.Scatter]:
    """For each curve its interval as an area, then its mean as a line.

    `hover` is the lines' hover template, to which the setting is added.
    """
    drawn = zip(curves, looks(curves), strict=True)
    return [trace for curve, look in drawn for trace in _line_with_band(curve, look, hover)]


def _line_with_band(curve: Curve, look: Look, hover: str) -> tuple[go.Scatter, go.Scatter]:
    label, colour = setting_label(curve.group), look.colour
    known = np.isfinite(curve.y.low) & np.isfinite(curve.y.high)
    x, low, high = curve.x[known], curve.y.low[known], curve.y.high[known]
    area = go.Scatter(
        x=np.concatenate([x, x[::-1]]),
        y=np.concatenate([high, low[::-1]]),
        mode="lines",  # plotly marks the points of a short one
        fill="toself",
        fillcolor=faded(colour, 0.18),
        line={"width": 0},
        hoverinfo="skip",
        legendgroup=label,
        showlegend=False,
    )
    line = go.Scatter(
        x=curve.x,
        y=curve.y.mean,
        name=label,
        legendgroup=label,
        mode="lines",
        line={"color": colour, "width": 2, "dash": look.dash},
        hovertemplate=f"{hover}<extra>{label}</extra>",
    )
    return area, line
