"""Two features in one dimension: which of them a ReLU network of Elhage et al. 2022 represents.

Its output is relu(w_i h + b_i), h = w_1 x_1 + w_2 x_2; x_i is on with probability p, then uniform
on [0, 1); the second feature counts r times the first. Losses are closed forms of the three ways to
use the dimension.
"""

import numpy as np
from jaxtyping import Float, Int

from toymono.analysis.superposition import REPRESENTED

PHASES = ("only the first", "antipodal", "only the second")
UNCLEAR = -1  # none of them: both on one side, or none


def phase_losses(
    density: float | Float[np.ndarray, "..."], importance: float | Float[np.ndarray, "..."]
) -> Float[np.ndarray, "phase ..."]:
    """Least loss of each of PHASES: r (p/3 - p^2/4) where the second is left to its mean, p^2
    (1 + r) / 6 where both are there and suffer when they meet, p/3 - p^2/4 without the first.

    Antipodal is least where p < 4r / (2 + 5r) and p < 4 / (5 + 2r): p < 4/7 at r = 1. Wattenberg,
    github.com/wattenberg/superposition.
    """
    p, r = np.broadcast_arrays(np.asarray(density, float), np.asarray(importance, float))
    alone = p / 3 - p**2 / 4
    return np.stack([r * alone, p**2 * (1 + r) / 6, alone])


def phase_of(weights: Float[np.ndarray, "2"]) -> int:
    """The index in PHASES of a network with these weights of the two features, or UNCLEAR."""
    first, second = np.abs(weights) > REPRESENTED
    if first and second:
        return 1 if weights[0] * weights[1] < 0 else UNCLEAR
    return 0 if first else 2 if second else UNCLEAR


def predicted_phase(losses: Float[np.ndarray, "phase ..."]) -> Int[np.ndarray, "..."]:
    """The index in PHASES of the least loss."""
    return np.asarray(losses.argmin(axis=0))


def margin(losses: Float[np.ndarray, "phase ..."]) -> Float[np.ndarray, "..."]:
    """By which share the next loss is above the least one, from 0 on a boundary."""
    least, following, _ = np.sort(losses, axis=0)
    return np.asarray(following / least - 1)
