"""Scores beyond one feature at strength 1: larger amplitudes, noise, other features on.

The score of the paper's eq 7 probes each feature alone. In other contexts a mono neuron may answer
more than its favourite; `mono_in_contexts` counts how many stay monosemantic (our own).
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Int, Key

from toymono.analysis.monosemanticity import is_mono
from toymono.analysis.specimen import Specimen

_N_CONTEXTS = 64
AMPLITUDE = 2.0  # twice the largest amplitude in the data
NOISE = 0.1  # standard deviation of each input dimension; a feature has an input of length 1
ATTACK = 0.1  # length of the worst change of an input


class MonoInContexts(NamedTuple):
    """Number of neurons with a score above .999, in one context each."""

    n_mono_at_double: Int[Array, ""]  # single features at amplitude 2
    n_mono_with_noise: Int[Array, ""]  # single features with input noise of sd .1
    n_mono_with_others: Int[Array, ""]  # as many other features on as in the data, on average
    n_mono_with_all: Int[Array, ""]  # all other features on at strength 1
    n_mono_attacked: Int[Array, ""]  # single features, moved against each neuron by length .1


def mono_in_contexts(net: Specimen, density: ArrayLike, key: Key[Array, ""]) -> MonoInContexts:
    """How many neurons are monosemantic in each context; `density` is the mean feature density."""
    key_noise, key_others = jax.random.split(key)
    n_on = jnp.round(density * net.features.shape[1])
    scores = (
        scores_at_amplitude(net, AMPLITUDE),
        scores_with_noise(net, NOISE, key_noise),
        scores_with_others_on(net, n_on, key_others),
        scores_with_all_on(net),
        scores_under_attack(net, ATTACK),
    )
    return MonoInContexts(*(is_mono(score).sum() for score in scores))


def scores_at_amplitude(net: Specimen, amplitude: float) -> Float[Array, " neuron"]:
    """Eq 7 with single features at another amplitude; above 1 they lie outside the data."""
    return net.scores_of(net.hidden(amplitude * net.features.T).T)


def scores_with_noise(net: Specimen, sigma: float, key: Key[Array, ""]) -> Float[Array, " neuron"]:
    """Eq 7 of mean responses over 64 draws of Gaussian input noise with this standard deviation."""

    def responses(key: Key[Array, ""]) -> Float[Array, "feature neuron"]:
        noise = sigma * jax.random.normal(key, net.features.T.shape)
        return net.hidden(net.features.T + noise)

    return net.scores_of(jax.lax.map(responses, jax.random.split(key, _N_CONTEXTS)).mean(axis=0).T)


def effects(
    net: Specimen, contexts: Float[Array, "context feature"]
) -> Float[Array, "neuron feature"]:
    """Mean increase of each neuron's activation when feature j goes from off to 1 in given
    contexts.

    The context's own value of feature j is put aside. Without any other feature on this is h(F_j) -
    h(0).
    """

    def of_context(features: Float[Array, " feature"]) -> Float[Array, "neuron feature"]:
        off = features @ net.features.T - (features * net.features).T
        return (net.hidden(off + net.features.T) - net.hidden(off)).T

    return jax.lax.map(of_context, contexts).mean(axis=0)


def scores_with_others_on(
    net: Specimen, n_on: ArrayLike, key: Key[Array, ""]
) -> Float[Array, " neuron"]:
    """Eq 7 of the mean effects of features in 64 random contexts of n other features each."""
    n_features = net.features.shape[1]

    def context(key: Key[Array, ""]) -> Float[Array, " feature"]:
        which, amplitude = jax.random.split(key)
        on = jax.random.permutation(which, n_features) < n_on
        return on * jax.random.uniform(amplitude, (n_features,))

    return net.scores_of(effects(net, jax.vmap(context)(jax.random.split(key, _N_CONTEXTS))))


def scores_with_all_on(net: Specimen) -> Float[Array, " neuron"]:
    """Eq 7 of the effects of features among all others at strength 1."""
    return net.scores_of(effects(net, jnp.ones((1, net.features.shape[1]))))


def scores_under_attack(net: Specimen, length: float) -> Float[Array, " neuron"]:
    """Eq 7 of single features, each moved by this length in the direction that the neuron answers
    most: along its own weights.
    """
    most = length * jnp.linalg.norm(net.encoder, axis=0)
    return net._replace(bias=net.bias + most).scores
