"""One neuron or one feature in small figures that stand beside each other: what it does, alone and over training."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from toymono.analysis.amplitudes import AMPLITUDES
from toymono.analysis.monosemanticity import MONO_THRESHOLD
from toymono.analysis.portrait import History, Kinked, Portrait, best_scores, kinked_answer
from toymono.plots.style import COLOURS, SIGNED, panel, step_ticks

_TRUTH = {"color": "#222", "width": 1, "dash": "dot"}


def neuron_panels(shown: Portrait, past: History, neuron: int) -> dict[str, go.Figure]:
    """Five figures of a neuron, by what they show: responses, answer, incoming, outgoing, training."""
    favourite = int(shown.favourite[neuron])
    answer = answer_panel(kinked_answer(shown, favourite), f"Answer to feature {favourite} as it grows", neuron)
    return {
        "responses": _magnitudes(
            shown.responses[neuron], f"Response to every feature: most to {favourite}", "feature", favourite
        ),
        "answer": answer,
        "incoming": _signed(shown.incoming[neuron], "Incoming weights", "input", "weight"),
        "outgoing": _signed(shown.outgoing[neuron], "Outgoing weights", "output", "weight"),
        "training": _neuron_training(past, neuron),
    }


def feature_panels(shown: Portrait, past: History, feature: int) -> dict[str, go.Figure]:
    """Four figures of a feature, by what they show: responses, answer, outputs, training."""
    strongest = int(shown.responses[:, feature].argmax())
    return {
        "responses": _magnitudes(
            shown.responses[:, feature], f"Response of every neuron: most of {strongest}", "neuron", strongest
        ),
        "answer": answer_panel(kinked_answer(shown, feature), "Answer to it as it grows"),
        "outputs": _signed(shown.outputs[feature], "Outputs while it is on alone", "feature", "output"),
        "training": _feature_training(past, feature),
    }


def _magnitudes(values: np.ndarray, title: str, of: str, strongest: int) -> go.Figure:
    colours = np.where(np.arange(len(values)) == strongest, COLOURS[1], COLOURS[0])
    bars = go.Bar(x=np.arange(len(values)), y=values, marker={"color": colours, "line": {"width": 0}})
    bars.hovertemplate = f"{of} %{{x}}: %{{y:.4f}}<extra></extra>"
    return panel(go.Figure(bars), title, of, "response").update_layout(bargap=0)


def _signed(values: np.ndarray, title: str, of: str, what: str) -> go.Figure:
    top = float(np.abs(values).max(initial=0)) or 1.0
    marker = {"color": values, "colorscale": SIGNED, "cmin": -top, "cmax": top, "line": {"width": 0.5, "color": "#888"}}
    bars = go.Bar(x=np.arange(len(values)), y=values, marker=marker)
    bars.hovertemplate = f"{of} %{{x}}: %{{y:.4f}}<extra></extra>"
    return panel(go.Figure(bars), title, of, what).update_layout(bargap=0)


def answer_panel(answer: Kinked, title: str, neuron: int | None = None) -> go.Figure:
    """Output on a lone feature against its amplitude; dots: bends, a diamond for those of `neuron`; dotted: truth."""
    figure = go.Figure(go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line=_TRUTH, hoverinfo="skip"))
    line = {"color": COLOURS[0], "width": 2}
    figure.add_trace(
        go.Scatter(x=AMPLITUDES, y=answer.line, mode="lines", line=line, hovertemplate="%{x:.2f}: %{y:.3f}")
    )
    own = answer.neuron == (-1 if neuron is None else neuron)
    dots = go.Scatter(
        x=answer.amplitude,
        y=answer.output,
        customdata=np.stack([answer.neuron, answer.change], axis=-1),
        mode="markers",
        marker={
            "size": np.where(own, 13, 7),
            "symbol": np.where(own, "diamond", "circle"),
            "color": np.where(own, COLOURS[1], "#555555"),
        },
        hovertemplate="neuron %{customdata[0]} bends it by %{customdata[1]:.3f} at %{x:.3f}",
    )
    figure.add_trace(dots).update_traces(name="", selector={"type": "scatter"})
    return panel(figure, title, "amplitude of the feature alone", "output on it")


def _neuron_training(past: History, neuron: int) -> go.Figure:
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    favourites = [f"step {s}, favourite feature {f}" for s, f in zip(past.step, past.favourite[:, neuron], strict=True)]
    for row, (values, colour) in enumerate(((past.score, COLOURS[2]), (past.bias, COLOURS[3])), start=1):
        line = go.Scatter(x=past.step, y=values[:, neuron], text=favourites, mode="lines+markers")
        line.update(line={"color": colour}, hovertemplate="%{text}: %{y:.4f}<extra></extra>")
        figure.add_trace(line, row=row, col=1)
    panel(figure, "Score and bias over training", "", "").update_xaxes(**step_ticks(past.step))
    figure.update_xaxes(title_text="log2 steps", row=2, col=1)
    figure.update_yaxes(title_text="score", range=[0, 1.05], row=1, col=1)
    return figure.update_yaxes(title_text="bias", row=2, col=1)


def _feature_training(past: History, feature: int) -> go.Figure:
    line = go.Scatter(x=past.step, y=best_scores(past, feature), mode="lines+markers", line={"color": COLOURS[2]})
    line.hovertemplate = "step %{x}: %{y:.4f}<extra></extra>"
    figure = go.Figure(line).add_hline(y=MONO_THRESHOLD, line=_TRUTH).update_yaxes(range=[0, 1.05])
    title = "Best score of the neurons that answer it most"
    return panel(figure, title, "log2 steps", "score").update_xaxes(**step_ticks(past.step))
