"""Small figures of one neuron or one feature: responses, weights, answers, history.

A look is a figure without numbers; a picture is what its title says and what its traces hold, by
name. Every neuron has the same looks, so that going on to another is replacing numbers.
"""

import functools
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from toymono.analysis.dashboard_data import Dashboard, History, Kinked, best_scores, kinked_answer
from toymono.analysis.monosemanticity import MONO_THRESHOLD
from toymono.analysis.responses import AMPLITUDES
from toymono.plots.figure import Figure
from toymono.plots.style import COLOURS, SIGN_COLOURS, panel, stems
from toymono.plots.ticks import step_ticks

What = Literal["neuron", "feature"]
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
_TRUTH = {"color": "#222", "width": 1, "dash": "dot"}
_LONGEST = 2**30  # steps: more than any run has, so that one axis does for all


class Picture(NamedTuple):
    """What one panel shows of one neuron or feature."""

    title: str
    traces: Mapping[str, Mapping[str, Any]]  # properties of each trace, by its name


def neuron_pictures(shown: Dashboard, past: History, neuron: int) -> dict[str, Picture]:
    """A neuron's five pictures, by the names of NEURON_TITLES."""
    favourite = int(shown.favourite[neuron])
    traces = {
        "responses": _magnitudes(shown.responses[neuron], favourite),
        "answer": _answer(kinked_answer(shown, favourite), neuron),
        "incoming": _signed(shown.incoming[neuron]),
        "outgoing": _signed(shown.outgoing[neuron]),
        "training": _neuron_training(past, neuron),
    }
    return {
        name: Picture(title.format(favourite=favourite), traces[name])
        for name, title in NEURON_TITLES.items()
    }


def feature_pictures(shown: Dashboard, past: History, feature: int) -> dict[str, Picture]:
    """A feature's four pictures, by the names of FEATURE_TITLES."""
    strongest = int(shown.responses[:, feature].argmax())
    traces = {
        "responses": _magnitudes(shown.responses[:, feature], strongest),
        "answer": _answer(kinked_answer(shown, feature), None),
        "outputs": _signed(shown.outputs[feature]),
        "training": {"best score": {"x": past.step, "y": best_scores(past, feature)}},
    }
    return {
        name: Picture(title.format(strongest=strongest), traces[name])
        for name, title in FEATURE_TITLES.items()
    }


def _magnitudes(values: np.ndarray, strongest: int) -> dict[str, dict[str, Any]]:
    most = {"x": np.array([strongest]), "y": values[[strongest]]}
    return {"every": {"x": np.arange(len(values)), "y": values}, "strongest": most}


def _signed(values: np.ndarray) -> dict[str, dict[str, Any]]:
    x, parts = (
        np.arange(len(values)),
        {"positive": np.maximum(values, 0), "negative": np.minimum(values, 0)},
    )
    return {name: {"x": x, "y": part} for name, part in parts.items()}


def _answer(answer: Kinked, neuron: int | None) -> dict[str, dict[str, Any]]:
    own = answer.neuron == (-1 if neuron is None else neuron)
    bends = np.stack([answer.neuron, answer.change], axis=-1)
    dots = {
        name: {
            "x": answer.amplitude[chosen],
            "y": answer.output[chosen],
            "customdata": bends[chosen],
        }
        for name, chosen in (("bends", ~own), ("own bends", own))
    }
    return {"answer": {"x": AMPLITUDES, "y": answer.line}, **dots}


def _neuron_training(past: History, neuron: int) -> dict[str, dict[str, Any]]:
    favourites = [
        f"step {s}, favourite feature {f}"
        for s, f in zip(past.step, past.favourite[:, neuron], strict=True)
    ]
    drawn = {"score": past.score, "bias": past.bias}
    return {
        name: {"x": past.step, "y": values[:, neuron], "text": favourites}
        for name, values in drawn.items()
    }


@functools.cache
def looks(what: What) -> dict[str, go.Figure]:
    """The empty figures of a neuron's or a feature's pictures, by name; shared, so do not change
    them.
    """
    if what == "neuron":
        return {
            "responses": _magnitudes_look("feature"),
            "answer": _answer_look(),
            "incoming": _signed_look("input", "weight"),
            "outgoing": _signed_look("output", "weight"),
            "training": _neuron_training_look(),
        }
    return {
        "responses": _magnitudes_look("neuron"),
        "answer": _answer_look(),
        "outputs": _signed_look("feature", "output"),
        "training": _feature_training_look(),
    }


@functools.cache
def _look_of(what: What, name: str) -> dict[str, Any]:
    return looks(what)[name].to_plotly_json()


def filled(what: What, name: str, picture: Picture) -> dict[str, Any]:
    """A picture's data in its empty figure, as plotly JSON; takes well under a millisecond."""
    look = _look_of(what, name)
    data = [{**trace, **picture.traces.get(trace["name"], {})} for trace in look["data"]]
    title = {**look["layout"]["title"], "text": picture.title}
    return {"data": data, "layout": {**look["layout"], "title": title}}


def _magnitudes_look(of: str) -> go.Figure:
    marker = {"color": COLOURS[1], "size": 9, "symbol": "diamond"}
    most = go.Scatter(name="strongest", mode="markers", marker=marker)
    most.hovertemplate = f"{of} %{{x}}: %{{y:.4f}}<extra></extra>"
    return panel(Figure([stems("every", COLOURS[0], of), most]), "", of, "response")


def _signed_look(of: str, what: str) -> go.Figure:
    return panel(
        Figure([stems(name, colour, of) for name, colour in SIGN_COLOURS.items()]), "", of, what
    )


def _answer_look() -> go.Figure:
    """Dots: bends, a diamond for those of the neuron itself; dotted: truth."""
    figure = Figure(
        go.Scatter(name="truth", x=[0, 1], y=[0, 1], mode="lines", line=_TRUTH, hoverinfo="skip")
    )
    figure.add_scatter(name="answer", mode="lines", line={"color": COLOURS[0], "width": 2})
    figure.update_traces(
        hovertemplate="%{x:.2f}: %{y:.3f}<extra></extra>", selector={"name": "answer"}
    )
    hover = "neuron %{customdata[0]} bends it by %{customdata[1]:.3f} at %{x:.3f}<extra></extra>"
    figure.add_scatter(
        name="bends", mode="markers", marker={"size": 7, "color": "#555555"}, hovertemplate=hover
    )
    own = {"size": 13, "symbol": "diamond", "color": COLOURS[1]}
    figure.add_scatter(name="own bends", mode="markers", marker=own, hovertemplate=hover)
    return panel(figure, "", "amplitude of the feature alone", "output on it")


def _neuron_training_look() -> go.Figure:
    figure = make_subplots(
        figure=Figure(), rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08
    )
    for row, (name, colour) in enumerate((("score", COLOURS[2]), ("bias", COLOURS[3])), start=1):
        line = go.Scatter(name=name, mode="lines+markers", line={"color": colour})
        figure.add_trace(
            line.update(hovertemplate="%{text}: %{y:.4f}<extra></extra>"), row=row, col=1
        )
    panel(figure, "", "", "").update_xaxes(**step_ticks([_LONGEST]))
    figure.update_xaxes(title_text="log2 steps", row=2, col=1)
    figure.update_yaxes(title_text="score", range=[0, 1.05], row=1, col=1)
    return figure.update_yaxes(title_text="bias", row=2, col=1)


def _feature_training_look() -> go.Figure:
    line = go.Scatter(name="best score", mode="lines+markers", line={"color": COLOURS[2]})
    line.hovertemplate = "step %{x}: %{y:.4f}<extra></extra>"
    figure = Figure(line).add_hline(y=MONO_THRESHOLD, line=_TRUTH).update_yaxes(range=[0, 1.05])
    return panel(figure, "", "log2 steps", "score").update_xaxes(**step_ticks([_LONGEST]))
