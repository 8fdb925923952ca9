"""A member's numbers for the page: its network, what each neuron and feature does, and its
training.
"""

from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from toymono.analysis.dashboard_data import (
    ROLES,
    Dashboard,
    best_scores,
    feature_table,
    frame,
    kinked_answer,
    neuron_table,
)
from toymono.config import Config
from toymono.explorer.captions import (
    fall_words,
    feature_words,
    frame_words,
    loss_words,
    neuron_words,
    roles_words,
)
from toymono.explorer.packing import BASE64, packed, packed_table, plain
from toymono.explorer.stored_runs import Member
from toymono.plots.members import loss_panel, member_map, score_panel
from toymono.plots.panels import Picture, What, feature_pictures, filled, neuron_pictures
from toymono.toy.tasks import feature_densities, is_independent


class Thinned(NamedTuple):
    """What of a member's records is put into the page."""

    records: list[int]  # that the slider steps through
    bits: int  # of the matrices of the last record
    words: str  # what was left out; empty if nothing was


def whole(member: Member) -> Thinned:
    """All records, as they travel from a server on this machine."""
    return Thinned(list(range(len(member.history.step))), 16, "")


def thinned(member: Member, budget: int) -> Thinned:
    """As many maps as the budget of bytes allows, evenly over the records that have one; first and
    last always.

    Records without a map cost next to nothing and stay. Where the last record alone takes most of
    the budget, its matrices are kept in 8 bits in place of 16.
    """
    n_neurons, n_features = member.dashboard.responses.shape
    cells = sum(part.size for part in _matrices(member).values())
    bits = 16 if 2 * cells * BASE64 <= 0.75 * budget else 8
    map_size = n_neurons * n_features * BASE64
    fitting = 1 + int(
        (budget - cells * BASE64 * bits / 8) / map_size
    )  # the last map is made of the last matrices
    mapped = np.flatnonzero(member.history.has_params)
    kept = {int(mapped[index]) for index in evenly(len(mapped), max(2, fitting))}
    records = [r for r, has in enumerate(member.history.has_params) if not has or r in kept]
    return Thinned(records, bits, _thinned_words(member, len(mapped) - len(kept), bits))


def evenly(n: int, chosen: int) -> list[int]:
    """`chosen` of the indices 0 to n - 1, evenly spread: the first and the last among them, or the
    middle one alone.
    """
    if chosen >= n:
        return list(range(n))
    return [n // 2] if chosen == 1 else [round(index) for index in np.linspace(0, n - 1, chosen)]


def _thinned_words(member: Member, lost: int, bits: int) -> str:
    parts = [f"maps of {lost} of {len(member.history.step)} records"] if lost else []
    parts += ["half the bits (8 for all matrices)"] if bits == 8 else []
    return f"member {member.number}: left out {' and '.join(parts)}" if parts else ""


def _matrices(member: Member) -> dict[str, np.ndarray]:
    """What maps and pages are sliced from, and what a network computes with: from amplitudes
    through `drive` to neurons, through `outgoing` to outputs, which are held against `targets`.
    """
    shown = member.dashboard
    names = ("responses", "drive", "incoming", "outgoing", "outputs", "answers")
    best = [best_scores(member.history, feature) for feature in range(shown.responses.shape[1])]
    found = {**{name: getattr(shown, name) for name in names}, "best": np.stack(best, axis=-1)}
    targets = np.asarray(member.stored.specimen.targets)
    if targets.shape[0] != targets.shape[1] or not (targets == np.eye(len(targets))).all():
        found |= {"targets": targets, "write": shown.write}
    return found


def packed_member(member: Member, keep: Thinned) -> dict[str, Any]:
    """All that the page shows of one member, of its neurons and of its features."""
    shown, past, config = member.dashboard, member.history, member.stored.config
    frames = [member.frame(record) for record in keep.records]
    finite = [f.values[np.isfinite(f.values)] for f in frames if f.values is not None]
    top = max(float(values.max(initial=0)) for values in finite) or 1.0
    maps = [None if f.values is None else packed(f.values, 8, top) for f in frames[:-1]]
    history = {name: packed(getattr(past, name)) for name in ("score", "favourite", "bias")}
    return {
        "number": member.number,
        "label": member.label,
        "program": {"activation": _activation(config), "task": config.task},
        "densities": _densities(member),
        "matrices": {name: packed(values, keep.bits) for name, values in _matrices(member).items()},
        "order": {"neuron": plain(shown.order.neuron), "feature": plain(shown.order.feature)},
        "favourite": plain(shown.favourite),
        "role": [ROLES[index] for index in shown.role],
        "strongest": plain(shown.responses.argmax(axis=0)),
        "kinks": [
            plain(kinked_answer(shown, feature)._asdict() | {"line": None})
            for feature in range(len(shown.mono_neurons))
        ],
        "neurons": packed_table("neurons", neuron_table(shown, member.own)),
        "features": packed_table("features", feature_table(shown)),
        "words": {
            **_words(shown),
            "roles": roles_words(shown),
            "step": [
                frame_words(now) + fall_words(before, now)
                for before, now in zip([frames[0], *frames], frames, strict=False)
            ],
            "loss": [loss_words(f) for f in frames],
        },
        "history": {**history, "step": plain(past.step)},
        "frames": {"record": keep.records, "step": [f.step for f in frames], "map": maps},
        "figures": plain(_figures(member, top)),
    }


def _activation(config: Config) -> str:
    """The activation by which the page computes what a network does: one that it does not know for
    another network than the paper's, which it cannot compute.
    """
    is_ours = config.architecture == "two-layer"
    return config.activation if is_ours else f"{config.activation} ({config.architecture})"


def _densities(member: Member) -> list[float] | None:
    """The probability that each feature is on, from which the page draws inputs; None where
    features depend on each other, or their law is not loaded.
    """
    law, density = (
        member.stored.config.component("feature_law"),
        member.stored.hyper["feature_density"],
    )
    if law.function is None or not is_independent(member.stored.config):
        return None
    return plain(np.asarray(feature_densities(member.stored.config, density)))


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


def _examples(what: What, pictures: dict[str, Picture]) -> dict[str, go.Figure]:
    return {name: go.Figure(filled(what, name, picture)) for name, picture in pictures.items()}
