"""The role of each neuron, and the loss of the network without each role.

Jobs do not change when neurons are permuted, or when a ReLU neuron's incoming weights and bias are
multiplied and its outgoing weights divided by the same number.
"""

from collections.abc import Mapping
from typing import NamedTuple

import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Bool, Float, Key

from toymono.analysis.losses import sampled_loss, task_loss
from toymono.analysis.monosemanticity import (
    POLY_THRESHOLD,
    favourite_feature,
    is_mono,
    mono_neurons_of_features,
    monosemanticity,
)
from toymono.analysis.responses import is_dead_at_any_amplitude, task_responses
from toymono.analysis.theory import input_decoder
from toymono.config import Config
from toymono.toy.model import Params, network, params_of, weights_of
from toymono.toy.tasks import Problem, is_signed

# outputs moved per unit of input, of neurons that the paper draws as a band of small weights
SMALL_GAIN = 0.1


class Roles(NamedTuple):
    """Each neuron has exactly one role: the first of these that fits."""

    dead: Bool[Array, " neuron"]  # off for every lone feature at every amplitude
    small: Bool[Array, " neuron"]  # |incoming weights| |outgoing weights| below .1
    one_of_one: Bool[Array, " neuron"]  # monosemantic, and no other is so for the same feature
    one_of_several: Bool[Array, " neuron"]  # monosemantic, and some other is too
    nearly_mono: Bool[Array, " neuron"]  # a score above .9
    linear: Bool[Array, " neuron"]  # a positive bias: what the paper reads as a shared linear map
    other: Bool[Array, " neuron"]


def gains(params: Params) -> Float[Array, " neuron"]:
    """norm of incoming weights * norm of outgoing weights: a bound on output change per unit of
    input.
    """
    weights = weights_of(params)
    return jnp.linalg.norm(weights.encoder, axis=0) * jnp.linalg.norm(weights.decoder, axis=1)


def roles(config: Config, params: Params, problem: Problem) -> Roles:
    """The role of every neuron [P 5, Figs 5 and 11]."""
    net = network(config, params)
    responses = task_responses(config, net, problem)
    score, favourite = monosemanticity(responses), favourite_feature(responses)
    mono = is_mono(score)
    alone = mono_neurons_of_features(mono, favourite, config.n_features)[favourite] == 1
    fits = (
        is_dead_at_any_amplitude(config, net, problem),
        gains(params) < SMALL_GAIN,
        mono & alone,
        mono,
        is_mono(score, POLY_THRESHOLD),
        net.bias > 0,
    )
    taken, masks = jnp.zeros_like(mono), []
    for fit in fits:
        masks.append(fit & ~taken)
        taken |= fit
    return Roles(*masks, other=~taken)


def keep(params: Params, neurons: Bool[Array, " neuron"]) -> Params:
    """The network with the outgoing weights of all other neurons set to 0."""
    weights = weights_of(params)
    return params_of(weights._replace(decoder=jnp.where(neurons[:, None], weights.decoder, 0.0)))


def by_bias_sign(params: Params) -> tuple[Params, Params]:
    """The parts with b <= 0 and with b > 0; their outputs add up to the whole network's [P 5]."""
    positive = weights_of(params).bias > 0
    return keep(params, ~positive), keep(params, positive)


def ablation_losses(
    config: Config,
    params: Params,
    problem: Problem,
    key: Key[Array, ""],
    numbers: Mapping[str, ArrayLike],
) -> Mapping[str, Float[Array, ""]]:
    """Losses on the same samples: "whole", "without X" for each role, and with the exact projector.

    "projector" replaces the linear neurons by T P^+ x, the targets that the input determines. The
    absolute value has none, since no linear map helps there.
    """
    found = roles(config, params, problem)
    losses = {"whole": task_loss(config, params, problem, key, numbers).mean}
    for name, mask in found._asdict().items():
        losses[f"without {name}"] = task_loss(
            config, keep(params, ~mask), problem, key, numbers
        ).mean
    if not is_signed(config):
        rest = network(config, keep(params, ~found.linear))
        passed = input_decoder(config, problem)
        losses["projector"] = sampled_loss(
            config, lambda x: rest(x) + x @ passed.T, problem, key, numbers
        ).mean
    return losses
