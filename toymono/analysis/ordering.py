"""In which order neurons and features are shown, and the map of one network drawn in that order."""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from toymono.analysis.monosemanticity import (
    Histogram,
    coverage_histogram,
    favourite_feature,
    is_mono,
    mono_neurons_of_features,
    monosemanticity,
)
from toymono.analysis.specimen import Specimen


class Order(NamedTuple):
    """Display permutations: `neuron[0]` is drawn first, `feature[0]` is drawn first."""

    neuron: Int[Array, " neuron"]
    feature: Int[Array, " feature"]


def display_order(responses: Float[Array, "neuron feature"]) -> Order:
    """Neurons by falling score; features by the position of their strongest neuron [P Fig 4].

    Monosemantic neurons so come to lie on a diagonal. Ties keep their order.
    """
    neuron = jnp.argsort(-monosemanticity(responses), stable=True)
    most_driven = responses[neuron].argmax(axis=0)
    return Order(neuron=neuron, feature=jnp.argsort(most_driven, stable=True))


class FeatureNeuronMap(NamedTuple):
    """Every neuron against every feature alone, both in display order."""

    responses: Float[Array, "neuron feature"]
    order: Order
    score: Float[Array, " neuron"]  # in display order, hence falling
    bias: Float[Array, " neuron"]  # in display order
    n_mono: int
    coverage: Histogram  # features by how many monosemantic neurons they have


def feature_neuron_map(net: Specimen) -> FeatureNeuronMap:
    """Responses to single features at strength 1, in display order [P Figs 4, 10, 20]."""
    responses = net.responses
    order = display_order(responses)
    score = net.scores_of(responses)
    mono_neurons = mono_neurons_of_features(
        is_mono(score), favourite_feature(responses), net.n_features
    )
    return FeatureNeuronMap(
        responses=responses[order.neuron][:, order.feature],
        order=order,
        score=score[order.neuron],
        bias=net.bias[order.neuron],
        n_mono=int(mono_neurons.sum()),
        coverage=coverage_histogram(mono_neurons),
    )
