"""Penalties on overlap between neurons' responses to single features, or between their outputs.

The first three are from dr-darryl-wright/toy_model_interpretability (2023), whose author found that
the first removes all polysemantic neurons from the paper's network.
"""

from typing import TYPE_CHECKING

from toymono.components.component import Number
from toymono.components.declare import penalty
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.model import Network
    from toymono.toy.tasks import Problem

_FLOOR = 1e-10


def _responses(
    network: "Network", problem: "Problem", strengths: "jax.Array | float" = 1.0
) -> "jax.Array":
    """Activations for single features at these strengths: neuron feature."""
    inputs = (strengths * problem.embedding).T
    return network.hidden(inputs).T


@penalty(
    "neuron_overlap",
    weight=Number("weight of the overlap of neurons' responses to single features", low=0),
)
def neuron_overlap(
    network: "Network", hidden: "jax.Array", problem: "Problem", weight: "jax.Array"
) -> "jax.Array":
    """Weight * (N - 1) / N * sum over pairs of neurons of their responses' inner product, as coded
    by its author ("soft_dot").

    It is computed as the square of the neurons' sum minus the squares. It punishes neurons that
    share a feature, not features that share a neuron. The author meant to divide by N (N - 1),
    which only changes the weight.
    """
    answers = _responses(network, problem)
    n_features = answers.shape[1]
    pairs = (jnp.square(answers.sum(axis=0)).sum() - jnp.square(answers).sum()) / 2
    return weight * (n_features - 1) / n_features * pairs


def _feature_overlap(answers: "jax.Array") -> "jax.Array":
    """Mean over pairs of features of the inner product of their responses, each neuron's as a share
    of its largest.
    """
    n = answers.shape[1]
    shares = answers / (_FLOOR + answers.max(axis=1, keepdims=True))
    pairs = (jnp.square(shares.sum(axis=1)).sum() - jnp.square(shares).sum()) / 2
    return pairs / (n * (n - 1) / 2)


@penalty(
    "feature_overlap",
    weight=Number("weight of the overlap of features in neurons at strength 1", low=0),
)
def feature_overlap(
    network: "Network", hidden: "jax.Array", problem: "Problem", weight: "jax.Array"
) -> "jax.Array":
    """Weight * mean over pairs of features of sum_n A'_ni A'_nj, where A' is a neuron's response as
    a share of its largest ("soft_dot_choose_2").
    """
    return weight * _feature_overlap(_responses(network, problem))


@penalty(
    "random_overlap",
    weight=Number("weight of the overlap of features in neurons at random strengths", low=0),
)
def random_overlap(
    network: "Network",
    hidden: "jax.Array",
    problem: "Problem",
    key: "jax.Array",
    weight: "jax.Array",
) -> "jax.Array":
    """As `feature_overlap`, but each step draws the strength of each feature from U(0, 1)
    ("soft_dot_choose_2_rand_act").
    """
    strengths = jax.random.uniform(key, problem.embedding.shape[1:])
    return weight * _feature_overlap(_responses(network, problem, strengths))


@penalty(
    "decoder_overlap",
    weight=Number("weight of the squared positive cosines between neurons' outputs", low=0),
    needs=("decoder",),
)
def decoder_overlap(network: "Network", hidden: "jax.Array", weight: "jax.Array") -> "jax.Array":
    """Weight * mean over neurons of sum_j max(0, cos(v_i, v_j))^2 over the others, v the decoder's
    vector of a neuron.

    After OrtSAE (arXiv:2509.22033), whose formula may differ.
    """
    decoder = jnp.asarray(network.decoder.kernel)
    squares = jnp.square(decoder).sum(axis=1, keepdims=True)
    vectors = decoder * jax.lax.rsqrt(_FLOOR + squares)
    cosines = vectors @ vectors.T * (1 - jnp.eye(len(vectors)))
    return weight * jnp.square(jnp.maximum(cosines, 0.0)).sum() / len(vectors)
