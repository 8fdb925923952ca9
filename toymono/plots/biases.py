"""Final biases in rising order; the paper finds monosemantic neurons below zero, others above [P Figs 5, 11]."""

from collections.abc import Sequence

import plotly.graph_objects as go

from toymono.analysis.curves import Curve
from toymono.plots.style import line_with_band, seeds_note, styled


def sorted_biases(curves: Sequence[Curve], note: str, title: str = "") -> go.Figure:
    """One line per setting over the neurons' ranks, with a band over seeds; `note` is added to the small print."""
    figure = go.Figure()
    for place, curve in enumerate(curves):
        figure.add_traces(line_with_band(curve, place, "rank %{x}: bias %{y:.3f}"))
    figure.add_hline(y=0, line={"color": "#888", "width": 1})
    figure.update_xaxes(title_text="neuron, by rising bias")
    figure.update_yaxes(title_text="bias (pre-activation units)")
    figure.update_layout(legend={"title": "setting"})
    return styled(figure, title or "Final biases, sorted", f"{seeds_note(curves)}; {note}", height=460)
