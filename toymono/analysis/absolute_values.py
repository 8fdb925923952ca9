"""How a network gives absolute values: |x| = ReLU(x) + ReLU(-x), a neuron for each side of a
feature, where it has neurons enough. Elhage et al. 2022, "Computation in Superposition".
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from toymono.analysis.directions import feature_directions
from toymono.analysis.monosemanticity import runner_up
from toymono.analysis.specimen import Specimen

ALONE = 0.25  # second strongest response over the strongest, up to which a neuron has one feature
USED = 0.1  # strongest response times longest output weight, above which a neuron is used


class Sides(NamedTuple):
    """What the neurons of a network of signed features stand for."""

    used: Bool[Array, " neuron"]  # of an exact neuron of one side response times weight is 1
    alone: Bool[Array, " neuron"]  # used, and it answers one feature
    both: Bool[Array, " feature"]  # it has such a neuron for each of its signs


def sides(net: Specimen) -> Sides:
    """Which neurons answer one feature alone, and which features have both of their signs so."""
    strongest, weight = net.responses.max(axis=1), jnp.abs(net.decoder).max(axis=1)
    used = strongest * weight > USED
    alone = used & (runner_up(net.responses) <= ALONE)
    at = jnp.arange(net.n_neurons), net.favourites
    is_positive = net.responses_at(1.0)[at] > net.responses_at(-1.0)[at]

    def covered(neurons: Bool[Array, " neuron"]) -> Bool[Array, " feature"]:
        return jnp.zeros(net.n_features, bool).at[net.favourites].max(alone & neurons)

    return Sides(used, alone, covered(is_positive) & covered(~is_positive))


def scaled_weights(net: Specimen) -> Float[Array, "feature neuron"]:
    """First-layer weights of each feature, every neuron's largest scaled to 1 or -1; 0 for a neuron
    without any. Neurons stand by their feature, its positive side first.
    """
    weights = feature_directions(net).T
    largest = jnp.abs(weights).max(axis=0)
    weights = jnp.where(largest > 0, weights / jnp.where(largest > 0, largest, 1.0), 0.0)
    feature = jnp.abs(weights).argmax(axis=0)
    side = weights[feature, jnp.arange(weights.shape[1])]
    return weights[:, jnp.lexsort((-side, feature))]
