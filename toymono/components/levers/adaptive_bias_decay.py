"""Bias decays that end by themselves: the paper wants a decay without a schedule [P 6].

Both rules are our own.
"""

from typing import TYPE_CHECKING

from toymono.components.component import Number
from toymono.components.declare import after_update
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.model import Weights
    from toymono.training.levers import Update

_MEMORY = 0.99  # of the running means, per step


def _nothing_yet(weights: "Weights") -> dict[str, "jax.Array"]:
    zeros = jnp.zeros_like(weights.bias)
    return {"rate": zeros, "awake": zeros}


@after_update(
    "silent-decay",
    state=_nothing_yet,
    silent_decay=Number(
        "share of its bias that a neuron loses per unit of learning rate and step until it fires",
        low=0,
        title="bias decay until a neuron fires (per unit of learning rate and step)",
    ),
    firing_rate=Number(
        "firing rate at which a neuron's bias stops decaying", above=0, high=1, default=1 / 128
    ),
)
def decay_until_firing(
    weights: "Weights",
    update: "Update",
    state: dict[str, "jax.Array"],
    silent_decay: "jax.Array",
    firing_rate: "jax.Array",
) -> "tuple[Weights, dict[str, jax.Array]]":
    """Multiply a neuron's bias by 1 - decay * peak rate until the running mean of its firing rate
    has once reached `firing_rate`; never again after that.
    """
    before = update.before
    fires = (update.inputs @ before.encoder + before.bias > 0).mean(axis=0)
    rate = _MEMORY * state["rate"] + (1 - _MEMORY) * fires
    awake = jnp.maximum(state["awake"], rate >= firing_rate)
    kept = jnp.where(awake > 0, 1.0, 1 - silent_decay * update.learning_rate)
    return weights._replace(bias=weights.bias * kept), {"rate": rate, "awake": awake}


@after_update(
    "speed-decay",
    state=lambda weights: jnp.zeros(()),
    speed_decay=Number(
        "share of the bias lost per unit of learning rate and step while the weights move",
        low=0,
        title="bias decay tied to the weights' speed (per unit of learning rate and step)",
    ),
    full_speed=Number(
        "movement of the encoder per step, as a share of its norm, from which decay is full",
        above=0,
        default=0.01,
    ),
)
def decay_with_speed(
    weights: "Weights",
    update: "Update",
    state: "jax.Array",
    speed_decay: "jax.Array",
    full_speed: "jax.Array",
) -> "tuple[Weights, jax.Array]":
    """Multiply the biases by 1 - decay * peak rate * min(1, s / full_speed), where s is the running
    mean of |change of the encoder| / |encoder|.

    LAMB moves a tensor by rate * min(|W|, 10), so under LAMB s is the scheduled rate, times 10 /
    |W| where the clamp binds: the decay then follows the schedule, and no more than that.
    """
    moved = jnp.linalg.norm(weights.encoder - update.before.encoder)
    speed = moved / jnp.linalg.norm(update.before.encoder)
    s = _MEMORY * state + (1 - _MEMORY) * speed
    lost = speed_decay * update.learning_rate * jnp.minimum(1.0, s / full_speed)
    return weights._replace(bias=weights.bias * (1 - lost)), s
