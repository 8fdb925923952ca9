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


def _stems(name: str, values: np.ndarray, colour: str, of: str) -> go.Scatter:
    """Bars side by side as one filled line, which a browser draws many times faster than bars."""
    line = {"shape": "hvh", "width": 0.5, "color": colour}
    area = go.Scatter(name=name, x=np.arange(len(values)), y=values, mode="lines", line=line, fill="tozeroy")
    return area.update(fillcolor=colour, hovertemplate=f"{of} %{{x}}: %{{y:.4f}}<extra></extra>")


def _magnitudes(values: np.ndarray, title: str, of: str, strongest: int) -> go.Figure:
    marker = {"color": COLOURS[1], "size": 9, "symbol": "diamond"}
    most = go.Scatter(name="strongest", x=[strongest], y=values[[strongest]], mode="markers", marker=marker)
    most.hovertemplate = f"{of} %{{x}}: %{{y:.4f}}<extra></extra>"
    return panel(go.Figure([_stems("every", values, COLOURS[0], of), most]), title, of, "response")


def _signed(values: np.ndarray, title: str, of: str, what: str) -> go.Figure:
    parts = {"positive": np.maximum(values, 0), "negative": np.minimum(values, 0)}
    stems = [_stems(name, part, SIGN_COLOURS[name], of) for name, part in parts.items()]
    return panel(go.Figure(stems), title, of, what)


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
    marks = go.Scatter(x=np.arange(len(order)), y=np.zeros(len(order)), mode="markers", name="switches")
    marks.marker = {
        "symbol": np.where(is_on[order], "line-ns-open", "x"),
        "color": np.where(is_on[order], "#aaaaaa", COLOURS[1]),
        "size": 7,
    }
    marks.update(customdata=np.stack([order, hidden[order]], axis=-1))
    marks.hovertemplate = "neuron %{customdata[0]}: %{customdata[1]:.4f}, click to switch<extra></extra>"
    figure = go.Figure([*_with_and_without(hidden[order], whole[order], COLOURS[0], "place"), marks])
    title = "Activations (pale: with all neurons on)"
    return panel(figure, title, "neurons, by their last score", "activation", height=320)


def output_panel(outputs: np.ndarray, whole: np.ndarray, targets: np.ndarray) -> go.Figure:
    """Outputs on one input; pale: of the whole network; rings: what was asked for."""
    asked = np.flatnonzero(targets)
    rings = go.Scatter(name="asked", x=asked, y=targets[asked], mode="markers")
    rings.marker = {"symbol": "circle-open", "size": 10, "color": "#222", "line": {"width": 2}}
    rings.hovertemplate = "asked of %{x}: %{y:.4f}<extra></extra>"
    figure = go.Figure([*_with_and_without(outputs, whole, COLOURS[2], "output"), rings])
    title = "Outputs (pale: with all neurons on; rings: asked for)"
    return panel(figure, title, "output", "value", height=320)


def _with_and_without(now: np.ndarray, whole: np.ndarray, colour: str, of: str) -> tuple[go.Scatter, go.Scatter]:
    pale = _stems("whole", whole, faded(colour, 0.25), of).update(hoverinfo="skip", hovertemplate=None)
    return pale, _stems("now", now, colour, of)
