"""Features in two dimensions: whether they lie on a polygon or in digons, and how they look from
one side.

Directions are the columns of a matrix, 2 x feature. Elhage et al. 2022, "Perturbing a single
feature" and "Correlated and anticorrelated features".
"""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from toymono.analysis.superposition import REPRESENTED, cosines

POLYGONS = ("pentagon", "digons")
UNCLEAR = -1  # neither of them
APART = float(np.cos(np.pi / 5))  # cosine of 36 degrees, half of what lies between two corners
ANTIPODAL = -0.9  # cosine of the two of a digon, at most


def polygon_of(directions: Float[np.ndarray, "2 5"]) -> int:
    """The index in POLYGONS of five features, or UNCLEAR.

    Pentagon: all five are represented, that is longer than 1/2. Digons: all but the last, each with
    one opposite to it. In both no two that are represented lie within 36 degrees.
    """
    represented = np.linalg.norm(directions, axis=0) > REPRESENTED
    if not represented[:-1].all():
        return UNCLEAR
    between = np.array(cosines(jnp.asarray(directions[:, represented])))
    np.fill_diagonal(between, 0.0)
    if between.max() >= APART:
        return UNCLEAR
    if represented[-1]:
        return 0
    return 1 if (between.min(axis=1) <= ANTIPODAL).all() else UNCLEAR


def pair_cosines(directions: Float[np.ndarray, "2 feature"]) -> Float[np.ndarray, " pair"]:
    """Cosine between the two of each pair of neighbouring features, in [-1, 1]; NaN where one of
    them is not represented, that is not longer than 1/2.
    """
    first = np.arange(0, directions.shape[1], 2)
    between = np.asarray(cosines(jnp.asarray(directions)))[first, first + 1]
    lengths = np.linalg.norm(directions, axis=0)
    return np.where(np.minimum(lengths[first], lengths[first + 1]) > REPRESENTED, between, np.nan)


def turned(directions: Float[np.ndarray, "2 feature"]) -> Float[np.ndarray, "2 feature"]:
    """The same features, turned so that the first points right, and flipped so that the second
    points up; the network computes the same with them.
    """
    angle = np.arctan2(directions[1, 0], directions[0, 0])
    cos, sin = np.cos(angle), np.sin(angle)
    level = np.array([[cos, sin], [-sin, cos]]) @ directions
    return level * np.array([[1.0], [-1.0 if level[1, 1] < 0 else 1.0]])
