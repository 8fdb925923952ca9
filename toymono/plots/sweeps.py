"""Measures against a setting: a line per group of members, the interval over seeds as bars, each seed as a dot."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from toymono.analysis.curves import Curve
from toymono.plots.style import COLOURS, axis_title, faded, seeds_note, setting_label, styled


def sweep_panels(x: str, panels: Mapping[str, Sequence[Curve]], title: str, note: str) -> go.Figure:
    """One panel beside the other for each named measure, all against the setting `x` (logarithmic where it may be).

    `note` is added to the small print.
    """
    figure = make_subplots(rows=1, cols=len(panels), horizontal_spacing=0.1)
    for col, (name, curves) in enumerate(panels.items(), start=1):
        for place, curve in enumerate(curves):
            for trace in _traces(curve, COLOURS[place % len(COLOURS)]):
                figure.add_trace(trace.update(showlegend=trace.showlegend and col == 1), row=1, col=col)
        figure.update_yaxes(title_text=axis_title(name), rangemode="tozero", row=1, col=col)
    curves = [curve for panel in panels.values() for curve in panel]
    values = np.unique(np.concatenate([curve.x for curve in curves]))
    figure.update_xaxes(title_text=axis_title(x), tickvals=values, ticktext=[f"{v:g}" for v in values])
    if len(values) > 1 and (values > 0).all():
        figure.update_xaxes(type="log")
    figure.update_layout(legend={"orientation": "h", "y": -0.22, "x": 0})
    return styled(figure, title, f"{seeds_note(curves)}; dots are single seeds; {note}", height=460)


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
        hovertemplate="%{x}: %{y:.4g} +%{error_y.array:.2g} -%{error_y.arrayminus:.2g}<extra>" + label + "</extra>",
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
