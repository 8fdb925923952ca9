"""Training traces: loss, mono neurons and mean bias against steps [P Figs 1, 7]."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from toymono.evidence.curves import Curve
from toymono.plots.curves import lines_with_bands, seeds_note
from toymono.plots.figure import Figure
from toymono.plots.style import axis_title, lettered, styled
from toymono.plots.ticks import octave_ticks, step_ticks


def training_traces(panels: Mapping[str, Sequence[Curve]], note: str, title: str = "") -> go.Figure:
    """One panel for each named quantity, above one another; x is log2 steps, colours are settings.

    `note` is added to the small print.
    """
    figure = make_subplots(
        figure=Figure(), rows=len(panels), cols=1, shared_xaxes=True, vertical_spacing=0.04
    )
    for row, (name, curves) in enumerate(panels.items(), start=1):
        for trace in lines_with_bands(curves, "step %{x}: %{y:.4g}"):
            figure.add_trace(trace.update(showlegend=bool(trace.name) and row == 1), row=row, col=1)
        figure.update_yaxes(title_text=axis_title(name), rangemode="tozero", row=row, col=1)
        if name == "training_loss":
            means = np.concatenate([curve.y.mean for curve in curves])
            figure.update_yaxes(**octave_ticks(means), row=row, col=1)
    figure.update_xaxes(
        **step_ticks([int(curve.x.max()) for curves in panels.values() for curve in curves])
    )
    figure.update_xaxes(title_text="log2 steps", row=len(panels), col=1)
    figure.update_layout(legend={"title": "setting"})
    lettered(figure, [""] * len(panels))
    print_below = f"{seeds_note(next(iter(panels.values())))}; {note}"
    return styled(
        figure,
        title or "Training: loss, monosemanticity and bias",
        print_below,
        height=260 * len(panels) + 110,
    )
