"""The pictures of Elhage et al. 2022: dimensionality against 1 / density, weights and their Gram
matrices, the phase diagram of two features, directions in a plane.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float, Int
from plotly.subplots import make_subplots

from toymono.evidence.curves import Curve
from toymono.plots.curves import lines_with_bands, seeds_note
from toymono.plots.figure import Figure
from toymono.plots.style import COLOURS, SIGNED, lettered, styled
from toymono.plots.ticks import setting_ticks

_LINE = {"color": "#888", "width": 1, "dash": "dot"}
_INVERSE_DENSITY = "1 / density"
_TICKS = (1, 2, 5, 10, 20, 50, 100)
_MARGIN = 0.03  # decades beyond the ends


class Points(NamedTuple):
    """The dimensionality of single features against the density of their level."""

    inverse_density: Float[np.ndarray, " feature"]
    dimensionality: Float[np.ndarray, " feature"]


def dimensionality_plot(
    points: Points, per_feature: Curve, fractions: Mapping[str, float], title: str, verdict: str
) -> go.Figure:
    """Dimensions per feature D*, and every represented feature's dimensionality, against
    1 / density, with lines at the fractions.
    """
    figure = make_subplots(figure=Figure(), rows=1, cols=2, horizontal_spacing=0.09)
    for trace in lines_with_bands([per_feature], "1 / density %{x:.3g}: D* %{y:.3f}"):
        figure.add_trace(trace.update(showlegend=False), row=1, col=1)
    dots = {"mode": "markers", "marker": {"size": 4, "opacity": 0.35, "color": COLOURS[0]}}
    hover = "1 / density %{x:.3g}: %{y:.3f} of a dimension<extra></extra>"
    figure.add_trace(
        go.Scattergl(
            x=points.inverse_density, y=points.dimensionality, hovertemplate=hover, **dots
        ),
        row=1,
        col=2,
    )
    _mark_fractions(figure, fractions)
    low, high = np.log10([per_feature.x.min(), per_feature.x.max()])
    ticks = {"tickvals": _TICKS, "ticktext": [f"{tick}" for tick in _TICKS]}
    figure.update_xaxes(
        type="log", range=[low - _MARGIN, high + _MARGIN], title_text=_INVERSE_DENSITY, **ticks
    )
    figure.update_yaxes(range=[0, 1.1])
    figure.update_yaxes(title_text="dimensions per feature D*", col=1)
    figure.update_yaxes(title_text="dimensionality of a feature", col=2)
    lettered(figure, ["D* of each level", "every represented feature"])
    styled(figure, f"{title}: {verdict}", seeds_note([per_feature]), height=520)
    return figure.update_layout(showlegend=False, margin={"r": 130})


def _mark_fractions(figure: go.Figure, fractions: Mapping[str, float]) -> None:
    """A line at each fraction, named to the right of the second panel."""
    for name, fraction in fractions.items():
        figure.add_hline(y=fraction, line=_LINE, row=1, col="all")
        above = "top" if fraction == min(fractions.values()) else "bottom"
        mark = {"text": name, "showarrow": False, "xanchor": "left", "yanchor": above}
        figure.add_annotation(x=1.01, xref="x2 domain", y=fraction, yref="y2", font_size=11, **mark)


class Weighed(NamedTuple):
    """One network's hidden directions."""

    name: str
    directions: Float[np.ndarray, "dimension feature"]


def weights_and_gram(shown: Sequence[Weighed], title: str, note: str) -> go.Figure:
    """For each network W on top, and W^T W below: features side by side."""
    figure = make_subplots(
        figure=Figure(),
        rows=2,
        cols=len(shown),
        subplot_titles=[one.name for one in shown],
        vertical_spacing=0.1,
        row_heights=[0.3, 0.7],
    )
    for col, one in enumerate(shown, start=1):
        for row, values in enumerate((one.directions, one.directions.T @ one.directions), start=1):
            heatmap = signed_heatmap(values, 1.0, "%{y}, %{x}: %{z:.3f}<extra></extra>")
            is_first = (row, col) == (1, 1)
            figure.add_trace(heatmap.update(showscale=is_first), row=row, col=col)
    figure.update_yaxes(autorange="reversed")
    figure.update_yaxes(title_text="dimension", row=1, col=1)
    figure.update_yaxes(title_text="feature", row=2, col=1)
    return styled(figure, title, note, height=620)


def signed_heatmap(
    values: Float[np.ndarray, "row column"] | None, top: float, hover: str
) -> go.Heatmap:
    """Numbers from -`top` to `top` as colours, white at zero."""
    shades = {"zmin": -top, "zmax": top, "colorscale": SIGNED}
    return go.Heatmap(z=values, hovertemplate=hover, **shades)


class PhaseMap(NamedTuple):
    """Phases by index in their names, -1 for none of them."""

    density: Float[np.ndarray, " density"]
    importance: Float[np.ndarray, " importance"]
    found: Int[np.ndarray, "density importance"]
    predicted: Int[np.ndarray, "density importance"]


def phase_diagram(shown: PhaseMap, phases: Sequence[str], title: str, note: str) -> go.Figure:
    """What trained networks represent, beside what the closed forms predict."""
    figure = make_subplots(
        figure=Figure(), rows=1, cols=2, shared_yaxes=True, horizontal_spacing=0.06
    )
    names = ["unclear", *phases]
    colours = ("#BBBBBB", *COLOURS[: len(phases)])
    steps = [(at / len(names), colour) for at, colour in enumerate(colours)]
    ends = [((at + 1) / len(names), colour) for at, colour in enumerate(colours)]
    scale = [stop for pair in zip(steps, ends, strict=True) for stop in pair]
    bar = {"tickvals": [*range(-1, len(phases))], "ticktext": names}
    for col, values in enumerate((shown.found, shown.predicted), start=1):
        heatmap = go.Heatmap(
            x=shown.importance,
            y=1 / shown.density,
            z=values,
            zmin=-1.5,
            zmax=len(phases) - 0.5,
            colorscale=scale,
            colorbar=bar,
            showscale=col == 1,
            hovertemplate="importance %{x:.3g}, 1 / density %{y:.3g}<extra></extra>",
        )
        figure.add_trace(heatmap, row=1, col=col)
    importances = (0.1, 0.2, 0.5, *_TICKS)
    figure.update_xaxes(type="log", tickvals=importances, ticktext=[f"{t:g}" for t in importances])
    figure.update_xaxes(title_text="importance of the second feature")
    figure.update_yaxes(type="log", tickvals=_TICKS, ticktext=[f"{tick}" for tick in _TICKS])
    figure.update_yaxes(title_text=_INVERSE_DENSITY, col=1)
    lettered(figure, ["trained", "closed forms"])
    return styled(figure, title, note, height=480)


def share_curve(
    curve: Curve, title: str, note: str, y: str, x: str = _INVERSE_DENSITY
) -> go.Figure:
    """A share against 1 / density, or another number above 0, with its interval."""
    figure = Figure(lines_with_bands([curve], f"{x} %{{x:.3g}}: %{{y:.3f}}"))
    figure.update_xaxes(title_text=x, **setting_ticks(np.sort(curve.x)))
    figure.update_yaxes(range=[-0.02, 1.05], title_text=y)
    figure.update_layout(showlegend=False)
    return styled(figure, title, note, height=420)


def directions_in_plane(
    shown: Sequence[Weighed], groups: Mapping[str, Sequence[int]], title: str, note: str
) -> go.Figure:
    """The directions of each network's features in its two hidden dimensions, side by side, with
    the unit circle; `groups` names the features that share a colour.
    """
    names = [one.name for one in shown]
    figure = make_subplots(figure=Figure(), rows=1, cols=len(shown), subplot_titles=names)
    for col, one in enumerate(shown, start=1):
        for (name, features), colour in zip(groups.items(), COLOURS, strict=False):
            there = [feature for feature in features if feature < one.directions.shape[1]]
            trace = _rays(one.directions[:, there], there, name, colour)
            figure.add_trace(trace.update(showlegend=col == len(shown)), row=1, col=col)
        axis = {"range": [-_PLANE, _PLANE], "tickvals": [-1, 0, 1]}
        figure.update_xaxes(title_text="dimension 1", **axis, row=1, col=col)
        figure.update_yaxes(scaleanchor=f"x{col}", **axis, row=1, col=col)
    figure.add_shape(type="circle", x0=-1, x1=1, y0=-1, y1=1, line=_LINE, row="all", col="all")
    figure.update_yaxes(title_text="dimension 2", col=1)
    figure.update_layout(legend={"orientation": "h", "x": 1, "xanchor": "right", "y": -0.25})
    return styled(figure, title, note, height=380)


_PLANE = 1.55  # longest length shown


def _rays(directions: np.ndarray, features: Sequence[int], name: str, colour: str) -> go.Scatter:
    """Lines from the origin to each direction, with a dot at the end."""
    x, y = ([v for end in ends.tolist() for v in (0.0, end, None)] for ends in directions)
    return go.Scatter(
        x=x,
        y=y,
        name=name,
        legendgroup=name,
        text=[f"feature {feature}" for feature in features for _ in range(3)],
        mode="lines+markers",
        line={"color": colour, "width": 2},
        marker={"size": [0, 9, 0] * len(features), "opacity": 1, "line": {"width": 0}},
        hovertemplate="%{text}: %{x:.3f}, %{y:.3f}<extra></extra>",
    )


def signed_weights(shown: Sequence[Weighed], title: str, note: str) -> go.Figure:
    """First-layer weights of some networks side by side: features down, neurons across."""
    names = [one.name for one in shown]
    figure = make_subplots(
        figure=Figure(), rows=1, cols=len(shown), shared_yaxes=True, subplot_titles=names
    )
    for col, one in enumerate(shown, start=1):
        hover = "feature %{y}, neuron %{x}: %{z:.3f}<extra></extra>"
        bar = {"title": {"text": "weight over the<br>neuron's largest"}}
        heatmap = signed_heatmap(one.directions, 1.0, hover)
        figure.add_trace(heatmap.update(colorbar=bar, showscale=col == 1), row=1, col=col)
    figure.update_xaxes(title_text="neuron", dtick=1)
    figure.update_yaxes(autorange="reversed", dtick=1)
    figure.update_yaxes(title_text="feature", col=1)
    return styled(figure, title, note, height=360)
