"""Measures against a setting: a line per group, intervals over seeds as bars, seeds as dots."""

import types
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from toymono.evidence.curves import Curve
from toymono.plots.curves import Look, looks, seeds_note
from toymono.plots.figure import Figure
from toymono.plots.style import axis_title, faded, lettered, setting_label, styled
from toymono.plots.ticks import axis_positions, moved, setting_ticks

_FARTHEST_MARK = 2.0  # times the highest value shown
_SPREAD = 0.06  # of the x axis: from the first curve to the last at one setting
_MOST_SPREAD = 0.4  # of the distance between two settings


class Mark(NamedTuple):
    """A value from the paper: a level, a band between two levels, or a value on the x axis."""

    measure: str
    words: str
    levels: tuple[float, float] | None = None
    x: float | None = None
    colour: str = "#222222"


def sweep_panels(
    x: str,
    panels: Mapping[str, Sequence[Curve]],
    title: str,
    note: str,
    marks: Sequence[Mark] = (),
    baselines: Mapping[str, Curve | None] = types.MappingProxyType({}),
) -> go.Figure:
    """One panel per measure, side by side, all against the setting `x`.

    `note` is added to the small print. A mark whose level lies far above the data, as a loss of a
    larger network does, is written as text and not drawn. A baseline is one grey line in the panel
    of its measure.
    """
    figure = make_subplots(figure=Figure(), rows=1, cols=len(panels), horizontal_spacing=0.1)
    shown = [curve for panel in panels.values() for curve in panel]
    settings = np.unique(np.concatenate([curve.x for curve in shown]))
    for col, (name, curves) in enumerate(panels.items(), start=1):
        for trace in _drawn(curves, settings):
            figure.add_trace(trace.update(showlegend=trace.showlegend and col == 1), row=1, col=col)
        if (baseline := baselines.get(name)) is not None:
            figure.add_trace(_baseline(baseline), row=1, col=col)
        figure.update_yaxes(title_text=axis_title(name), rangemode="tozero", row=1, col=col)
        _draw_marks(figure, col, curves, [mark for mark in marks if mark.measure == name])
    figure.update_xaxes(title_text=axis_title(x), **setting_ticks(settings, len(panels)))
    named = any(curve.group for curve in shown) or any(baselines.values())
    figure.update_layout(legend={"orientation": "h", "y": -0.22, "x": 0}, showlegend=named)
    lettered(figure, [""] * len(panels))
    dots = "; dots are single seeds" if any(len(curve.by_seed) > 1 for curve in shown) else ""
    return styled(figure, title, f"{seeds_note(shown)}{dots}; {note}", height=480)


def _drawn(curves: Sequence[Curve], settings: np.ndarray) -> Iterator[go.Scatter]:
    """The traces of a panel: curves beside one another at each setting, and beside each its
    seeds.
    """
    nearest = np.diff(axis_positions(settings)).min() if len(settings) > 1 else 1.0
    spread = min(_SPREAD, _MOST_SPREAD * nearest) / len(curves)
    for index, (curve, look) in enumerate(zip(curves, looks(curves), strict=True)):
        left = (index - (len(curves) - 1) / 2) * spread
        yield from _traces(
            curve, look, *(moved(curve.x, settings, by) for by in (left, left + spread / 2))
        )


def _draw_marks(
    figure: go.Figure, col: int, curves: Sequence[Curve], marks: Sequence[Mark]
) -> None:
    top, reported = max(np.nanmax(np.nan_to_num(curve.by_seed)) for curve in curves), []
    for mark in marks:
        line = {"color": mark.colour, "width": 1.5, "dash": "dot"}
        if mark.x is not None:
            figure.add_vline(x=mark.x, line=line, row=1, col=col)
        elif mark.levels and max(mark.levels) <= _FARTHEST_MARK * top:
            low, high = mark.levels
            figure.add_hrect(
                y0=low, y1=high, line_width=0, fillcolor=faded(mark.colour, 0.1), row=1, col=col
            )
            for level in {low, high}:
                figure.add_hline(y=level, line=line, row=1, col=col)
        if mark.words:
            reported.append(f"paper: {mark.words}")
    if reported:
        axis = str(col) if col > 1 else ""
        corner = {
            "xref": f"x{axis} domain",
            "yref": f"y{axis} domain",
            "x": 0,
            "y": 1.0,
            "yanchor": "bottom",
        }
        figure.add_annotation(
            text="<br>".join(reported), align="left", showarrow=False, font={"size": 12}, **corner
        )


def _baseline(curve: Curve) -> go.Scatter:
    label = setting_label(curve.group)
    mode = "lines" if len(curve.x) > 1 else "markers"
    line, marker = (
        {"color": "#888888", "width": 2, "dash": "dash"},
        {"color": "#888888", "symbol": "line-ew-open"},
    )
    hover = "%{x}: %{y:.4g}<extra>" + label + "</extra>"
    return go.Scatter(
        x=curve.x,
        y=curve.y.mean,
        name=label,
        mode=mode,
        line=line,
        marker=marker,
        hovertemplate=hover,
    )


def _traces(curve: Curve, look: Look, at: np.ndarray, beside: np.ndarray) -> tuple[go.Scatter, ...]:
    label, colour = setting_label(curve.group), look.colour
    up, down = np.nan_to_num(curve.y.high - curve.y.mean), np.nan_to_num(curve.y.mean - curve.y.low)
    bars = {"array": up, "arrayminus": down, "color": colour, "thickness": 2, "width": 6}
    n_seeds = len(curve.by_seed)
    interval = " +%{error_y.array:.2g} -%{error_y.arrayminus:.2g}" if n_seeds > 1 else ""
    line = go.Scatter(
        x=at,
        y=curve.y.mean,
        customdata=curve.x,
        error_y=bars if n_seeds > 1 else None,
        name=label,
        legendgroup=label,
        showlegend=True,
        mode="lines+markers",
        line={"color": colour, "width": 2, "dash": look.dash},
        marker={"size": 8, "symbol": look.symbol},
        hovertemplate=f"%{{customdata:.6~g}}: %{{y:.4g}}{interval}<extra>{label}</extra>",
    )
    dots = go.Scatter(
        x=np.tile(beside, n_seeds),
        y=curve.by_seed.ravel(),
        customdata=np.tile(curve.x, n_seeds),
        legendgroup=label,
        showlegend=False,
        mode="markers",
        marker={"size": 5, "color": faded(colour, 0.6)},
        hovertemplate="%{customdata:.6~g}: %{y:.4g}<extra>one seed</extra>",
    )
    return (line, dots) if n_seeds > 1 else (line,)
