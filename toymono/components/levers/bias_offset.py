"""The paper's lever: start with negative biases, and let them decay towards zero [P 4.1]."""

from typing import TYPE_CHECKING

from toymono.components.component import Number
from toymono.components.declare import after_update, at_start
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.model import Weights
    from toymono.training.train import Update


@at_start(
    "bias-offset",
    needs=("bias",),
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
    needs=("bias",),
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
