"""Loss along paths between two networks: one panel for straight paths, one for curved ones."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from toymono.evidence.curves import Curve
from toymono.plots.curves import lines_with_bands, seeds_note
from toymono.plots.figure import Figure
from toymono.plots.style import lettered, styled


def path_panels(panels: Mapping[str, Sequence[Curve]], title: str, verdict: str) -> go.Figure:
    """A panel for each kind of path, with the curves of all pairs of networks."""
    figure = make_subplots(
        figure=Figure(), rows=1, cols=len(panels), shared_yaxes=True, horizontal_spacing=0.06
    )
    for col, curves in enumerate(panels.values(), start=1):
        for trace in lines_with_bands(curves, "t %{x:.2f}: loss %{y:.4f}"):
            named = bool(trace.name) and col == 1
            figure.add_trace(trace.update(showlegend=named), row=1, col=col)
    figure.update_xaxes(title_text="t, from one network to the other")
    figure.update_yaxes(title_text="task loss", rangemode="tozero", col=1)
    lettered(figure, [f"{kind} path" for kind in panels])
    figure.update_layout(legend={"orientation": "h", "y": -0.2, "x": 0})
    shown = [curve for curves in panels.values() for curve in curves]
    return styled(figure, f"{title}: {verdict}", seeds_note(shown), height=480)
