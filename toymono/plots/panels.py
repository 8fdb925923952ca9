"""One neuron or one feature in small figures that stand beside each other: what it does, alone and over training."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from toymono.analysis.amplitudes import AMPLITUDES
from toymono.analysis.monosemanticity import MONO_THRESHOLD
from toymono.analysis.portrait import History, Kinked, Portrait, best_scores, kinked_answer
from toymono.plots.style import COLOURS, SIGN_COLOURS, faded, panel, step_ticks

_TRUTH = {"color": "#222", "width": 1, "dash": "dot"}
NEURON_TITLES = {
    "responses": "Response to every feature: most to {favourite}",
    "answer": "Answer to feature {favourite} as it grows",
    "incoming": "Incoming weights",
    "outgoing": "Outgoing weights",
    "training": "Score and bias over training",
}
FEATURE_TITLES = {
    "responses": "Response of every neuron: most of {strongest}",
    "answer": "Answer to it as it grows",
    "outputs": "Outputs while it is on alone",
    "training": "Best score of the neurons that answer it most",
}


NEURON_PANELS = ("responses", "answer", "incoming", "outgoing", "training")
FEATURE_PANELS = ("responses", "answer", "outputs", "training")


def neuron_panels(shown: Portrait, past: History, neuron: int) -> dict[str, go.Figure]:
    """Five figures of a neuron, by what they show: NEURON_PANELS."""
    favourite = int(shown.favourite[neuron])
    title = {name: words.format(favourite=favourite) for name, words in NEURON_TITLES.items()}
    return {
        "responses": _magnitudes(shown.responses[neuron], title["responses"], "feature", favourite),
        "answer": answer_panel(kinked_answer(shown, favourite), title["answer"], neuron),
        "incoming": _signed(shown.incoming[neuron], title["incoming"], "input", "weight"),
        "outgoing": _signed(shown.outgoing[neuron], title["outgoing"], "output", "weight"),
        "training": _neuron_training(past, neuron, title["training"]),
    }


def feature_panels(shown: Portrait, past: History, feature: int) -> dict[str, go.Figure]:
    """Four figures of a feature, by what they show: FEATURE_PANELS."""
    strongest = int(shown.responses[:, feature].argmax())
    title = {name: words.format(strongest=strongest) for name, words in FEATURE_TITLES.items()}
    return {
        "responses": _magnitudes(shown.responses[:, feature], title["responses"], "neuron", strongest),
        "answer": answer_panel(kinked_answer(shown, feature), title["answer"]),
        "outputs": _signed(shown.outputs[feature], title["outputs"], "feature", "output"),
        "training": _feature_training(past, feature, title["training"]),
    }


def _magnitudes(values: np.ndarray, title: str, of: str, strongest: int) -> go.Figure:
    every = go.Bar(name="every", x=np.arange(len(values)), y=values, marker_color=COLOURS[0])
    most = go.Bar(name="strongest", x=[strongest], y=values[[strongest]], marker_color=COLOURS[1])
    figure = go.Figure([every, most]).update_traces(marker_line_width=0)
    figure.update_traces(hovertemplate=f"{of} %{{x}}: %{{y:.4f}}<extra></extra>")
    return panel(figure, title, of, "response").update_layout(bargap=0, barmode="overlay")


def _signed(values: np.ndarray, title: str, of: str, what: str) -> go.Figure:
    figure = go.Figure()
    for name, part in (("positive", np.maximum(values, 0)), ("negative", np.minimum(values, 0))):
        figure.add_trace(go.Bar(name=name, x=np.arange(len(values)), y=part, marker_color=SIGN_COLOURS[name]))
    figure.update_traces(hovertemplate=f"{of} %{{x}}: %{{y:.4f}}<extra></extra>", marker_line_width=0)
    return panel(figure, title, of, what).update_layout(bargap=0, barmode="relative")


def answer_panel(answer: Kinked, title: str, neuron: int | None = None) -> go.Figure:
    """Output on a lone feature against its amplitude; dots: bends, a diamond for those of `neuron`; dotted: truth."""
    figure = go.Figure(go.Scatter(name="truth", x=[0, 1], y=[0, 1], mode="lines", line=_TRUTH, hoverinfo="skip"))
    line = {"color": COLOURS[0], "width": 2}
    figure.add_scatter(name="answer", x=AMPLITUDES, y=answer.line, mode="lines", line=line)
    own = answer.neuron == (-1 if neuron is None else neuron)
    figure.add_trace(_bends("bends", answer, ~own, size=7, symbol="circle", color="#555555"))
    figure.add_trace(_bends("own bends", answer, own, size=13, symbol="diamond", color=COLOURS[1]))
    figure.update_traces(hovertemplate="%{x:.2f}: %{y:.3f}<extra></extra>", selector={"name": "answer"})
    return panel(figure, title, "amplitude of the feature alone", "output on it")


def _bends(name: str, answer: Kinked, chosen: np.ndarray, **marker: str | int) -> go.Scatter:
    told = np.stack([answer.neuron, answer.change], axis=-1)[chosen]
    dots = go.Scatter(x=answer.amplitude[chosen], y=answer.output[chosen], customdata=told, marker=marker)
    dots.hovertemplate = "neuron %{customdata[0]} bends it by %{customdata[1]:.3f} at %{x:.3f}<extra></extra>"
    return dots.update(name=name, mode="markers")


def _neuron_training(past: History, neuron: int, title: str) -> go.Figure:
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    favourites = [f"step {s}, favourite feature {f}" for s, f in zip(past.step, past.favourite[:, neuron], strict=True)]
    drawn = (("score", past.score, COLOURS[2]), ("bias", past.bias, COLOURS[3]))
    for row, (name, values, colour) in enumerate(drawn, start=1):
        line = go.Scatter(name=name, x=past.step, y=values[:, neuron], text=favourites, mode="lines+markers")
        line.update(line={"color": colour}, hovertemplate="%{text}: %{y:.4f}<extra></extra>")
        figure.add_trace(line, row=row, col=1)
    panel(figure, title, "", "").update_xaxes(**step_ticks(past.step))
    figure.update_xaxes(title_text="log2 steps", row=2, col=1)
    figure.update_yaxes(title_text="score", range=[0, 1.05], row=1, col=1)
    return figure.update_yaxes(title_text="bias", row=2, col=1)


def _feature_training(past: History, feature: int, title: str) -> go.Figure:
    best, line = best_scores(past, feature), {"color": COLOURS[2]}
    line = go.Scatter(name="best score", x=past.step, y=best, mode="lines+markers", line=line)
    line.hovertemplate = "step %{x}: %{y:.4f}<extra></extra>"
    figure = go.Figure(line).add_hline(y=MONO_THRESHOLD, line=_TRUTH).update_yaxes(range=[0, 1.05])
    return panel(figure, title, "log2 steps", "score").update_xaxes(**step_ticks(past.step))


def activation_panel(hidden: np.ndarray, whole: np.ndarray, order: np.ndarray, is_on: np.ndarray) -> go.Figure:
    """Activations on one input in display order; pale: of the whole network; crosses: neurons that are switched off.

    Marks at zero carry the neuron's number as customdata, so that every neuron can be clicked.
    """
    places = np.arange(len(order))
    figure = go.Figure(go.Bar(x=places, y=whole[order], marker={"color": faded(COLOURS[0], 0.25)}, hoverinfo="skip"))
    hover = "neuron %{customdata}: %{y:.4f}<extra></extra>"
    bars = go.Bar(x=places, y=hidden[order], customdata=order, marker={"color": COLOURS[0]}, hovertemplate=hover)
    marks = go.Scatter(x=places, y=np.zeros(len(order)), customdata=order, mode="markers")
    marks.marker = {
        "symbol": np.where(is_on[order], "line-ns-open", "x"),
        "color": np.where(is_on[order], "#aaaaaa", COLOURS[1]),
        "size": 7,
    }
    marks.hovertemplate = "neuron %{customdata}: click to switch<extra></extra>"
    figure.add_traces([bars.update(marker_line_width=0), marks])
    panel(
        figure, "Activations (pale: with all neurons on)", "neurons, most monosemantic first", "activation", height=320
    )
    return figure.update_layout(barmode="overlay", bargap=0, hovermode="closest")


def output_panel(outputs: np.ndarray, whole: np.ndarray, targets: np.ndarray) -> go.Figure:
    """Outputs on one input; pale: of the whole network; rings: what was asked for."""
    places = np.arange(len(outputs))
    hover = "output %{x}: %{y:.4f}<extra></extra>"
    figure = go.Figure(go.Bar(x=places, y=whole, marker={"color": faded(COLOURS[2], 0.25)}, hoverinfo="skip"))
    figure.add_trace(go.Bar(x=places, y=outputs, marker={"color": COLOURS[2]}, hovertemplate=hover))
    asked = np.flatnonzero(targets)
    rings = go.Scatter(
        x=asked, y=targets[asked], mode="markers", hovertemplate="asked of %{x}: %{y:.4f}<extra></extra>"
    )
    rings.marker = {"symbol": "circle-open", "size": 10, "color": "#222", "line": {"width": 2}}
    figure.add_trace(rings).update_traces(marker_line_width=0, selector={"type": "bar"})
    panel(figure, "Outputs (pale: with all neurons on; rings: what was asked for)", "output", "value", height=320)
    return figure.update_layout(barmode="overlay", bargap=0, hovermode="closest")
