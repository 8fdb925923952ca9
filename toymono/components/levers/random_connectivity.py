"""Fewer weights, chosen at random and fixed [P 6]."""

from typing import TYPE_CHECKING

from toymono.components.component import Number
from toymono.components.declare import at_start
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.model import Weights


@at_start(
    "sparse-weights",
    needs=("decoder",),
    weight_density=Number(
        "probability that a weight exists, where connectivity is random",
        above=0,
        high=1,
        default=1.0,
    ),
)
def thin_weights(weights: "Weights", key: "jax.Array", weight_density: "jax.Array") -> "Weights":
    """Random connectivity (Erdos and Renyi 1959): each weight of both layers is kept with
    probability `weight_density`, and set to 0 otherwise.

    Kept weights are multiplied by density^-1/2, so that pre-activations have the same variance as
    in the dense network. All biases are kept.
    """

    def thinned(key: "jax.Array", layer: "jax.Array") -> "jax.Array":
        stays = jax.random.bernoulli(key, weight_density, layer.shape)
        return layer * jnp.where(stays, weight_density**-0.5, 0.0)

    encoder, decoder = jax.random.split(key)
    return weights._replace(
        encoder=thinned(encoder, weights.encoder), decoder=thinned(decoder, weights.decoder)
    )
