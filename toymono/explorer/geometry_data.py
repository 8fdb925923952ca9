"""A member's geometry for the page: how far the directions of its features overlap, and a plane
of them.
"""

from typing import Any

import numpy as np

from toymono.analysis.directions import Directions, direction_table, directions
from toymono.explorer.packing import BASE64, packed, packed_table, plain
from toymono.explorer.stored_runs import Member
from toymono.plots.directions import ORDER, overlap_panel, plane_panel

_MOST = 1024  # features whose overlaps the page draws; in 8 bits .7 MB


def packed_geometry(member: Member) -> dict[str, Any]:
    """What the page shows of the directions of a member's features: of the overlaps, those on and
    above the diagonal, row by row, in 8 bits.
    """
    shown = directions(member.stored.specimen, member.stored.config.jax_precision)
    first = shown.order[:_MOST]
    gram = shown.gram[first][:, first][np.triu_indices(len(first))]
    figures = {"gram": overlap_panel(shown, len(first)), "plane": plane_panel(shown)}
    return {
        "label": f"Member {member.number}: {member.label}",
        "order": plain(shown.order),
        "gram": packed(gram, 8),
        "plane": plain(shown.plane),
        "features": packed_table("directions", direction_table(shown)),
        "words": {"gram": overlap_words(shown, len(first)), "plane": plane_words(shown)},
        "figures": plain(figures),
    }


def gram_characters(member: Member) -> int:
    """How much of a page the overlaps take."""
    n = min(_MOST, member.dashboard.responses.shape[1])
    return round(n * (n + 1) / 2 * BASE64)


def overlap_words(shown: Directions, n_shown: int) -> str:
    """What the colours of the overlaps mean, and in which order features stand."""
    n = len(shown.order)
    left_out = f" Only the first {n_shown} of {n} features are drawn." if n_shown < n else ""
    return (
        "On the diagonal: a direction's length, squared. Off it, blue: directions that point the "
        f"same way; red: opposite ways; white: orthogonal. {ORDER}, so that features that "
        f"share dimensions form blocks.{left_out}"
    )


def plane_words(shown: Directions) -> str:
    """What the plane shows of the directions, and how many dimensions features have."""
    of = "dimension" if shown.n_dimensions == 1 else "dimensions"
    text = f"{len(shown.order)} features in {shown.n_dimensions} {of}; a feature has "
    text += f"{shown.capacity.mean():.2f} of a dimension on average."
    if shown.is_exact:
        return f"The plane shows the directions exactly. {text}"
    return f"The plane holds {shown.shares.sum():.0%} of the directions' variance about 0. {text}"
