"""The paper's levers on monosemanticity: what is done to the weights at the start and after each
update.
"""

from typing import TYPE_CHECKING

from toymono.components.component import Number
from toymono.components.declare import after_update, at_start
from toymono.components.lazy import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.model import Weights
    from toymono.training.train import Update


@at_start(
    "bias-offset",
    bias_offset=Number(
        "added to every initial bias, in units of the pre-activation",
        title="initial bias offset (pre-activation units)",
    ),
)
def offset_biases(weights: "Weights", key: "jax.Array", bias_offset: "jax.Array") -> "Weights":
    """Add the offset to the initial biases [P 4.1.1]."""
    return weights._replace(bias=weights.bias + bias_offset)


@after_update(
    "bias-decay",
    bias_decay=Number(
        "share of the bias lost per unit of learning rate and step, in the first half of training",
        low=0,
        title="bias decay (per unit of learning rate and step)",
    ),
)
def decay_biases(weights: "Weights", update: "Update", bias_decay: "jax.Array") -> "Weights":
    """Multiply the biases by 1 - decay * peak rate during the first half of training [P 4.1.2].

    It uses the peak learning rate, not the scheduled one.
    """
    decays = update.step < update.n_steps // 2
    kept = jnp.where(decays, 1 - bias_decay * update.learning_rate, 1.0)
    return weights._replace(bias=weights.bias * kept)


@at_start(
    "sparse-weights",
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
