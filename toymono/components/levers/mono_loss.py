"""A penalty on neurons that respond to dissimilar samples: MonoLoss (arXiv:2602.12403)."""

from typing import TYPE_CHECKING

from toymono.components.component import Number
from toymono.components.declare import penalty
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.model import Network
    from toymono.toy.tasks import Batch

_FLOOR = 1e-8


@penalty(
    "mono_loss",
    weight=Number("weight of 1 - mean similarity of samples that a neuron responds to", low=0),
)
def mono_loss(
    network: "Network", hidden: "jax.Array", batch: "Batch", weight: "jax.Array"
) -> "jax.Array":
    """Weight * (1 - mean over neurons of (|sum a e|^2 - sum a^2) / ((sum a)^2 - sum a^2)).

    a is a neuron's activation on each sample of the batch, scaled to [0, 1] by its least and its
    largest; e is the sample's target at length 1, in place of an embedding of it.
    """
    least, largest = hidden.min(axis=0), hidden.max(axis=0)
    a = (hidden - least) / (largest - least + _FLOOR)
    e = batch.targets / (jnp.linalg.norm(batch.targets, axis=1, keepdims=True) + _FLOOR)
    squares = jnp.square(a).sum(axis=0)
    alike = jnp.square(a.T @ e).sum(axis=1) - squares
    pairs = jnp.square(a.sum(axis=0)) - squares
    return weight * (1 - (alike / jnp.maximum(pairs, _FLOOR)).mean())
