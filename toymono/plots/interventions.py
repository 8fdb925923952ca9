"""Figures for one chosen input: the activation of every neuron, the network's outputs, and what
each neuron adds to one output.

These are figures without numbers: the page computes them (`explorer/page/network.js`).
"""

import plotly.graph_objects as go

from toymono.plots.figure import Figure
from toymono.plots.style import COLOURS, SIGN_COLOURS, faded, panel, stems

_HEIGHT = 320


def activation_panel() -> go.Figure:
    """Activations on one input; pale: without a change; crosses: neurons whose value was set.

    Marks at zero carry the neuron's number as customdata, so that every neuron can be clicked.
    """
    marks = go.Scatter(mode="markers", name="switches", marker={"size": 5})
    marks.hovertemplate = (
        "neuron %{customdata[0]}: %{customdata[1]:.4f}, click to switch<extra></extra>"
    )
    figure = Figure([*_with_and_without(COLOURS[0], "position"), marks])
    figure.update_traces(hoverinfo="skip", hovertemplate=None, selector={"name": "now"})
    return panel(figure, "", "neurons by score", "activation", _HEIGHT)


def output_panel() -> go.Figure:
    """Outputs on one input; pale: without a change; rings: what was asked for."""
    rings = go.Scatter(name="asked", mode="markers")
    rings.marker = {"symbol": "circle-open", "size": 10, "color": COLOURS[1], "line": {"width": 2}}
    rings.hovertemplate = "target of %{x}: %{y:.4f}<extra></extra>"
    return panel(
        Figure([*_with_and_without(COLOURS[2], "output"), rings]), "", "output", "value", _HEIGHT
    )


def addition_panel() -> go.Figure:
    """What each neuron adds to one output: its activation times its weight on it."""
    bars = [stems(name, colour, "position") for name, colour in SIGN_COLOURS.items()]
    for bar in bars:
        bar.hovertemplate = "neuron %{customdata}: %{y:.4f}<extra></extra>"
    return panel(Figure(bars), "", "neurons by score", "added to the output", _HEIGHT)


def _with_and_without(colour: str, of: str) -> tuple[go.Scatter, go.Scatter]:
    pale = stems("unchanged", faded(colour, 0.25), of).update(hoverinfo="skip", hovertemplate=None)
    return pale, stems("now", colour, of)
