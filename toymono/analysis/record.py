"""The measures of one network that training stores at each record."""

from collections.abc import Mapping
from typing import NamedTuple

from jax.typing import ArrayLike
from jaxtyping import Array, Float, Int, Key

from toymono.analysis.losses import sampled_loss
from toymono.analysis.monosemanticity import (
    favourite_feature,
    is_mono,
    mono_neurons_of_features,
    n_covered,
)
from toymono.analysis.responses import is_dead, is_dead_at_any_amplitude, is_dead_on_samples
from toymono.analysis.specimen import specimen_of
from toymono.components.component import short_name
from toymono.components.registry import component
from toymono.config import Config
from toymono.toy.model import Params
from toymono.toy.tasks import Problem, inputs_of, sample_features


class Record(NamedTuple):
    """Loss, scores, biases and counts of one network; meaningless if its parameters are not
    finite.
    """

    task_loss: Float[Array, ""]  # on 2^16 fresh samples, the same for all settings of a seed
    task_loss_error: Float[Array, ""]  # its standard error over these samples
    score: Float[Array, " neuron"]  # eq 7, in [0, 1]; NaN where a linear layer has no neurons
    favourite: Int[Array, " neuron"]  # index of the feature that it responds to most
    bias: Float[Array, " neuron"]  # hidden biases
    mean_bias: Float[Array, ""]
    n_mono: Int[Array, ""]  # neurons that score above .999
    n_covered: Int[Array, ""]  # features that have such a neuron
    n_dead: Int[Array, ""]  # never on for a single feature at strength 1
    n_dead_at_any_amplitude: Int[Array, ""]  # nor at any amplitude in [0, 1]
    n_dead_on_samples: Int[Array, ""]  # never on in 16 sampled batches
    n_positive_bias: Int[Array, ""]
    own: dict[str, Float[Array, " neuron"]]  # the measures of users' files, by name


def measure(
    config: Config,
    params: Params,
    problem: Problem,
    key: Key[Array, ""],
    numbers: Mapping[str, ArrayLike],
) -> Record:
    """The record of one network; `key` draws the samples for its loss and dead neurons."""
    net = specimen_of(config, params, problem)
    responses = net.responses
    score, favourite = net.scores_of(responses), favourite_feature(responses)
    mono = is_mono(score)
    bias = net.bias
    loss = sampled_loss(config, net, problem, key, numbers)

    def inputs(key: Key[Array, ""]) -> Float[Array, "batch embed"]:
        return inputs_of(config, problem, sample_features(config, key, numbers))

    return Record(
        task_loss=loss.mean,
        task_loss_error=loss.error,
        score=score,
        favourite=favourite,
        bias=bias,
        mean_bias=bias.mean(),
        n_mono=mono.sum(),
        n_covered=n_covered(mono_neurons_of_features(mono, favourite, net.n_features)),
        n_dead=is_dead(net).sum(),
        n_dead_at_any_amplitude=is_dead_at_any_amplitude(net).sum(),
        n_dead_on_samples=is_dead_on_samples(net, inputs, key).sum(),
        n_positive_bias=(bias > 0).sum(),
        own={short_name(m): component("neuron_measure", m)(net) for m in config.measures},
    )
