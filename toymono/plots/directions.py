"""The directions of one network's features: how far each two overlap, and where they lie in a
plane.
"""

import numpy as np
import plotly.graph_objects as go
from jaxtyping import Float
from plotly.subplots import make_subplots

from toymono.analysis.directions import Directions
from toymono.plots.figure import Figure
from toymono.plots.maps import named_on_hover
from toymono.plots.style import COLOURS, MAGNITUDE, lettered, panel, styled
from toymono.plots.superposition import signed_heatmap

TITLES = {
    "gram": "How far the directions of each two features overlap",
    "plane": "The directions in a plane, coloured by the dimensions that a feature has",
}
ORDER = (
    "Features: the longest direction first, then always the one that overlaps most with any before"
)
_CHAINED = "features, chained by overlap"
_SPOKE = {"color": "rgba(128,128,128,0.5)", "width": 1}
_PANEL_HEIGHT = 540
_BAR = {"thickness": 10, "len": 0.9}


def overlap_panel(shown: Directions, n_shown: int) -> go.Figure:
    """The Gram matrix without its numbers, for the first so many features in display order."""
    figure = Figure(_overlaps(shown, None))
    _name_features(figure, shown, n_shown)
    return panel(figure, "", _CHAINED, "", _PANEL_HEIGHT)


def plane_panel(shown: Directions) -> go.Figure:
    """Every direction as a line from zero to a dot, which a trace "chosen" may ring."""
    ring = {"size": 18, "color": "rgba(0,0,0,0)", "line": {"width": 3, "color": COLOURS[1]}}
    figure = Figure([*_plane(shown), go.Scatter(name="chosen", mode="markers", marker=ring)])
    figure.update_traces(hoverinfo="skip", selector={"name": "chosen"})
    square = {"constrain": "domain", "range": _ends(shown)}
    figure.update_xaxes(**square).update_yaxes(scaleanchor="x", **square)
    figure.update_layout(hovermode="closest")
    return panel(figure, "", *plane_axes(shown), _PANEL_HEIGHT)


def directions_figure(shown: Directions, title: str, note: str) -> go.Figure:
    """Both, side by side."""
    figure = make_subplots(
        figure=Figure(), rows=1, cols=2, column_widths=[0.5, 0.5], horizontal_spacing=0.16
    )
    gram = shown.gram[shown.order][:, shown.order]
    figure.add_trace(_overlaps(shown, gram, x=0.43), row=1, col=1)
    figure.add_traces(_plane(shown), rows=1, cols=2)
    _name_features(figure, shown, len(gram))
    x, y = plane_axes(shown)
    figure.update_xaxes(title_text=_CHAINED, row=1, col=1)
    figure.update_yaxes(title_text="features, in the same order", row=1, col=1)
    figure.update_xaxes(title_text=x, range=_ends(shown), constrain="domain", row=1, col=2)
    square = {"scaleanchor": "x2", "constrain": "domain", "range": _ends(shown)}
    figure.update_yaxes(title_text=y, **square, row=1, col=2)
    figure.update_layout(showlegend=False, hovermode="closest")
    lettered(figure, ["how far each two overlap", "in a plane, coloured by dimensions"])
    return styled(figure, title, f"{ORDER}; {note}", height=540)


def plane_axes(shown: Directions) -> tuple[str, str]:
    """What the axes of the plane are; of principal components, what share of the variance about
    zero each shows."""
    if shown.is_exact:
        return "neuron 0", "neuron 1" if shown.n_dimensions == 2 else ""
    titles = (
        f"component {at} ({share:.0%} of variance)" for at, share in enumerate(shown.shares, 1)
    )
    return next(titles), next(titles)


def _ends(shown: Directions) -> list[float]:
    """Of both axes of the plane, so that zero is in the middle."""
    far = 1.1 * float(np.abs(np.nan_to_num(shown.plane)).max(initial=0)) or 1.0
    return [-far, far]


def _overlaps(
    shown: Directions, gram: Float[np.ndarray, "feature feature"] | None, **colorbar: float
) -> go.Heatmap:
    top = float(np.abs(np.nan_to_num(shown.gram)).max(initial=0)) or 1.0
    bar = {**_BAR, **colorbar}
    hover = "%{x}, %{y}: %{z:.3f}<extra></extra>"
    return signed_heatmap(gram, top, hover).update(name="gram", colorbar=bar)


def _plane(shown: Directions) -> list[go.Scatter]:
    """Lines from zero, and dots in the colour of the dimensions that a feature has."""
    x, y = np.nan_to_num(shown.plane)
    spokes = {axis: np.stack([0 * of, of, of], axis=-1) for axis, of in (("x", x), ("y", y))}
    for of in spokes.values():
        of[:, 2] = np.nan  # a gap
    ends = {axis: of.ravel() for axis, of in spokes.items()}
    lines = go.Scatter(name="lines", mode="lines", line=_SPOKE, hoverinfo="skip", **ends)
    colours = {"color": shown.capacity, "cmin": 0, "cmax": 1, "colorscale": MAGNITUDE}
    rim = {"width": 1, "color": "#888888"}  # dark dots on a dark page
    marker = {**colours, "line": rim, "size": 8, "colorbar": _BAR}
    hovered = np.stack([np.arange(len(x)), shown.length], axis=-1)
    dots = go.Scatter(name="features", x=x, y=y, mode="markers", marker=marker, customdata=hovered)
    hover = "feature %{customdata[0]}: length %{customdata[1]:.3f}, %{marker.color:.3f} of a "
    return [lines, dots.update(hovertemplate=f"{hover}dimension<extra></extra>")]


def _name_features(figure: go.Figure, shown: Directions, n_shown: int) -> None:
    """Features under their own numbers when hovered, in a square."""
    names = named_on_hover([f"feature {feature}" for feature in shown.order[:n_shown].tolist()])
    square = {"autorange": "reversed", "scaleanchor": "x"}
    figure.update_layout(
        xaxis={**names, "constrain": "domain"}, yaxis={**names, **square, "constrain": "domain"}
    )
