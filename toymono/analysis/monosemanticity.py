"""Scores: how monosemantic each neuron is, and the counts that follow from the scores.

A response is a neuron's activation for one feature alone; all functions are about one network.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

# a neuron is monosemantic above this score: Jermyn, Schiefer and Hubinger 2022, section 3
MONO_THRESHOLD = 0.999
# and polysemantic up to this one, unless it is dead; in between it is nearly monosemantic
POLY_THRESHOLD = 0.9
# the paper's eq 7 adds this to the denominator, which scores a dead neuron 0
_RESPONSE_FLOOR = 1e-10


def monosemanticity(responses: Float[Array, "neuron feature"]) -> Float[Array, " neuron"]:
    """Share of a neuron's response to its strongest feature: max_j h_ij / (1e-10 + sum_j max(0,
    h_ij)).

    In [0, 1]. 1: it responds to one feature only. 1/N: it responds to all equally. 0: it is dead.
    Negative responses count as 0, in the numerator too. Eq 7 of Jermyn, Schiefer and Hubinger 2022.
    """
    positive = jnp.maximum(responses, 0.0)
    return positive.max(axis=1) / (_RESPONSE_FLOOR + positive.sum(axis=1))


def runner_up(responses: Float[Array, "neuron feature"]) -> Float[Array, " neuron"]:
    """Each neuron's second strongest response over its strongest, in [0, 1], of two features or
    more.

    0: it responds to one feature, or none. 1: it responds to two equally. Only the strongest of a
    neuron's weak responses counts, while the score adds them all up (our own; Elhage et al. 2022
    scale the strongest weight to 1 and judge by eye).
    """
    second, first = jnp.sort(jnp.maximum(responses, 0.0), axis=1)[:, -2:].T
    return jnp.where(first > 0, second / jnp.where(first > 0, first, 1.0), 0.0)


def group_monosemanticity(
    responses: Float[Array, "neuron feature"], groups: Int[Array, " feature"]
) -> Float[Array, " neuron"]:
    """Share of a neuron's response to its strongest group of features, in [0, 1]; group numbers
    count from 0.

    1: it responds to features of one group only, whether one of them or all. The score's
    counterpart for groups (our own).
    """
    positive = jnp.maximum(responses, 0.0).T
    of_group = jax.ops.segment_sum(positive, groups, num_segments=len(groups))
    return monosemanticity(of_group.T)


def favourite_feature(responses: Float[Array, "neuron feature"]) -> Int[Array, " neuron"]:
    """The feature that each neuron responds to most; the first of equals."""
    return responses.argmax(axis=1)


def is_mono(
    scores: Float[Array, " neuron"], threshold: float = MONO_THRESHOLD
) -> Bool[Array, " neuron"]:
    """Whether each neuron scores above the threshold."""
    return scores > threshold


def is_poly(scores: Float[Array, " neuron"]) -> Bool[Array, " neuron"]:
    """Whether each neuron responds to some feature and has a score of at most 0.9."""
    return (scores > 0) & (scores <= POLY_THRESHOLD)


def mono_neurons_of_features(
    is_mono: Bool[Array, " neuron"], favourite: Int[Array, " neuron"], n_features: int
) -> Int[Array, " feature"]:
    """Number of mono neurons of each feature; the sum is the number of mono neurons."""
    return jnp.zeros(n_features, jnp.int32).at[favourite].add(is_mono.astype(jnp.int32))


def n_covered(mono_neurons: Int[Array, " feature"]) -> Int[Array, ""]:
    """Number of features with at least one monosemantic neuron, at most the number of features."""
    return (mono_neurons > 0).sum()


class Histogram(NamedTuple):
    """`n_features[m]` features have exactly m monosemantic neurons."""

    n_features: Int[Array, " multiplicity"]


def coverage_histogram(mono_neurons: Int[Array, " feature"]) -> Histogram:
    """Number of features with 0, 1, 2, ... mono neurons; sums to N."""
    return Histogram(n_features=jnp.bincount(mono_neurons))


class Cdf(NamedTuple):
    """`share[i]` of the neurons score at most `score[i]`; both rise."""

    score: Float[Array, " neuron"]
    share: Float[Array, " neuron"]


def score_cdf(scores: Float[Array, " neuron"]) -> Cdf:
    """Cumulative distribution of the scores: a spike at 1 is the monosemantic neurons [P Fig 2]."""
    n = scores.shape[0]
    return Cdf(score=jnp.sort(scores), share=jnp.arange(1, n + 1) / n)
