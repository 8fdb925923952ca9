"""Smaller weights, or weights with a norm of 1."""

from typing import TYPE_CHECKING

from toymono.components.component import Number
from toymono.components.declare import after_update, penalty
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.model import Network, Weights
    from toymono.training.levers import Update

_SMALLEST_NORM = 1e-12


@penalty(
    "l1_weights",
    weight=Number(
        "weight of the sum of |weight| over both layers", low=0, title="L1 weight on weights"
    ),
    needs=("decoder",),
)
def l1_weights(network: "Network", hidden: "jax.Array", weight: "jax.Array") -> "jax.Array":
    """Weight * sum |W| over both layers, biases left out.

    It made networks polysemantic where Lecomte et al. 2024 tried it (arXiv:2312.03096).
    """
    layers = (network.encoder.kernel, network.decoder.kernel)
    return weight * sum(jnp.abs(jnp.asarray(layer)).sum() for layer in layers)


@after_update(
    "weight-decay",
    needs=("decoder",),
    weight_decay=Number(
        "share of the weights lost per unit of learning rate and step; negative: each neuron's "
        "weights are pulled to norm 1",
        title="weight decay (per unit of learning rate and step)",
    ),
)
def decay_weights(weights: "Weights", update: "Update", weight_decay: "jax.Array") -> "Weights":
    """W (1 - rate * decay) for a positive decay; for a negative one W (1 + rate * decay
    (1 - 1 / |W|)), where |W| is the norm of a neuron's incoming or outgoing weights.

    Biases are left alone. Decoupled decay is Loshchilov and Hutter 2019; the negative one is from
    Liu, Liu and Gore 2025 (arXiv:2505.10465).
    """

    def after(layer: "jax.Array", axis: int) -> "jax.Array":
        norm = jnp.linalg.norm(layer, axis=axis, keepdims=True)
        pull = 1 - 1 / jnp.maximum(norm, _SMALLEST_NORM)
        speed = update.rate * weight_decay
        return layer * jnp.where(weight_decay < 0, 1 + speed * pull, 1 - speed)

    return weights._replace(encoder=after(weights.encoder, 0), decoder=after(weights.decoder, 1))
