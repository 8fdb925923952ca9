"""Schedules: the learning rate over time, as a share of its peak."""

from typing import TYPE_CHECKING

from toymono.components.declare import schedule
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.config import Config


@schedule("periodic")
def periodic(config: "Config", step: "int | jax.Array") -> "jax.Array":
    """(1 + cos(2 pi step / period)) / 2 without end, largest at whole periods.

    It is the authors': torch's CosineAnnealingLR stepped on past T_max = period / 2.
    """
    return _wave(step % config.schedule_period / config.schedule_period)


@schedule("cosine")
def cosine(config: "Config", step: "int | jax.Array") -> "jax.Array":
    """Half a wave: 1 at the start, 0 at n_steps."""
    return _wave(step / (2.0 * config.n_steps))


@schedule("constant")
def constant(config: "Config", step: "int | jax.Array") -> "jax.Array":
    """1 at every step."""
    return _wave(0.0)


def _wave(turns: "float | jax.Array") -> "jax.Array":
    return (1 + jnp.cos(2 * jnp.pi * turns)) / 2
