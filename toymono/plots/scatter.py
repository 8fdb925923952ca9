"""Any measure of members against a setting or another measure, with intervals per setting."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from toymono.evidence.tables import SETTINGS, by_setting, over_seeds
from toymono.plots.figure import Figure
from toymono.plots.style import (
    COLOURS,
    MAGNITUDE,
    axis_title,
    faded,
    panel,
    setting_label,
    setting_ticks,
)


def member_scatter(
    table: pd.DataFrame, x: str, y: str, colour: str | None, chosen: Sequence[int] = ()
) -> go.Figure:
    """`y` against `x`: small dots are members; large dots are means of a setting with 95 %
    intervals.

    Dots carry their member's number as customdata. `colour` names what the colours stand for;
    `chosen` members are ringed. Diverged members are left out.
    """
    finite = table[~table.diverged]
    figure = Figure()
    if colour is None:
        groups = [("all members", finite)]
    else:
        groups = [
            (setting_label({colour: value}), part)
            for value, part in finite.groupby(colour, sort=True)
        ]
    for index, (label, part) in enumerate(groups):
        shade = _shade(index, len(groups))
        figure.add_traces([_members(part, x, y, shade, label), _settings(part, x, y, shade, label)])
    ringed = finite.loc[[member for member in chosen if member in finite.index]]
    rings = go.Scatter(
        x=ringed[x], y=ringed[y], mode="markers+text", text=[f"member {m}" for m in ringed.index]
    )
    rings.update(textposition="top center", cliponaxis=False, hoverinfo="skip", showlegend=False)
    rings.marker = {"size": 16, "color": "rgba(0,0,0,0)", "line": {"width": 2, "color": "#222"}}
    figure.add_trace(rings)
    figure.update_xaxes(title_text=axis_title(x), **_axis(finite[x]))
    figure.update_yaxes(title_text=axis_title(y), **_axis(finite[y]))
    panel(figure, "", axis_title(x), axis_title(y), height=480)
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}
    return figure.update_layout(
        showlegend=colour is not None, legend=legend, hovermode="closest", margin_t=20
    )


def scatter_words(table: pd.DataFrame, x: str, y: str) -> str:
    """What the dots are, and how many members are not among them."""
    lost = (
        f" {int(table.diverged.sum())} diverged members are left out."
        if table.diverged.any()
        else ""
    )
    what = f"{axis_title(y)} against {axis_title(x)}".capitalize()
    dots = "Small dots: members; diamonds: means of a setting with 95% t intervals over seeds."
    return f"{what}. {dots}{lost}"


def _shade(index: int, n: int) -> str:
    if n <= len(COLOURS):
        return COLOURS[index]
    red, green, blue = (
        round(255 * v)
        for v in sample_colorscale(MAGNITUDE, [index / (n - 1)], colortype="tuple")[0]
    )
    return f"#{red:02x}{green:02x}{blue:02x}"


def _axis(values: pd.Series) -> dict[str, Any]:
    """Logarithmic with its values as ticks for a positive setting, categories for text, else
    linear.
    """
    if not pd.api.types.is_numeric_dtype(values):
        return {"type": "category"}
    return setting_ticks(np.unique(values)) if values.name in SETTINGS else {}


def _members(part: pd.DataFrame, x: str, y: str, shade: str, label: str) -> go.Scatter:
    # A list, since Dash gives a click no customdata from arrays that plotly packs.
    members = part.index.tolist()
    dots = go.Scatter(
        x=part[x],
        y=part[y],
        customdata=members,
        mode="markers",
        legendgroup=label,
        showlegend=False,
    )
    dots.marker = {"size": 8, "color": faded(shade, 0.45)}
    dots.hovertemplate = "member %{customdata}<br>%{x:.4g}, %{y:.4g}<extra>" + label + "</extra>"
    return dots


def _settings(part: pd.DataFrame, x: str, y: str, shade: str, label: str) -> go.Scatter:
    numeric = [name for name in (x, y) if pd.api.types.is_numeric_dtype(part[name])]
    means = over_seeds(part, numeric)
    own = {name: by_setting(part)[name].first().to_numpy() for name in {x, y} - {*numeric}}
    means = means.assign(**own)
    dots = go.Scatter(
        x=means[x], y=means[y], mode="markers", legendgroup=label, name=label, hoverinfo="skip"
    )
    dots.marker = {"size": 12, "color": shade, "symbol": "diamond"}
    for name, bar in ((x, "error_x"), (y, "error_y")):
        if name in numeric and name not in SETTINGS:
            ends = {
                "array": means[f"{name}_high"] - means[name],
                "arrayminus": means[name] - means[f"{name}_low"],
            }
            known = {end: np.nan_to_num(length) for end, length in ends.items()}
            dots[bar] = {**known, "color": shade, "thickness": 1.5, "width": 4}
    return dots
