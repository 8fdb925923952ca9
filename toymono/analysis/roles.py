"""The role of each neuron, and the loss of the network without each role.

Jobs do not change when neurons are permuted, or when a ReLU neuron's incoming weights and bias are
multiplied and its outgoing weights divided by the same number.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from toymono.analysis.monosemanticity import (
    POLY_THRESHOLD,
    favourite_feature,
    is_mono,
    mono_neurons_of_features,
)
from toymono.analysis.responses import is_dead_at_any_amplitude
from toymono.analysis.specimen import Specimen
from toymono.analysis.theory import input_decoder

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


def gains(net: Specimen) -> Float[Array, " neuron"]:
    """norm of incoming weights * norm of outgoing weights: a bound on output change per unit of
    input.
    """
    return jnp.linalg.norm(net.encoder, axis=0) * jnp.linalg.norm(net.decoder, axis=1)


def roles(net: Specimen) -> Roles:
    """The role of every neuron [P 5, Figs 5 and 11]."""
    responses = net.responses
    score, favourite = net.scores_of(responses), favourite_feature(responses)
    mono = is_mono(score)
    alone = mono_neurons_of_features(mono, favourite, net.n_features)[favourite] == 1
    fits = (
        is_dead_at_any_amplitude(net),
        gains(net) < SMALL_GAIN,
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


def keep(net: Specimen, neurons: Bool[Array, " neuron"]) -> Specimen:
    """The network with the outgoing weights of all other neurons set to 0."""
    return net._replace(decoder=jnp.where(neurons[:, None], net.decoder, 0.0))


def by_bias_sign(net: Specimen) -> tuple[Specimen, Specimen]:
    """The parts with b <= 0 and with b > 0; their outputs add up to the whole network's [P 5].

    An output bias stays with the second, as the linear map's constant.
    """
    net.require_linear_readout("parts whose outputs add up")
    positive = net.bias > 0
    return keep(net, ~positive)._replace(output_bias=None), keep(net, positive)


def ablation_losses(
    net: Specimen, loss: Callable[[Callable[[Array], Array]], Float[Array, ""]]
) -> Mapping[str, Float[Array, ""]]:
    """Losses "whole", "without X" for each role, and with the exact projector; `loss` gives that of
    a function from inputs to outputs, always on the same samples.

    "projector" replaces the linear neurons by T P^+ x, the targets that the input determines.
    Signed features have none, as no linear map gives an absolute value; nor has a network that does
    not add up what its neurons write.
    """
    found = roles(net)
    losses = {"whole": loss(net)}
    for name, mask in found._asdict().items():
        losses[f"without {name}"] = loss(keep(net, ~mask))
    if not net.kind.is_signed and net.is_linear_readout:
        rest, passed = keep(net, ~found.linear), input_decoder(net.targets, net.features)
        losses["projector"] = loss(lambda x: rest(x) + x @ passed.T)
    return losses
