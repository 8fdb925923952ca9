"""What happens when: learning rate and bias decay of a step, and the steps at which a run is recorded and ends."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from toymono.config import Config

Number = float | int | Array


def learning_rate(config: Config, peak: Number, step: Number) -> Float[Array, ""]:
    """Learning rate of the update that follows `step` updates, between 0 and `peak`.

    periodic: peak * (1 + cos(2 pi step / period)) / 2 for ever, largest at whole periods (the authors': torch's
    CosineAnnealingLR stepped on past T_max = period / 2). cosine: half a wave, 0 at n_steps. constant: peak.
    """
    turns = {
        "periodic": step % config.schedule_period / config.schedule_period,
        "cosine": step / (2 * config.n_steps),
        "constant": 0.0,
    }
    return jnp.asarray(peak * (1 + jnp.cos(2 * jnp.pi * turns[config.schedule])) / 2)


def bias_factor(config: Config, peak: Number, decay: Number, step: Number) -> Float[Array, ""]:
    """What the biases are multiplied by after the update that follows `step` updates.

    1 - decay * peak during the first half of n_steps, then 1; the peak, not the scheduled learning rate [P 4.1.2].
    """
    return jnp.where(step < config.n_steps // 2, 1 - decay * peak, 1.0)


def _is_at_rest(config: Config) -> bool:
    return config.schedule == "periodic" and config.record_phase == "rest"


def _next_minimum(config: Config, step: int) -> int:
    half = config.schedule_period // 2
    periods = max(0, -(-(step - half) // config.schedule_period))
    return half + periods * config.schedule_period


def last_step(config: Config) -> int:
    """Updates a run makes: n_steps, or in the rest phase the first minimum of the periodic learning rate from there."""
    return _next_minimum(config, config.n_steps) if _is_at_rest(config) else config.n_steps


def record_steps(config: Config) -> tuple[int, ...]:
    """Updates after which records are taken, rising: the powers of two up to n_steps, and the last step.

    In the rest phase a power of two beyond half a period is a maximum of the periodic learning rate, half a
    period away from two minima; the later one takes its place.
    """
    powers = [2**j for j in range(config.n_steps.bit_length())]
    if _is_at_rest(config):
        powers = [p if p <= config.schedule_period // 2 else _next_minimum(config, p) for p in powers]
    return tuple(sorted({*powers, last_step(config)}))


def loss_steps(config: Config) -> tuple[int, ...]:
    """Updates whose losses are kept, rising: every `loss_every`-th, and the last."""
    return (*range(config.loss_every, last_step(config), config.loss_every), last_step(config))
