"""One input of one's own choosing: what every neuron does with it, and what the network answers."""

import numpy as np
import plotly.graph_objects as go

from toymono.plots.figure import Figure
from toymono.plots.style import COLOURS, faded, panel, stems


def activation_panel(
    hidden: np.ndarray, whole: np.ndarray, order: np.ndarray, is_on: np.ndarray
) -> go.Figure:
    """Activations on one input, in display order; pale: the whole network; crosses: neurons off.

    Marks at zero carry the neuron's number as customdata, so that every neuron can be clicked.
    """
    marks = go.Scatter(
        x=np.arange(len(order)), y=np.zeros(len(order)), mode="markers", name="switches"
    )
    marks.marker = {
        "symbol": np.where(is_on[order], "line-ns-open", "x"),
        "color": np.where(is_on[order], "#aaaaaa", COLOURS[1]),
        "size": 7,
    }
    # A list, since Dash gives a click no customdata from arrays that plotly packs.
    marks.update(customdata=np.stack([order, hidden[order]], axis=-1).tolist())
    marks.hovertemplate = (
        "neuron %{customdata[0]}: %{customdata[1]:.4f}, click to switch<extra></extra>"
    )
    figure = Figure(
        [*_with_and_without(hidden[order], whole[order], COLOURS[0], "position"), marks]
    )
    title = "Activations (pale: with all neurons on)"
    return panel(figure, title, "neurons, by their last score", "activation", height=320)


def output_panel(outputs: np.ndarray, whole: np.ndarray, targets: np.ndarray) -> go.Figure:
    """Outputs on one input; pale: of the whole network; rings: what was asked for."""
    asked = np.flatnonzero(targets)
    rings = go.Scatter(name="asked", x=asked, y=targets[asked], mode="markers")
    rings.marker = {"symbol": "circle-open", "size": 10, "color": "#222", "line": {"width": 2}}
    rings.hovertemplate = "asked of %{x}: %{y:.4f}<extra></extra>"
    figure = Figure([*_with_and_without(outputs, whole, COLOURS[2], "output"), rings])
    title = "Outputs (pale: with all neurons on; rings: asked for)"
    return panel(figure, title, "output", "value", height=320)


def _with_and_without(
    now: np.ndarray, whole: np.ndarray, colour: str, of: str
) -> tuple[go.Scatter, go.Scatter]:
    positions = np.arange(len(now))
    pale = stems("whole", faded(colour, 0.25), of).update(
        hoverinfo="skip", hovertemplate=None, x=positions, y=whole
    )
    return pale, stems("now", colour, of).update(x=positions, y=now)
