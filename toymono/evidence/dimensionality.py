"""At which fractions the dimensionality of trained features lies: lines, and sticky levels.

Rules and fractions are those of Elhage et al. 2022; what counts as a line was fixed before any
network was trained.
"""

from typing import NamedTuple

import jax
import numpy as np
import pandas as pd
from jaxtyping import Array, Float

from toymono.analysis.directions import feature_directions
from toymono.analysis.specimen import Specimen
from toymono.analysis.superposition import capacity, dimensions_per_feature, is_represented

FRACTIONS = {
    "tetrahedron": 3 / 4,
    "triangle": 2 / 3,
    "digon": 1 / 2,
    "pentagon": 2 / 5,
    "square antiprism": 3 / 8,
}
STICKY = 1 / 2
STICKY_WITHIN = 0.03  # of 1/2, for a level to stick to it
DEDICATED = 0.95  # dimensions per feature from which on each feature has one of its own
NEAR = 0.02  # of a fraction or of 1, for the share of features near the fractions

LINE_WITHIN, BESIDE = 0.005, 0.0125  # of a fraction; and how far beside it the count is compared
FEWEST, TIMES = 10, 2  # features on a line, and how many times those beside it


class Level(NamedTuple):
    """The features of one trained network."""

    dimensionality: Float[Array, " feature"]
    represented: Float[Array, " feature"]  # 1 where the direction is longer than 1/2
    per_feature: Float[Array, ""]  # D* = m / |W|_F^2


@jax.jit
def level_of(net: Specimen) -> Level:
    """Dimensionality of each feature in the hidden layer, from W P."""
    directions = feature_directions(net)
    represented = is_represented(directions).astype(float)
    return Level(capacity(directions), represented, dimensions_per_feature(directions))


def n_within(values: np.ndarray, middle: float) -> int:
    """How many values lie within .005 of a number."""
    return int((np.abs(values - middle) <= LINE_WITHIN).sum())


def is_line(values: np.ndarray, fraction: float) -> bool:
    """Whether ten values or more lie within .005 of the fraction, and twice as many as lie around
    .0125 below it, and above it.
    """
    beside = max(n_within(values, fraction + side * BESIDE) for side in (-1, 1))
    found = n_within(values, fraction)
    return found >= FEWEST and found >= TIMES * beside


def share_near(values: np.ndarray) -> float:
    """Share of values within .02 of 1 or of a fraction; NaN without values."""
    known = np.array([1.0, *FRACTIONS.values()])
    near = np.abs(values[:, None] - known).min(axis=1) <= NEAR
    return float(near.mean()) if len(values) else float("nan")


def of_seed(levels: pd.DataFrame) -> dict[str, float]:
    """What the levels of one seed show: levels that stick to 1/2, lines, and the share of
    represented features near the fractions where features have no dimension of their own.
    """
    shared = levels[levels.per_feature < DEDICATED]
    kept = [d[r > 0] for d, r in zip(shared.dimensionality, shared.represented, strict=True)]
    values = np.concatenate(kept) if kept else np.zeros(0)
    sticky = (np.abs(levels.per_feature - STICKY) <= STICKY_WITHIN).sum()
    lines = {name: float(is_line(values, of)) for name, of in FRACTIONS.items()}
    others = sum(lines.values()) - lines["digon"]
    counts = {"sticky levels": float(sticky), "represented": float(len(values))}
    return {**counts, "share near": share_near(values), **lines, "other lines": others}
