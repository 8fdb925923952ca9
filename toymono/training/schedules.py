"""The learning rate of each step, and the steps of records and losses."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from toymono.config import Config

Number = float | int | Array


def learning_rate(config: Config, peak: Number, step: Number) -> Float[Array, ""]:
    """Learning rate of the update that follows `step` updates: its peak times the schedule's
    share.
    """
    return jnp.asarray(peak * config.component("schedule")(config, step))


def _is_at_rest(config: Config) -> bool:
    return config.schedule == "periodic" and config.record_phase == "rest"


def _minimum(config: Config, number: int) -> int:
    """The step of minimum number 0, 1, ... of the periodic learning rate; negative numbers count as
    0.
    """
    return config.schedule_period // 2 + max(number, 0) * config.schedule_period


def last_step(config: Config) -> int:
    """Number of updates of a run: n_steps; in the rest phase, the first minimum of the periodic
    learning rate at or after n_steps.
    """
    half, period = config.schedule_period // 2, config.schedule_period
    return (
        _minimum(config, -((half - config.n_steps) // period))
        if _is_at_rest(config)
        else config.n_steps
    )


def record_steps(config: Config) -> tuple[int, ...]:
    """Updates after which records are taken, in rising order: the powers of two up to n_steps, the
    steps between them for `records_per_octave`, and the last step.

    In the rest phase a step beyond half a period moves to the nearest minimum of the periodic
    learning rate. A step halfway between two minima, which occurs if the period is itself a power
    of two, moves to the later one.
    """
    half, period = config.schedule_period // 2, config.schedule_period
    n = config.records_per_octave
    powers = {round(2 ** (j / n)) for j in range(n * config.n_steps.bit_length())}
    powers = {power for power in powers if power <= config.n_steps}
    if _is_at_rest(config):
        powers = {p if p <= half else _minimum(config, p // period) for p in powers}
    return tuple(sorted({*powers, last_step(config)}))


def n_losses(config: Config) -> int:
    """Number of losses that are kept: one per `loss_every` updates, rounded up."""
    return -(-last_step(config) // config.loss_every)


def loss_steps(config: Config) -> tuple[int, ...]:
    """Updates whose losses are kept, rising: every `loss_every`-th, and the last."""
    return (*range(config.loss_every, last_step(config), config.loss_every), last_step(config))
