"""Pictures of circuits: answers to single features, spectra of the linear block, one network's
page.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Array, Float
from plotly.subplots import make_subplots

from toymono.analysis.roles import Roles
from toymono.evidence.curves import Curve
from toymono.plots.curves import lines_with_bands, seeds_note
from toymono.plots.figure import Figure
from toymono.plots.style import COLOURS, ROLE_COLOURS, faded, lettered, styled
from toymono.plots.ticks import octave_ticks

_TRUTH = {"color": "#222", "width": 1, "dash": "dot"}


def amplitude_plot(curves: Sequence[Curve], title: str) -> go.Figure:
    """Mean output for a single feature against its amplitude, with a band over seeds; dotted:
    truth.
    """
    figure = Figure(go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line=_TRUTH, name="truth"))
    figure.add_traces(lines_with_bands(curves, "amplitude %{x:.2f}: %{y:.3f}"))
    figure.update_xaxes(title_text="amplitude of a feature alone", range=[0, 1])
    figure.update_yaxes(title_text="output on it")
    return styled(figure, title, f"{seeds_note(curves)}; mean over features", height=480)


def spectrum_plot(curves: Sequence[Curve], title: str) -> go.Figure:
    """Singular values by rank with a band over seeds; dotted: 1."""
    figure = Figure()
    figure.add_traces(lines_with_bands(curves, "rank %{x}: %{y:.3f}"))
    figure.add_hline(y=1, line=_TRUTH)
    figure.update_xaxes(title_text="rank")
    figure.update_yaxes(title_text="singular value of L2+ L1+ P", rangemode="tozero")
    note = f"{seeds_note(curves)}; neurons with a positive bias, together, while all are on"
    return styled(figure, title, note, height=460)


class Circuit(NamedTuple):
    """What the page of one network shows."""

    roles: Roles
    bias: Float[Array, " neuron"]
    gain: Float[Array, " neuron"]  # |incoming weights| |outgoing weights|
    amplitudes: np.ndarray
    answers: Mapping[str, Float[Array, "amplitude feature"]]  # of the network, and its parts if any
    singular_values: Float[Array, " rank"]  # none where there is no linear block
    losses: Mapping[str, float]  # whole, without each role, with the projector


def circuit_page(circuit: Circuit, title: str, note: str) -> go.Figure:
    """Four panels: neurons by role; answers to single features; the linear block; ablations.

    `note` is added to the small print.
    """
    figure = make_subplots(
        figure=Figure(), rows=2, cols=2, vertical_spacing=0.17, horizontal_spacing=0.2
    )
    _draw_roles(figure, circuit)
    _draw_answers(figure, circuit)
    _draw_block(figure, circuit)
    _draw_losses(figure, circuit)
    axes = (
        ("bias", "|in| |out|"),
        ("amplitude", "output"),
        ("rank", "singular value"),
        ("task loss", "part"),
    )
    for index, (x, y) in enumerate(axes):
        where = {"row": index // 2 + 1, "col": index % 2 + 1}
        figure.update_xaxes(title_text=x, **where)
        figure.update_yaxes(title_text=y, **where)
    figure.update_xaxes(**octave_ticks(np.array([*circuit.losses.values()])), row=2, col=2)
    figure.update_layout(legend={"title": "", "tracegroupgap": 12})
    lettered(figure, ("neurons by role", "a feature alone", "linear block", "loss without a part"))
    what = (
        "dotted: truth, 1, and the whole network's loss, from which bars start; "
        "projector: in place of linear; lines: medians over features, bands: 90 %"
    )
    return styled(figure, title, f"{what}; {note}", height=760)


def _draw_block(figure: go.Figure, circuit: Circuit) -> None:
    values = np.asarray(circuit.singular_values)
    dots = {"mode": "markers", "marker": {"size": 5, "color": "#222"}, "showlegend": False}
    hover = "rank %{x}: %{y:.3f}<extra></extra>"
    figure.add_trace(
        go.Scatter(x=np.arange(1, len(values) + 1), y=values, hovertemplate=hover, **dots),
        row=2,
        col=1,
    )
    figure.add_hline(y=1, line=_TRUTH, row=2, col=1)


def _draw_losses(figure: go.Figure, circuit: Circuit) -> None:
    names = {
        name: name.removeprefix("without ").replace("_", " ")
        for name in circuit.losses
        if name != "whole"
    }
    whole = circuit.losses["whole"]
    more = [circuit.losses[name] - whole for name in names]
    bars = {"orientation": "h", "marker": {"color": COLOURS[4]}, "showlegend": False}
    hover = "%{y}: %{customdata:.4f}<extra></extra>"
    hovered = {"customdata": [circuit.losses[name] for name in names], "hovertemplate": hover}
    figure.add_trace(
        go.Bar(y=[*names.values()], x=more, base=whole, **hovered, **bars), row=2, col=2
    )
    figure.add_vline(x=whole, line=_TRUTH, row=2, col=2)


def _draw_roles(figure: go.Figure, circuit: Circuit) -> None:
    for name, mask in circuit.roles._asdict().items():
        chosen, words = np.flatnonzero(np.asarray(mask)), name.replace("_", " ")
        if len(chosen):
            dots = go.Scatter(
                x=np.asarray(circuit.bias)[chosen],
                y=np.asarray(circuit.gain)[chosen],
                customdata=chosen,
                mode="markers",
                marker={"size": 6, "color": ROLE_COLOURS[words]},
                name=f"{words}: {len(chosen)}",
                legendgroup="roles",
                hovertemplate="neuron %{customdata}: bias %{x:.3f}, "
                "|in| |out| %{y:.3f}<extra></extra>",
            )
            figure.add_trace(dots, row=1, col=1)


def _draw_answers(figure: go.Figure, circuit: Circuit) -> None:
    figure.add_trace(
        go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line=_TRUTH, showlegend=False), row=1, col=2
    )
    for (name, answers), colour in zip(
        circuit.answers.items(), ("#000000", COLOURS[1], COLOURS[0]), strict=False
    ):
        low, middle, high = np.percentile(np.asarray(answers), (5, 50, 95), axis=1)
        x = circuit.amplitudes
        area = go.Scatter(
            x=np.concatenate([x, x[::-1]]),
            y=np.concatenate([high, low[::-1]]),
            fill="toself",
            line={"width": 0},
        )
        area.update(
            fillcolor=faded(colour, 0.15), hoverinfo="skip", showlegend=False, legendgroup=name
        )
        line = go.Scatter(
            x=x,
            y=middle,
            mode="lines",
            line={"color": colour, "width": 2},
            name=name,
            legendgroup=name,
        )
        figure.add_traces([area, line], rows=[1, 1], cols=[2, 2])
