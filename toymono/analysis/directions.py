"""Where the directions of a network's features lie: their overlaps, and a plane to see them in.

One definition for every architecture: a feature's direction is what it adds to the neurons'
pre-activations, L1 P. In a network without hidden neurons and with features as inputs it is W.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jaxtyping import Array, Float, Int

from toymono.analysis.specimen import Specimen, measured
from toymono.analysis.superposition import capacity


class Directions(NamedTuple):
    """How the directions w_j of one network's features lie. All but `order` are as stored."""

    length: Float[np.ndarray, " feature"]
    capacity: Float[np.ndarray, " feature"]  # dimensions that the feature has, in [0, 1]
    gram: Float[np.ndarray, "feature feature"]  # w_i . w_j
    plane: Float[np.ndarray, "2 feature"]
    shares: Float[np.ndarray, " 2"]  # of the squared lengths, that lie along its axes
    n_dimensions: int  # neurons
    order: Int[np.ndarray, " feature"]

    @property
    def is_exact(self) -> bool:
        """Whether the plane's axes are the neurons; else they are principal components."""
        return self.n_dimensions <= 2


def feature_directions(net: Specimen) -> Float[Array, "neuron feature"]:
    """What each feature at strength 1 adds to the pre-activation of each neuron."""
    return net.encoder.T @ net.features


def directions(net: Specimen, precision: str = "float32") -> Directions:
    """The directions of one network's features; the first of a shape is compiled."""
    found = jax.device_get(measured(_measures, net, precision))
    return Directions(**found, n_dimensions=net.n_neurons, order=chained(found["gram"]))


def _measures(net: Specimen) -> dict[str, Array]:
    columns = feature_directions(net)
    plane = in_plane(columns)
    return {
        "length": jnp.linalg.norm(columns, axis=0),
        "capacity": capacity(columns),
        "gram": columns.T @ columns,
        "plane": plane,
        "shares": jnp.square(plane).sum(axis=1) / jnp.square(columns).sum(),
    }


def in_plane(columns: Float[Array, "dimension feature"]) -> Float[Array, "2 feature"]:
    """Directions in a plane: up to two dimensions as they are; of more the two leading principal
    components about zero, each turned so that its longest coordinate is positive.
    """
    if len(columns) <= 2:
        return jnp.pad(columns, ((0, 2 - len(columns)), (0, 0)))
    _, sizes, axes = jnp.linalg.svd(columns, full_matrices=False)
    axes = sizes[:2, None] * axes[:2]
    longest = jnp.take_along_axis(axes, jnp.abs(axes).argmax(axis=1)[:, None], axis=1)
    return jnp.pad(jnp.where(longest < 0, -axes, axes), ((0, 2 - len(axes)), (0, 0)))


def chained(gram: Float[np.ndarray, "feature feature"]) -> Int[np.ndarray, " feature"]:
    """Features in an order that shows blocks: the longest first, then always the one that overlaps
    most with any that is placed already; of equals the longest.

    Features that overlaps above some threshold link together are adjacent, at every threshold.
    It is Prim's order of a spanning tree; Bezdek and Hathaway 2002 (VAT).
    """
    overlap = np.abs(np.nan_to_num(gram))
    by_length = np.argsort(-np.diag(overlap), kind="stable")
    overlap = overlap[by_length][:, by_length]
    nearest, order = np.zeros(len(gram)), []
    for _ in by_length:
        order.append(int(nearest.argmax()))
        nearest = np.maximum(nearest, overlap[order[-1]])
        nearest[order] = -1
    return by_length[order]


def direction_table(shown: Directions) -> pd.DataFrame:
    """One row per feature, in display order, with the other feature that it overlaps most."""
    others = shown.gram - np.diag(np.diag(shown.gram))
    partner = np.abs(others).argmax(axis=1)
    columns = {
        "feature": np.arange(len(partner)),
        "length": shown.length,
        "dimensions": shown.capacity,
        "overlaps most with": partner,
        "overlap": others[np.arange(len(partner)), partner],
    }
    return pd.DataFrame(columns).iloc[shown.order].reset_index(drop=True)
