"""One member at one record: its map over its scores and biases, the spread of its scores, its loss.

Every figure of a member has the same traces at every record, each named by its part, so that
replaying training is replacing their numbers.
"""

from typing import Any, Literal

import jax.numpy as jnp
import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from toymono.analysis.dashboard_data import ROLES, Frame, History
from toymono.analysis.monosemanticity import MONO_THRESHOLD, score_cdf
from toymono.analysis.ordering import Order
from toymono.plots.figure import Figure
from toymono.plots.maps import named_on_hover
from toymono.plots.style import COLOURS, MAGNITUDE, ROLE_COLOURS, SIGNED, faded, panel
from toymono.plots.ticks import octave_ticks, step_ticks

LOSS_TRACES = ("training loss", "task loss", "now")
MAP_TRACES = (
    "map",
    "favourites",
    "score",
    "bias",
)  # in this order; biases by role replace the last
Quantity = Literal["responses", "drive", "write"]
QUANTITY_TITLES: dict[Quantity, str] = {
    "responses": "response to the<br>feature alone",
    "drive": "incoming weights<br>along the feature",
    "write": "outgoing weight<br>on the feature",
}


def member_map(
    frame: Frame,
    order: Order,
    title: str,
    top: float,
    quantity: Quantity = "responses",
    role: np.ndarray | None = None,
) -> go.Figure:
    """Features down, neurons across, above their scores and biases; `top` ends the colour scale.

    Where the network itself was not kept, dots stand for the features that neurons answer most.
    `role` colours biases.
    """
    figure = make_subplots(
        figure=Figure(),
        rows=3,
        cols=1,
        shared_xaxes=True,
        row_heights=[0.66, 0.14, 0.2],
        vertical_spacing=0.02,
    )
    figure.add_trace(heatmap(quantity, top), row=1, col=1)
    figure.add_trace(_dots("favourites", size=4), row=1, col=1)
    figure.add_trace(_dots("score", size=4), row=2, col=1)
    for name in ROLES if role is not None else ("bias",):
        figure.add_trace(
            _dots(name, size=5, color=ROLE_COLOURS.get(name, COLOURS[3])), row=3, col=1
        )
    for name, values in member_traces(frame, order, role).items():
        figure.update_traces(values, selector={"name": name})
    panel(figure, title, "", "", height=640)
    _name_axes(figure, order)
    figure.update_yaxes(title_text="score", range=[-0.05, 1.05], row=2, col=1)
    figure.update_yaxes(title_text="bias", row=3, col=1)
    legend = {"orientation": "h", "y": -0.08, "x": 0, "itemsizing": "constant"}
    return figure.update_layout(showlegend=role is not None, legend=legend, hovermode="closest")


def _name_axes(figure: go.Figure, order: Order) -> None:
    """Neurons and features under their own numbers when hovered."""
    neurons, features = (
        np.asarray(positions).tolist() for positions in (order.neuron, order.feature)
    )
    for row in (1, 2, 3):
        figure.update_xaxes(**named_on_hover([f"neuron {n}" for n in neurons]), row=row, col=1)
    figure.update_xaxes(range=[-0.5, len(neurons) - 0.5])
    figure.update_xaxes(title_text=f"{len(neurons)} neurons, by their last score", row=3, col=1)
    figure.update_yaxes(**named_on_hover([f"feature {f}" for f in features]), row=1, col=1)
    ends = {"range": [len(features) - 0.5, -0.5], "title_text": f"{len(features)} features"}
    figure.update_yaxes(**ends, row=1, col=1)


def heatmap(quantity: Quantity, top: float) -> go.Heatmap:
    """The trace of the map, without numbers: `top` ends its colour scale."""
    scale = (
        {"zmin": 0, "colorscale": MAGNITUDE}
        if quantity == "responses"
        else {"zmin": -top, "colorscale": SIGNED}
    )
    bar = {
        "title": {"text": QUANTITY_TITLES[quantity], "side": "right"},
        "len": 0.66,
        "y": 1,
        "yanchor": "top",
    }
    hover = "%{x}<br>%{y}<br>%{z:.4f}<extra></extra>"
    return go.Heatmap(
        name="map", zmax=top, colorbar={**bar, "thickness": 12}, hovertemplate=hover, **scale
    )


def _dots(name: str, **marker: Any) -> go.Scatter:  # noqa: ANN401 (what plotly's markers take)
    hover = (
        "%{x}<br>%{y}<extra></extra>" if name == "favourites" else "%{x}<br>%{y:.4f}<extra></extra>"
    )
    return go.Scatter(
        name=name, mode="markers", marker=marker, hovertemplate=hover, showlegend=name in ROLES
    )


def member_traces(
    frame: Frame, order: Order, role: np.ndarray | None = None
) -> dict[str, dict[str, Any]]:
    """What each trace of a member's map shows at a record, by the trace's name."""
    neuron, positions = np.asarray(order.neuron), np.arange(len(order.neuron))
    bias, position_of_feature = frame.bias[neuron], np.argsort(order.feature)
    shown = (
        None
        if frame.values is None
        else frame.values[neuron][:, order.feature].T.astype(np.float32)
    )
    none = np.zeros(0)
    traces: dict[str, dict[str, Any]] = {
        "map": {"z": shown},
        "favourites": {
            "x": positions if shown is None else none,
            "y": position_of_feature[frame.favourite[neuron]] if shown is None else none,
            "marker": {"color": frame.score[neuron], "colorscale": MAGNITUDE, "cmin": 0, "cmax": 1},
        },
        "score": {"x": positions, "y": frame.score[neuron], "marker": {"color": COLOURS[2]}},
        "bias": {"x": positions, "y": bias},
    }
    if role is not None:
        chosen = {name: role[neuron] == number for number, name in enumerate(ROLES)}
        traces |= {name: {"x": positions[own], "y": bias[own]} for name, own in chosen.items()}
    return traces


def score_panel(frame: Frame) -> go.Figure:
    """Cumulative distribution of the scores at a record [P Fig 2]."""
    figure = Figure(
        go.Scatter(mode="lines", line={"color": COLOURS[2], "shape": "hv"}, name="scores")
    )
    figure.update_traces(
        **score_traces(frame)["scores"],
        hovertemplate="score at most %{x:.4f}: %{y:.1%}<extra></extra>",
    )
    figure.add_vline(x=MONO_THRESHOLD, line={"color": "#222", "width": 1, "dash": "dot"})
    panel(figure, "Distribution of scores", "score", "share up to it", height=280)
    return figure.update_xaxes(range=[-0.01, 1.01]).update_yaxes(range=[0, 1.02])


def score_traces(frame: Frame) -> dict[str, dict[str, Any]]:
    """What the trace of the score panel shows at a record, by its name."""
    spread = score_cdf(jnp.asarray(frame.score))
    return {"scores": {"x": np.asarray(spread.score), "y": np.asarray(spread.share)}}


def loss_panel(past: History, record: int) -> go.Figure:
    """Task loss at every record above the training loss; one record is marked."""
    pale, line = {"color": faded(COLOURS[0], 0.35), "width": 1}, {"color": COLOURS[0], "width": 2}
    figure = Figure(
        go.Scatter(x=past.loss_step, y=past.loss, mode="lines", line=pale, name=LOSS_TRACES[0])
    )
    known = go.Scatter(
        x=past.step, y=past.task_loss, mode="lines+markers", line=line, marker={"size": 5}
    )
    figure.add_trace(known.update(name=LOSS_TRACES[1], connectgaps=True))
    cursor = {"size": 11, "color": COLOURS[1]}
    now = go.Scatter(name=LOSS_TRACES[2], mode="markers", marker=cursor, showlegend=False)
    figure.add_trace(now.update(loss_traces(past, record)["now"]))
    figure.update_traces(hovertemplate="step %{x}: %{y:.4f}<extra>%{fullData.name}</extra>")
    panel(figure, "Loss", "log2 steps", "loss", height=280)
    legend = {
        "x": 1,
        "xanchor": "right",
        "y": 1,
        "yanchor": "top",
        "bgcolor": "rgba(255,255,255,0.7)",
    }
    figure.update_layout(showlegend=True, legend=legend).update_xaxes(**step_ticks(past.step))
    drawn = np.concatenate([past.loss, past.task_loss])
    return figure.update_yaxes(**octave_ticks(drawn))


def loss_traces(past: History, record: int) -> dict[str, dict[str, Any]]:
    """What the cursor of the loss panel shows at a record, by its name: its task loss."""
    return {"now": {"x": past.step[[record]], "y": past.task_loss[[record]]}}
