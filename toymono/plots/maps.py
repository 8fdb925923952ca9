"""The feature-neuron map: all responses of all neurons; mono neurons form a diagonal."""

from typing import Any

import numpy as np
import plotly.graph_objects as go

from toymono.analysis.monosemanticity import MONO_THRESHOLD
from toymono.analysis.ordering import FeatureNeuronMap
from toymono.plots.figure import Figure
from toymono.plots.style import MAGNITUDE, styled


def feature_neuron_map(shown: FeatureNeuronMap, title: str, note: str) -> go.Figure:
    """Responses as colours: neurons across by score, features down; a line ends the mono ones."""
    responses = np.asarray(shown.responses, np.float32)
    n_neurons, n_features = responses.shape
    heatmap = go.Heatmap(
        z=responses.T,
        zmin=0,
        colorscale=MAGNITUDE,
        colorbar={"title": {"text": "response to the<br>feature alone<br>(strength 1)"}},
        hovertemplate="%{x}<br>%{y}<br>response %{z:.4f}<extra></extra>",
    )
    figure = Figure(heatmap)
    end = shown.n_mono - 0.5
    figure.add_vline(x=end, line={"color": "white", "width": 3})
    figure.add_vline(x=end, line={"color": "#222", "width": 1.5, "dash": "dash"})
    columns = (
        np.asarray(column).tolist() for column in (shown.order.neuron, shown.score, shown.bias)
    )
    neurons = [_neuron(*row) for row in zip(*columns, strict=True)]
    features = [f"feature {feature}" for feature in np.asarray(shown.order.feature).tolist()]
    figure.update_xaxes(
        title_text=f"{n_neurons} neurons, most monosemantic first", **named_on_hover(neurons)
    )
    figure.update_yaxes(
        title_text=f"{n_features} features, by the neuron they drive most", autorange="reversed"
    )
    figure.update_yaxes(**named_on_hover(features))
    counts = ", ".join(
        f"{n} have {m or 'none'}" for m, n in enumerate(shown.coverage.n_features.tolist())
    )
    mono = f"{shown.n_mono} neurons left of the line score above {MONO_THRESHOLD}"
    return styled(figure, title, f"{mono}; of {n_features} features {counts}; {note}", height=560)


def on_one_scale(figures: list[go.Figure]) -> list[go.Figure]:
    """The same maps, whose colours stand for the same responses."""
    kind = {"type": "heatmap"}
    maps = [trace for figure in figures for trace in figure.select_traces(kind)]
    top = max((float(np.max(trace.z, initial=0)) for trace in maps), default=0.0) or 1.0
    return [figure.update_traces(zmax=top, selector=kind) for figure in figures]


def named_on_hover(names: list[str]) -> dict[str, Any]:
    """An axis without ticks that names its positions on hover, so no text is stored per cell."""
    return {
        "tickvals": np.arange(len(names)),
        "ticktext": names,
        "showticklabels": False,
        "ticks": "",
        "showgrid": False,
    }


def _neuron(neuron: int, score: float, bias: float) -> str:
    return f"neuron {neuron}<br>score {score:.4f}<br>bias {bias:.4f}"
