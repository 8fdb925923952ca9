"""What a network does with features of one's own choosing, and without some of its neurons."""

import functools
from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from toymono.config import Config, require
from toymono.toy.model import Params, network
from toymono.toy.tasks import Problem, is_signed, project, squared_error, targets_of


class Outcome(NamedTuple):
    """One input, and what the network makes of it."""

    hidden: Float[Array, " neuron"]  # activations; 0 where the neuron is switched off
    outputs: Float[Array, " output"]
    targets: Float[Array, " output"]  # what was asked for
    error: Float[Array, ""]  # squared error, summed over outputs


def amplitudes(config: Config, chosen: Mapping[int, float]) -> Float[Array, " feature"]:
    """All features' amplitudes: those chosen, and 0 for the others.

    Raises InputError for a feature that is not there, or an amplitude outside [0, 1] ([-1, 1] for
    signed features).
    """
    least = -1.0 if is_signed(config) else 0.0
    for feature, value in chosen.items():
        known, rule = (
            0 <= feature < config.n_features,
            f"a whole number from 0 to {config.n_features - 1}",
        )
        require(known, "feature", rule, feature, "choose one of them")
        require(least <= value <= 1.0, "amplitude", f"from {least:g} to 1", value, "move it there")
    features = jnp.zeros(config.n_features)
    return (
        features.at[jnp.array([*chosen], int)].set(jnp.array([*chosen.values()], float))
        if chosen
        else features
    )


@functools.partial(jax.jit, static_argnums=0)
def outcome(
    config: Config,
    params: Params,
    problem: Problem,
    features: Float[Array, " feature"],
    is_on: Bool[Array, " neuron"],
) -> Outcome:
    """Activations and outputs for given features; neurons that are off have activation 0."""
    net, sample = network(config, params), features[None]
    hidden = jnp.where(is_on, net.hidden(project(sample, problem.embedding)), 0.0)
    outputs, targets = net.readout(hidden), targets_of(config, problem, sample)
    return Outcome(hidden[0], outputs[0], targets[0], squared_error(outputs, targets))
