"""Measures against a setting: a line per group, intervals over seeds as bars, seeds as dots."""

import types
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from toymono.evidence.curves import Curve
from toymono.plots.figure import Figure
from toymono.plots.style import (
    COLOURS,
    axis_title,
    faded,
    seeds_note,
    setting_label,
    setting_ticks,
    styled,
)

_FARTHEST_MARK = 2.0  # times the highest value shown


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
    for col, (name, curves) in enumerate(panels.items(), start=1):
        for index, curve in enumerate(curves):
            for trace in _traces(curve, COLOURS[index % len(COLOURS)]):
                figure.add_trace(
                    trace.update(showlegend=trace.showlegend and col == 1), row=1, col=col
                )
        if (baseline := baselines.get(name)) is not None:
            figure.add_trace(_baseline(baseline), row=1, col=col)
        figure.update_yaxes(title_text=axis_title(name), rangemode="tozero", row=1, col=col)
        _draw_marks(figure, col, curves, [mark for mark in marks if mark.measure == name])
    curves = [curve for panel in panels.values() for curve in panel]
    values = np.unique(np.concatenate([curve.x for curve in curves]))
    figure.update_xaxes(title_text=axis_title(x), **setting_ticks(values, len(panels)))
    named = any(curve.group for curve in curves) or any(baselines.values())
    figure.update_layout(legend={"orientation": "h", "y": -0.22, "x": 0}, showlegend=named)
    return styled(figure, title, f"{seeds_note(curves)}; dots are single seeds; {note}", height=480)


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


def _traces(curve: Curve, colour: str) -> tuple[go.Scatter, go.Scatter]:
    label = setting_label(curve.group)
    up, down = np.nan_to_num(curve.y.high - curve.y.mean), np.nan_to_num(curve.y.mean - curve.y.low)
    line = go.Scatter(
        x=curve.x,
        y=curve.y.mean,
        error_y={"array": up, "arrayminus": down, "color": colour, "thickness": 2, "width": 6},
        name=label,
        legendgroup=label,
        showlegend=True,
        mode="lines+markers",
        line={"color": colour, "width": 2},
        marker={"size": 8},
        hovertemplate="%{x}: %{y:.4g} +%{error_y.array:.2g} -%{error_y.arrayminus:.2g}<extra>"
        + label
        + "</extra>",
    )
    dots = go.Scatter(
        x=np.tile(curve.x, len(curve.by_seed)),
        y=curve.by_seed.ravel(),
        legendgroup=label,
        showlegend=False,
        mode="markers",
        marker={"size": 5, "color": faded(colour, 0.45)},
        hovertemplate="%{x}: %{y:.4g}<extra>one seed</extra>",
    )
    return line, dots
