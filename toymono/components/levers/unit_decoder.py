"""Output vectors of length 1 for all neurons, as in sparse autoencoders."""

from typing import TYPE_CHECKING

from toymono.components.component import Number
from toymono.components.declare import after_update
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.model import Weights
    from toymono.training.levers import Update

_FLOOR = 1e-10


@after_update(
    "unit-decoder",
    needs=("decoder",),
    unit_decoder=Number(
        "how far each neuron's output vector is pulled to length 1 after an update; 1: all the way",
        low=0,
        high=1,
        title="pull of output vectors to length 1",
    ),
)
def unit_decoder(weights: "Weights", update: "Update", unit_decoder: "jax.Array") -> "Weights":
    """Drop what an update did along each output vector, then divide the vector by its norm.

    Of a ReLU network it limits nothing: (w, b, v) computes the same as (|v| w, |v| b, v / |v|). It
    changes how fast directions learn and what a bias decay means. Bricken et al. 2023.
    """
    before = _unit(update.before.decoder)
    moved = weights.decoder - update.before.decoder
    across = moved - (moved * before).sum(axis=1, keepdims=True) * before
    unit = _unit(update.before.decoder + across)
    return weights._replace(decoder=weights.decoder + unit_decoder * (unit - weights.decoder))


def _unit(vectors: "jax.Array") -> "jax.Array":
    return vectors / (_FLOOR + jnp.linalg.norm(vectors, axis=1, keepdims=True))
