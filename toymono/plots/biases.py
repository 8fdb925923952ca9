"""Final biases, sorted; in the paper, monosemantic neurons have negative ones [P Figs 5, 11]."""

from collections.abc import Sequence

import plotly.graph_objects as go

from toymono.evidence.curves import Curve
from toymono.plots.curves import lines_with_bands, seeds_note
from toymono.plots.figure import Figure
from toymono.plots.style import styled


def sorted_biases(
    curves: Sequence[Curve], note: str, title: str = "", n_positive: int | None = None
) -> go.Figure:
    """One line per setting against neuron rank, with a band over seeds; `note` joins the small
    print.

    Right of a dotted line lie `n_positive` neurons, as many as the paper reports to have a positive
    bias.
    """
    figure = Figure()
    figure.add_traces(lines_with_bands(curves, "rank %{x}: bias %{y:.3f}"))
    figure.add_hline(y=0, line={"color": "#888", "width": 1})
    if n_positive is not None:
        boundary = curves[0].x[-1] + 0.5 - n_positive
        figure.add_vline(x=boundary, line={"color": "#222", "width": 1.5, "dash": "dot"})
        note = f"{note}; paper: positive right of the dotted line, {n_positive} neurons"
    figure.update_xaxes(title_text="neuron, by rising bias")
    figure.update_yaxes(title_text="bias (pre-activation units)")
    figure.update_layout(legend={"title": "setting"})
    return styled(
        figure, title or "Final biases, sorted", f"{seeds_note(curves)}; {note}", height=460
    )
