"""The evidence for the claims: the interval of each measurement beside its range."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from toymono.evidence.wording import allowed_range, interval_words
from toymono.plots.figure import Figure
from toymono.plots.style import styled

_COLOURS = {
    "supported": "#0072B2",
    "refuted": "#D55E00",
    "inconclusive": "#777777",
    "untested": "#BBBBBB",
}
_ROW_HEIGHT = 38
_LETTER = 7.6  # pixels, the widest that browsers draw this font without Helvetica


def evidence(verdicts: pd.DataFrame) -> go.Figure:
    """One strip per measurement, each on its own scale: range shaded, interval as a bar.

    Takes the rows of one scale from `evidence.claims.verdict_table`; numbers and verdict stand to
    the right.
    """
    rows = verdicts.to_dict("records")
    figure = make_subplots(figure=Figure(), rows=len(rows), cols=1, vertical_spacing=0)
    for index, row in enumerate(rows, start=1):
        _strip(figure, index, {str(name): value for name, value in row.items()})
    figure.update_xaxes(showticklabels=False, showgrid=False, zeroline=False)
    figure.update_yaxes(showticklabels=False, showgrid=False, zeroline=False, range=[-1, 1])
    note = "mean and 95% t interval over seeds; shaded: where the claim holds; scales differ"
    title = f"Claims at {rows[0]['scale']} scale"
    styled(figure, title, note, height=_ROW_HEIGHT * len(rows) + 110)
    longest = max(len(f"{row['claim']} {row['measured']}") for row in rows)
    sides = {"l": _LETTER * longest + 20, "r": 310, "t": 80, "b": 20}
    return figure.update_layout(margin=sides, showlegend=False)


def _ends(row: dict[str, Any]) -> tuple[float, float]:
    """What a strip shows: the interval and the ends of the range, with some room."""
    known = [
        row[name]
        for name in ("mean", "low", "high", "at_least", "at_most")
        if np.isfinite(row[name])
    ]
    room = 0.25 * ((max(known) - min(known)) or 1.0)
    return min(known) - room, max(known) + room


def _strip(figure: go.Figure, index: int, row: dict[str, Any]) -> None:
    colour, (left, right) = _COLOURS[row["verdict"]], _ends(row)
    where = {"row": index, "col": 1}
    figure.update_xaxes(range=[left, right], **where)
    holds = {
        "x0": max(left, row["at_least"]),
        "x1": min(right, row["at_most"]),
        "y0": -0.85,
        "y1": 0.85,
    }
    shade = {"fillcolor": "#009E73", "opacity": 0.18, "line_width": 0, "layer": "below"}
    figure.add_shape(**holds, **shade, **where, exclude_empty_subplots=False)
    if row["n"]:
        error = {
            "array": [row["high"] - row["mean"]],
            "arrayminus": [row["mean"] - row["low"]],
            "thickness": 3,
        }
        dot = go.Scatter(
            x=[row["mean"]],
            y=[0],
            error_x=error if np.isfinite(row["low"]) else None,
            mode="markers",
            marker={"color": colour, "size": 9},
            hovertemplate=f"{row['measured']}: %{{x:.3g}}"
            f"<extra>{row['verdict']}, n {row['n']}</extra>",
        )
        figure.add_trace(dot, **where)
    else:
        figure.add_trace(go.Scatter(x=[], y=[]), **where)
    _annotate(figure, index, row)


def _annotate(figure: go.Figure, index: int, row: dict[str, Any]) -> None:
    """What was measured to the left of its strip, what was found to the right."""
    text = {"showarrow": False, "xref": "paper", "yref": f"y{index if index > 1 else ''}", "y": 0}
    holds = allowed_range(row["at_least"], row["at_most"])
    asked = f"<b>{row['claim']}</b> {row['measured']}<br><sup>holds if {holds}</sup>"
    figure.add_annotation(text=asked, x=0, xanchor="right", xshift=-8, align="right", **text)
    found = interval_words(row["mean"], row["low"], row["high"], row["n"])
    words = f"{found} <b>{row['verdict']}</b>".lstrip()
    colour = {"color": _COLOURS[row["verdict"]]}
    figure.add_annotation(text=words, x=1, xanchor="left", xshift=8, font=colour, **text)
