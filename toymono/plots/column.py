"""Figures for print: as wide as a column of a journal, with the title as a caption beside it."""

import math
import re
import textwrap
from typing import Any

import plotly.graph_objects as go

from toymono.plots.figure import Figure

COLUMN = 321  # pixels: 85 mm at 96 to the inch
_FONT = 10  # pixels: 7.5 points
_SMALL = 9
_PANEL, _GAP = 165, 55  # pixels: the height of a panel, and between two of them
_LOWEST = 240
_TITLE_LETTERS = 34  # that fit on a line
_TOP, _BOTTOM = 22, 40
_LETTER, _KEY, _LINE = 4.8, 38, 17  # pixels of a legend: a letter, a line's sample, a row
_THINNER = 0.6  # than on a page


def in_one_column(figure: go.Figure) -> tuple[go.Figure, str]:
    """A copy of a figure as wide as a column, and its caption: the title and the small print.

    Panels side by side come to stand one below the other.
    """
    figure = Figure(figure)
    layout: dict[str, Any] = figure.to_dict()["layout"]
    caption = _caption(layout.get("title", {}).get("text", ""))
    height = _stacked(figure) or max(round(_THINNER * layout.get("height", 0)), _LOWEST)
    below = _BOTTOM + _legend_height(figure)
    for axis in (*figure.select_xaxes(), *figure.select_yaxes()):
        text = "<br>".join(textwrap.wrap(axis.title.text or "", _TITLE_LETTERS))
        axis.update(title={"text": text, "font": {"size": _FONT}, "standoff": 4})
        axis.update(tickfont={"size": _SMALL})
    figure.for_each_annotation(lambda one: one.update(font={"size": _FONT}))
    figure.for_each_trace(_thin, selector={"type": "scatter"})
    bar = {"thickness": 8, "title": {"font": {"size": _SMALL}, "side": "right"}}
    figure.update_traces(colorbar=bar, selector={"type": "heatmap"})
    legend = {"orientation": "h", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0}
    figure.update_layout(
        title=None,
        width=COLUMN,
        height=height + _TOP + below,
        font={"size": _FONT},
        margin={"l": 45, "r": 8, "t": _TOP, "b": below},
        legend={**legend, "font": {"size": _SMALL}, "title": None, "tracegroupgap": 0},
    )
    return figure, caption


def _caption(title: str) -> str:
    """The title and the small print as two sentences without marks of layout."""
    parts = re.split(r"<br><sup>|</sup>", title)
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts if part)


def _stacked(figure: go.Figure) -> int | None:
    """Put panels that stand side by side below one another; their height, if there are any."""
    across, up = [*figure.select_xaxes()], [*figure.select_yaxes()]
    if len(across) != len(up) or len({axis.domain for axis in across}) < 2:
        return None
    n = len(across)
    height = n * _PANEL + (n - 1) * _GAP
    for index, (x, y) in enumerate(zip(across, up, strict=True)):
        top = 1 - index * (_PANEL + _GAP) / height
        x.domain, y.domain = (0, 1), (max(top - _PANEL / height, 0), top)
    return height


def _legend_height(figure: go.Figure) -> int:
    """Pixels of the rows that a legend needs at this width."""
    traces: list[Any] = [*figure.data]
    shown = [str(of.name) for of in traces if of.name and of.showlegend is not False]
    is_asked = figure.layout["showlegend"]
    if is_asked is False or (len(shown) < 2 and not is_asked):
        return 0
    widest = max(len(name) for name in shown) * _LETTER + _KEY  # plotly makes columns of one width
    in_a_row = max(1, int((COLUMN - 20) / widest))
    return _LINE * math.ceil(len(shown) / in_a_row)


def _thin(trace: go.Scatter) -> None:
    size, width = trace.marker.size, trace.line.width
    if isinstance(size, int | float):
        trace.marker.size = _THINNER * size
    if width:
        trace.line.width = _THINNER * width
    if trace.error_y.array is not None:
        trace.error_y.update(width=3, thickness=1)
