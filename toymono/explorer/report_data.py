"""A member's numbers, small enough to travel inside a page: matrices in 8 or 16 bits, maps of as
many steps as fit.
"""

import base64
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from toymono.analysis.dashboard_data import (
    Dashboard,
    best_scores,
    feature_table,
    frame,
    kinked_answer,
    neuron_table,
)
from toymono.explorer.captions import (
    feature_words,
    frame_words,
    loss_words,
    neuron_words,
    score_words,
)
from toymono.explorer.stored_runs import Member
from toymono.plots.members import loss_panel, member_map, score_panel
from toymono.plots.panels import Picture, What, feature_pictures, filled, neuron_pictures
from toymono.text_files import json_number

_BASE64 = 4 / 3  # characters per byte
_DIGITS = 7  # a float32 has no more


def packed(values: np.ndarray, bits: int = 32, top: float | None = None) -> dict[str, Any]:
    """An array as base64 of little-endian numbers: value = number * scale, off by half a `scale` at
    most.

    With 8 or 16 bits they are whole numbers, without a sign where no value has one, whose range
    ends at `top` (the largest absolute value, unless told). Whole numbers, 32 bits, and arrays that
    are not finite are kept as they are.
    """
    if values.dtype.kind in "iub":
        return _coded(values.astype("<i4"), 1.0)
    if bits == 32 or not np.isfinite(values).all():
        return _coded(values.astype("<f4"), 1.0)
    signed = bool((values < 0).any())
    highest = 2 ** (bits - signed) - 1
    scale = float(np.abs(values).max(initial=0) if top is None else top) / highest or 1.0
    whole = np.clip(np.rint(values.astype(np.float64) / scale), -highest, highest)
    return _coded(whole.astype(f"<{'i' if signed else 'u'}{bits // 8}"), scale)


def _coded(values: np.ndarray, scale: float) -> dict[str, Any]:
    data = base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
    return {"dtype": values.dtype.name, "shape": list(values.shape), "scale": scale, "data": data}


def plain(value: Any) -> Any:  # noqa: ANN401 (what JSON has)
    """What JSON can hold: arrays as lists, numbers in seven digits, null for what is not finite."""
    if isinstance(value, go.Figure):
        layout = value.layout.to_plotly_json()
        layout.pop("template", None)  # thousands of characters that all figures share
        traces: Iterable[Any] = value.data
        return plain({"data": [trace.to_plotly_json() for trace in traces], "layout": layout})
    if isinstance(value, dict):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple | np.ndarray | pd.Series | pd.Index):
        return [plain(part) for part in value]
    return json_number(value, _DIGITS)


def packed_table(name: str, table: pd.DataFrame) -> dict[str, Any]:
    """A table by rows, under the name that its downloads have."""
    rows = [plain(list(row)) for row in table.astype(object).itertuples(index=False)]
    return {"name": name, "columns": [str(column) for column in table.columns], "rows": rows}


class Thinned(NamedTuple):
    """What of a member's records is put into the page."""

    places: list[int]  # of the records that the slider steps through
    bits: int  # of the matrices of the last record
    words: str  # what was left out; empty if nothing was


def thinned(member: Member, budget: int) -> Thinned:
    """As many maps as the budget of bytes allows, evenly over the records that have one; first and
    last always.

    Records without a map cost next to nothing and stay. Where the last record alone takes most of
    the budget, its matrices are kept in 8 bits in place of 16.
    """
    n_neurons, n_features = member.dashboard.responses.shape
    cells = sum(part.size for part in _matrices(member).values())
    bits = 16 if 2 * cells * _BASE64 <= 0.75 * budget else 8
    map_size = n_neurons * n_features * _BASE64
    fitting = 1 + int(
        (budget - cells * _BASE64 * bits / 8) / map_size
    )  # the last map is made of the last matrices
    mapped = np.flatnonzero(member.history.has_params)
    kept = {int(mapped[place]) for place in evenly(len(mapped), max(2, fitting))}
    places = [p for p, has in enumerate(member.history.has_params) if not has or p in kept]
    return Thinned(places, bits, _thinned_words(member, len(mapped) - len(kept), bits))


def evenly(n: int, chosen: int) -> list[int]:
    """`chosen` of the places 0 to n - 1, evenly spread: the first and the last among them, or the
    middle one alone.
    """
    if chosen >= n:
        return list(range(n))
    return [n // 2] if chosen == 1 else [round(place) for place in np.linspace(0, n - 1, chosen)]


def _thinned_words(member: Member, lost: int, bits: int) -> str:
    told = [f"maps of {lost} of {len(member.history.step)} records"] if lost else []
    told += ["half the bits (8 for all matrices)"] if bits == 8 else []
    return f"member {member.number}: left out {' and '.join(told)}" if told else ""


def _matrices(member: Member) -> dict[str, np.ndarray]:
    """What the pages of neurons and features are sliced from."""
    shown = member.dashboard
    names = ("responses", "incoming", "outgoing", "outputs", "answers")
    best = [best_scores(member.history, feature) for feature in range(shown.responses.shape[1])]
    return {**{name: getattr(shown, name) for name in names}, "best": np.stack(best, axis=-1)}


def packed_member(member: Member, keep: Thinned) -> dict[str, Any]:
    """All that the pages of one member, its neurons and its features are made of."""
    shown, past = member.dashboard, member.history
    frames = [member.frame(place) for place in keep.places]
    finite = [f.values[np.isfinite(f.values)] for f in frames if f.values is not None]
    top = max(float(values.max(initial=0)) for values in finite) or 1.0
    maps = [None if f.values is None else packed(f.values, 8, top) for f in frames[:-1]]
    of_records = {"step": frame_words, "score": score_words, "loss": loss_words}
    history = {name: packed(getattr(past, name)) for name in ("score", "favourite", "bias")}
    return {
        "number": member.number,
        "label": member.label,
        "matrices": {name: packed(values, keep.bits) for name, values in _matrices(member).items()},
        "order": {"neuron": plain(shown.order.neuron), "feature": plain(shown.order.feature)},
        "favourite": plain(shown.favourite),
        "strongest": plain(shown.responses.argmax(axis=0)),
        "kinks": [
            plain(kinked_answer(shown, feature)._asdict() | {"line": None})
            for feature in range(len(shown.mono_neurons))
        ],
        "neurons": packed_table("neurons", neuron_table(shown, member.own)),
        "features": packed_table("features", feature_table(shown)),
        "words": {
            **_words(shown),
            **{name: [of(f) for f in frames] for name, of in of_records.items()},
        },
        "history": {**history, "step": plain(past.step), "n_mono": plain(past.n_mono)},
        "frames": {"place": keep.places, "step": [f.step for f in frames], "map": maps},
        "figures": plain(_figures(member, top)),
    }


def _words(shown: Dashboard) -> dict[str, list[str]]:
    n_neurons, n_features = shown.responses.shape
    return {
        "neuron": [neuron_words(shown, neuron) for neuron in range(n_neurons)],
        "feature": [feature_words(shown, feature) for feature in range(n_features)],
    }


def _figures(member: Member, top: float) -> dict[str, Any]:
    """How every picture of the member looks, on the example of one neuron, one feature and the last
    record.
    """
    shown, past, last = member.dashboard, member.history, len(member.history.step) - 1
    final = frame(past, last, shown.responses)
    return {
        "map": member_map(final._replace(values=None), shown.order, "", top, role=shown.role),
        "score": score_panel(final),
        "loss": loss_panel(past, last),
        "neuron": _examples("neuron", neuron_pictures(shown, past, int(shown.order.neuron[0]))),
        "feature": _examples("feature", feature_pictures(shown, past, int(shown.order.feature[0]))),
    }


def script_json(content: object) -> str:
    """JSON in ASCII that may stand inside a script element: nothing in it can end the element."""
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _examples(what: What, pictures: dict[str, Picture]) -> dict[str, go.Figure]:
    return {name: go.Figure(filled(what, name, picture)) for name, picture in pictures.items()}
