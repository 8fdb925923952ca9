"""How neurons respond to features: to each alone, and three definitions of a dead neuron."""

from collections.abc import Mapping

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Bool, Float, Key

from toymono.config import Config
from toymono.toy.model import Network
from toymono.toy.tasks import Problem, is_signed, project, sample_features

N_SAMPLED_BATCHES = 16


def single_feature_responses(
    network: Network, problem: Problem, strength: ArrayLike = 1.0
) -> Float[Array, "neuron feature"]:
    """Activation h_i(F_j) of each neuron i when only feature j is on, at this strength."""
    return network.hidden(jnp.asarray(strength * problem.embedding.T)).T


def task_responses(
    config: Config, network: Network, problem: Problem
) -> Float[Array, "neuron feature"]:
    """The responses of eq 7: h_i(F_j), or h_i(F_j) + h_i(-F_j) where features have a sign [P 3]."""
    responses = single_feature_responses(network, problem)
    return (
        responses + single_feature_responses(network, problem, -1.0)
        if is_signed(config)
        else responses
    )


def _strongest(config: Config, network: Network, problem: Problem) -> Float[Array, " neuron"]:
    strengths = (1.0, -1.0) if is_signed(config) else (1.0,)
    return jnp.stack([single_feature_responses(network, problem, s) for s in strengths]).max(
        axis=(0, 2)
    )


def is_dead(config: Config, network: Network, problem: Problem) -> Bool[Array, " neuron"]:
    """Never on (h > 0) for a single feature at strength 1, nor at -1 where features have a sign."""
    return _strongest(config, network, problem) <= 0


def is_dead_at_any_amplitude(
    config: Config, network: Network, problem: Problem
) -> Bool[Array, " neuron"]:
    """Never on for a single feature at any amplitude in [0, 1], or [-1, 1] where features have a
    sign.

    Exact: a pre-activation is affine in the amplitude, so it is largest at an end of the range, and
    an activation has the sign of its pre-activation. Amplitude 0 counts: a positive bias keeps a
    neuron alive.
    """
    at_zero = network.hidden(jnp.zeros(problem.embedding.shape[0]))
    return is_dead(config, network, problem) & (at_zero <= 0)


def is_dead_on_samples(
    config: Config,
    network: Network,
    problem: Problem,
    key: Key[Array, ""],
    numbers: Mapping[str, ArrayLike],
) -> Bool[Array, " neuron"]:
    """Never on in 16 freshly sampled batches (16 * batch_size samples of the task's own inputs)."""

    def fires(key: Key[Array, ""]) -> Bool[Array, " neuron"]:
        features = sample_features(config, key, numbers)
        return (network.hidden(project(features, problem.embedding)) > 0).any(axis=0)

    return ~jax.lax.map(fires, jax.random.split(key, N_SAMPLED_BATCHES)).any(axis=0)
