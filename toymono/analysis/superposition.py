"""How features share dimensions and neurons: capacity, interference, effective numbers, co-firing.

Directions are the columns of a matrix (dimensions x features): an embedding P, a readout, or the
neurons' responses. Responses are those to lone features (neuron x feature). A feature or neuron
that is all zero shares nothing and scores 0, except where said. `geometry` summarises a network.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from toymono.analysis.specimen import Specimen

_FLOOR = 1e-12
REPRESENTED = 0.5  # length of a direction


def _over(numerator: Array, denominator: Array) -> Array:
    """The quotient, 0 where the denominator vanishes."""
    known = jnp.abs(denominator) > _FLOOR
    return jnp.where(known, numerator / jnp.where(known, denominator, 1.0), 0.0)


def capacity(directions: Float[Array, "dimension feature"]) -> Float[Array, " feature"]:
    """Capacity of each feature, C_i = (w_i . w_i)^2 / sum_j (w_i . w_j)^2, in [0, 1].

    1: orthogonal to all others. Their sum is at most the rank. Scherlis et al. 2022, eq 3; it is
    the dimensionality D_i = |w_i|^2 / sum_j (w_i / |w_i| . w_j)^2 of Elhage et al. 2022.
    """
    gram = directions.T @ directions
    return _over(jnp.diag(gram) ** 2, (gram**2).sum(axis=1))


def dimensions_per_feature(directions: Float[Array, "dimension feature"]) -> Float[Array, ""]:
    """D* = m / |W|_F^2 of m dimensions: what each represented feature has where their lengths are
    near 1; infinite where all are 0. Elhage et al. 2022.
    """
    return len(directions) / jnp.square(directions).sum()


def is_represented(directions: Float[Array, "dimension feature"]) -> Bool[Array, " feature"]:
    """Whether each feature's direction is longer than 1/2: half-way between one that is left out
    and one that is given back in full.
    """
    return jnp.linalg.norm(directions, axis=0) > REPRESENTED


def interference(directions: Float[Array, "dimension feature"]) -> Float[Array, " feature"]:
    """Overlap of each feature's unit direction with the others: sum_j!=i (w_i / |w_i| . w_j)^2.

    Elhage et al. 2022 call it polysemanticity of a feature.
    """
    gram = directions.T @ directions
    squares = (gram**2).sum(axis=1) - jnp.diag(gram) ** 2
    return _over(squares, jnp.diag(gram))


def cosines(directions: Float[Array, "dimension feature"]) -> Float[Array, "feature other"]:
    """Cosine between every two features, in [-1, 1]; 0 where one has no length."""
    unit = _over(directions, jnp.linalg.norm(directions, axis=0))
    return unit.T @ unit


def coherence(directions: Float[Array, "dimension feature"]) -> Float[Array, ""]:
    """The largest |cosine| between two features, in [0, 1]; 0 for a single feature. Welch 1974."""
    return jnp.fill_diagonal(jnp.abs(cosines(directions)), 0.0, inplace=False).max()


def welch_bound(n_dimensions: int, n_features: int) -> float:
    """Least coherence of n features in d dimensions: sqrt((n - d) / (d (n - 1))), 0 for n <= d."""
    if n_features <= n_dimensions:
        return 0.0
    return ((n_features - n_dimensions) / (n_dimensions * (n_features - 1))) ** 0.5


def _shares(values: Float[Array, "one other"]) -> Float[Array, "one other"]:
    positive = jnp.maximum(values, 0.0)
    return _over(positive, positive.sum(axis=1, keepdims=True))


def effective_number(values: Float[Array, "one other"], order: int = 1) -> Float[Array, " one"]:
    """Effective number of entries of each row: exp(entropy of shares), or 1 / sum of squared
    shares.

    Between 1 (one entry has all) and the row's length (all entries equal); 0 for a row without
    positive values. For responses it gives effective features per neuron; for their transpose,
    effective neurons per feature. Hill 1973; order 2 is Simpson's.
    """
    shares = _shares(values)
    alive = shares.sum(axis=1) > 0
    if order == 2:
        return _over(alive.astype(float), (shares**2).sum(axis=1))
    entropy = -(shares * jnp.log(jnp.where(shares > 0, shares, 1.0))).sum(axis=1)
    return jnp.where(alive, jnp.exp(entropy), 0.0)


def participation_ratio(samples: Float[Array, "sample neuron"]) -> Float[Array, ""]:
    """Dimensions that samples fill: (sum l)^2 / sum l^2 over the eigenvalues l of their covariance.

    Between 1 and the number of neurons; 0 for constant samples. Gao et al. 2017.
    """
    centred = samples - samples.mean(axis=0)
    values = jnp.linalg.svd(centred, compute_uv=False) ** 2
    return _over(values.sum() ** 2, (values**2).sum())


class Firing(NamedTuple):
    """What neurons do on samples of the task's own inputs."""

    frequency: Float[Array, " neuron"]  # share of the samples on which it fires
    only_favourite: Float[
        Array, " neuron"
    ]  # P(its favourite is the only feature on | it fires); NaN if it never does
    favourite: Float[Array, " neuron"]  # P(its favourite is on | it fires); NaN likewise
    n_per_sample: Float[Array, ""]  # neurons that fire on a sample, on average


def firing(
    hidden: Float[Array, "sample neuron"],
    features: Float[Array, "sample feature"],
    favourite: Int[Array, " neuron"],
) -> Firing:
    """How often each neuron fires, and how often it then fires for its favourite feature.

    The density-weighted counterpart of the score, which probes with lone features at strength 1
    (our own).
    """
    fires, on = hidden > 0, features != 0
    its_own = on[:, favourite]
    alone = its_own & (on.sum(axis=1) == 1)[:, None]
    return Firing(
        fires.mean(axis=0), _given(alone, fires), _given(its_own, fires), fires.sum(axis=1).mean()
    )


def _given(
    event: Bool[Array, "sample neuron"], fires: Bool[Array, "sample neuron"]
) -> Float[Array, " neuron"]:
    return (event & fires).sum(axis=0) / fires.sum(axis=0)


class Geometry(NamedTuple):
    """How one network's features share its inputs and its neurons."""

    coherence: Float[Array, ""]  # largest |cosine| between the inputs of two features
    least_coherence: Float[Array, ""]  # the Welch bound: no embedding has less
    capacity: Float[Array, ""]  # mean over features of their capacity in the embedding
    interference: Float[Array, ""]  # mean over features, of their inputs
    features_per_neuron: Float[Array, ""]  # mean effective number, over neurons that respond
    neurons_per_feature: Float[Array, ""]  # mean effective number, over features that drive one
    response_dimensions: Float[Array, ""]  # participation ratio of the responses to single features


def geometry(net: Specimen) -> Geometry:
    """The geometry of a network, from its features and its responses to each alone."""
    embedding, responses = net.features, net.responses
    return Geometry(
        coherence=coherence(embedding),
        least_coherence=jnp.asarray(welch_bound(*embedding.shape)),
        capacity=capacity(embedding).mean(),
        interference=interference(embedding).mean(),
        features_per_neuron=_mean_of_nonzero(effective_number(responses)),
        neurons_per_feature=_mean_of_nonzero(effective_number(responses.T)),
        response_dimensions=participation_ratio(responses.T),
    )


def _mean_of_nonzero(values: Float[Array, " one"]) -> Float[Array, ""]:
    return _over(values.sum(), (values > 0).sum().astype(float))
