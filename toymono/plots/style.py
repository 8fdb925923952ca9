"""What all figures share: fonts, colour-blind safe colours, names of settings."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from toymono.components.registry import neuron_measures
from toymono.config import setting_numbers

# Okabe and Ito 2008, without the yellow that is too pale on white.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
MAGNITUDE = "Cividis"  # even to the eye, and the same to readers with any colour vision
SIGNED = "RdBu"  # white at zero, red below, blue above
SIGN_COLOURS = {"positive": "#2166AC", "negative": "#B2182B"}  # near the ends of that scale
# Blue and orange are for treatments; neurons with one feature are green.
ROLE_COLOURS = {
    "dead": "#999999",
    "small": "#999999",
    "one of one": "#009E73",
    "one of several": "#7CC6A4",
    "nearly mono": "#CC79A7",
    "linear": "#7A5FC0",
    "other": "#B8A038",
}
FONT = "Helvetica, Arial, sans-serif"
# A tenth of plotly's own white template, which takes longer to build than the small figure that it
# is for.
_AXIS = {
    "gridcolor": "#E8ECF2",
    "zerolinecolor": "#C8D0DC",
    "automargin": True,
    "title": {"standoff": 8, "font": {"size": 14}},
}
_PANEL_TEMPLATE = go.layout.Template(
    layout={"xaxis": _AXIS, "yaxis": _AXIS, "plot_bgcolor": "white"}
)
_TITLE_TOP = 24  # pixels above the title

_NAMES = {
    "n_steps": "steps",
    "learning_rate": "lr",
    "bias_offset": "offset",
    "bias_decay": "decay",
    "l1": "L1",
    "feature_density": "density",
    "n_neurons": "k",
    "n_features": "N",
    "n_embed": "d",
    "weight_density": "weight density",
    "batch_size": "batch",
}
AXIS_TITLES = {
    "task_loss": "task loss",
    "task_loss_error": "standard error of the task loss",
    "training_loss": "training loss",
    "training_work": "10^12 multiply-adds of the training",
    "late_gain": "share of the loss that the second half of the steps removed",
    "n_mono": "mono neurons",
    "n_covered": "features covered",
    "mono_per_feature": "mono neurons per feature",
    "mono_per_neuron": "mono neurons per neuron",
    "mean_bias": "mean bias",
    "loss_difference": "loss from offset -1 minus loss from zero bias",
    "n_neurons": "neurons k",
    "n_steps": "steps",
    "n_embed": "dimensions d",
    "n_positive_bias": "neurons with bias above 0",
    "n_dead": "dead neurons",
    "mono_bias": "mean bias of mono neurons",
    "poly_bias": "median bias of poly neurons",
    "n_one_of_one": "one-of-one neurons",
    "n_one_of_several": "one-of-several neurons",
    "n_linear": "linear neurons",
    "n_small": "small neurons",
    "block_rank": "rank of the linear block",
    "block_error": "mean distance of the block's singular values from 1",
    "block_distance": "relative error of the linear block",
    "block_slope": "mean slope of the block on a lone feature",
    "block_bias_output": "largest output of the block's biases",
    "null_dimension": "dimensions of the null space of L2+",
    "null_share": "share of |b+|^2 in the null space of L2+",
    "onset": "mean amplitude of the first large bend",
    "final_slope": "mean slope at amplitude 1",
    "loss_over_linear": "task loss / best linear map's",
    "group_neurons": "neurons of one group",
    "partner": "P(partner on | on)",
    "loss_over_zero": "task loss / loss of always giving 0",
    "firing_per_sample": "neurons that fire on a sample",
    "skipping_over_dense": "multiply-adds without silent neurons / with all",
    "folded_over_dense": "the same, linear neurons folded into one map",
    "covered_per_feature": "share of features covered",
    "nearly_covered_per_feature": "share covered, scores above .9",
    "n_nearly_covered": "covered, scores above .9",
    "offset_over_root_density": "initial bias offset / sqrt(density)",
    "n_clearly_positive_bias": "neurons with bias above .05",
    "n_clearly_positive_ratio": "neurons with bias / |weights| above .05",
}


def axis_title(name: str) -> str:
    """What an axis of this quantity is called."""
    return AXIS_TITLES.get(name) or _declared_titles().get(name) or name.replace("_", " ")


def column_title(name: str) -> str:
    """What a column of a table is called: short where it is a setting."""
    return _NAMES.get(name) or axis_title(name)


def _declared_titles() -> dict[str, str]:
    """What components call their numbers and measures."""
    titles = {name: number.title for name, number in setting_numbers().items()}
    return titles | {name: str(of.facts["title"]) for name, of in neuron_measures().items()}


def setting_label(values: Mapping[str, Any]) -> str:
    """A setting in words, naming only what it is given: "lr 0.003, offset -1, decay 0.65"."""
    order = [*_NAMES]
    named = sorted(values.items(), key=lambda of: order.index(of[0]) if of[0] in order else 99)
    words = [
        v if isinstance(v, str) else f"{_NAMES.get(name) or name.replace('_', ' ')} {_short(v)}"
        for name, v in named
    ]
    return ", ".join(words) or "all members"


def _short(value: float | int | np.number) -> str:
    return str(value) if isinstance(value, int | np.integer) else f"{value:.4g}"


def faded(colour: str, opacity: float) -> str:
    """A #rrggbb colour made transparent."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def styled(figure: go.Figure, title: str, note: str, height: int) -> go.Figure:
    """Add title, small print, height in pixels and fonts to a figure."""
    text = f"{title}<br><sup>{note}</sup>"
    return figure.update_layout(
        title={
            "text": text,
            "x": 0.01,
            "xanchor": "left",
            "y": 1 - _TITLE_TOP / height,
            "yanchor": "top",
        },
        height=height,
        template="plotly_white",
        font={"family": FONT, "size": 14, "color": "#222"},
        margin={"l": 70, "r": 20, "t": 90, "b": 60},
        hoverlabel={"bgcolor": "white"},
    )


def lettered(figure: go.Figure, titles: Sequence[str]) -> go.Figure:
    """Letter the panels of a figure in the order of their axes, each with its title, if any."""
    for index, title in enumerate(titles if len(titles) > 1 else ()):
        axis = str(index + 1) if index else ""
        where = {"xref": f"x{axis} domain", "yref": f"y{axis} domain", "x": 0, "y": 1}
        corner = {"xanchor": "right", "yanchor": "bottom", "xshift": -12, "showarrow": False}
        figure.add_annotation(text=f"<b>{chr(ord('a') + index)}</b>", **where, **corner)
        if title:
            corner = {"xanchor": "left", "yanchor": "bottom", "showarrow": False}
            figure.add_annotation(text=title, **where, **corner)
    return figure


def panel(figure: go.Figure, title: str, x: str, y: str, height: int = 300) -> go.Figure:
    """A small figure among others: title, axis names, height in pixels, no legend."""
    figure.update_xaxes(title_text=x)
    figure.update_yaxes(title_text=y)
    figure.update_layout(
        title={
            "text": title,
            "font": {"size": 15},
            "x": 0.01,
            "xanchor": "left",
            "y": 0.97,
            "yanchor": "top",
        },
        height=height,
        template=_PANEL_TEMPLATE,
        font={"family": FONT, "size": 13, "color": "#222"},
        margin={"l": 60, "r": 15, "t": 40, "b": 45},
        showlegend=False,
        hoverlabel={"bgcolor": "white"},
    )
    return figure


def stems(name: str, colour: str, of: str) -> go.Scatter:
    """Bars side by side as one filled line, which a browser draws many times faster than bars."""
    line = {"shape": "hvh", "width": 0.5, "color": colour}
    area = go.Scatter(name=name, mode="lines", line=line, fill="tozeroy", fillcolor=colour)
    return area.update(hovertemplate=f"{of} %{{x}}: %{{y:.4f}}<extra></extra>")
