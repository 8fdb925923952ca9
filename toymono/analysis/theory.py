"""Predicted losses: exact baselines, and the denoiser account of how the network does better.

The account: the network computes y = Pi f + (I - Pi) s(f-hat). What the input determines, the
projection Pi on the row space of P, passes through; the rest is filled in by a scalar denoiser s of
the matched filter f-hat_j = P_j . x. All functions are about one problem; targets of the
re-projector are Q times those of the decoder.
"""

import functools
from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from toymono.analysis.denoisers import (
    Denoiser,
    Observed,
    best_denoiser,
    observed_among,
    posterior_mean_error,
)
from toymono.config import Config, require
from toymono.toy.tasks import (
    Problem,
    feature_densities,
    is_difference,
    is_signed,
    lone_targets,
)


class Moments(NamedTuple):
    """Means and covariances of the features' values, and of what the task asks of them."""

    mean: Float[Array, " feature"]  # of the value f
    power: Float[Array, " feature"]  # E[f^2], and that of the target: |f| has the same
    target_mean: Float[Array, " feature"]
    together: Float[Array, "feature other"] | None  # covariances of values; None: independent

    @property
    def variance(self) -> Float[Array, " feature"]:
        """Of the value."""
        return self.power - self.mean**2

    def covered(self, rows: Float[Array, "row feature"]) -> Float[Array, "row feature"]:
        """Rows times the covariance matrix of the values."""
        return rows * self.variance if self.together is None else rows @ self.together


def feature_moments(config: Config, density: ArrayLike, **numbers: ArrayLike) -> Moments:
    """Exact moments: eps m and eps s with the amplitude's mean m and power s, for uniform ones
    eps/2 and eps/3; of differences, at half the density h, 0, 2h/3 - h^2/2 and h - 2h^2/3.

    Where features hang together, their covariances are m^2 (P(both) - eps_i eps_j). `numbers` are
    other numbers of the feature law. Raises InputError for a law that does not declare what is
    needed, and for signed tasks of features that are not independent and uniform.
    """
    if is_difference(config):
        half = feature_densities(config, density / 2)
        target_mean = half - 2 * half**2 / 3
        return Moments(jnp.zeros_like(half), 2 * half / 3 - half**2 / 2, target_mean, None)
    amplitude, joint = config.component("amplitude_law").facts, _joint(config, density, numbers)
    eps = jnp.diag(joint) if joint.ndim == 2 else joint
    mean, power = eps * amplitude["mean"], eps * amplitude["power"]
    target_mean = eps / 2 if _is_absolute(config) else mean
    if joint.ndim == 1:
        return Moments(mean, power, target_mean, None)
    values = jnp.fill_diagonal(joint * amplitude["mean"] ** 2, power, inplace=False)
    return Moments(mean, power, target_mean, values - mean[:, None] * mean)


def _joint(config: Config, density: ArrayLike, numbers: Mapping[str, ArrayLike]) -> Array:
    """Probability that two features are on, feature feature; of independent ones, that each is."""
    law, given = config.component("feature_law"), config.given("feature_law", numbers)
    known = law.facts.get("joint") or law.facts["densities"]
    fix = "declare its densities or its joint, or choose another law"
    require(known is not None, "feature_law", "a law whose moments are known", law.name, fix)
    independent = law.facts["densities"] is not None
    rule = "a law of independent features for a task of signed features"
    require(independent or not _is_absolute(config), "feature_law", rule, law.name, fix)
    return known(config.n_features, density, **given)


def _is_absolute(config: Config) -> bool:
    """Whether the task asks for the absolute values of features."""
    return config.component("task").facts["is_signed"]


class Baselines(NamedTuple):
    """Exact task losses of answers weaker than the network's, each at most the one before."""

    zero: Float[Array, ""]  # answer 0: N eps / 3 for the decoder
    constant: Float[Array, ""]  # the targets' mean
    linear: Float[Array, ""]  # the best linear map of the input, and a constant


def zero_loss(
    config: Config,
    problem: Problem,
    density: ArrayLike,
    importance: Float[Array, " output"] | None = None,
    **numbers: ArrayLike,
) -> Float[Array, ""]:
    """Task loss of the answer 0: what is asked for, squared; N eps / 3 for the decoder, exactly,
    where all outputs count alike.
    """
    moments = feature_moments(config, density, **numbers)
    targets = lone_targets(config, problem)
    of_outputs = _spread(config, moments, targets) + (targets @ moments.target_mean) ** 2
    return (of_outputs if importance is None else importance * of_outputs).sum()


def _spread(
    config: Config, moments: Moments, targets: Float[Array, "output feature"]
) -> Float[Array, " output"]:
    """Variance of each output's target: the diagonal of T C T', but of |f| its own."""
    if _is_absolute(config):
        return targets**2 @ (moments.power - moments.target_mean**2)
    return (targets * moments.covered(targets)).sum(axis=1)


def baselines(
    config: Config, problem: Problem, density: ArrayLike, **numbers: ArrayLike
) -> Baselines:
    """Losses of the answer 0, of the best constant, and of the best affine map.

    The last is tr T C T' - tr T C P' (P C P')^-1 P C T', with T the targets of lone features and C
    the covariance of their values (the linear minimum mean square error estimator). The absolute
    value has no linear part.
    """
    moments = feature_moments(config, density, **numbers)
    targets, embedding = lone_targets(config, problem), problem.embedding
    constant = _spread(config, moments, targets).sum()
    zero = zero_loss(config, problem, density, None, **numbers)
    if _is_absolute(config):
        return Baselines(zero, constant, constant)
    seen = moments.covered(embedding)  # P C
    answered = targets @ seen.T
    gain = jnp.trace(jnp.linalg.solve(seen @ embedding.T, answered.T) @ answered)
    return Baselines(zero, constant, constant - gain)


class Interference(NamedTuple):
    """What a matched filter P_j . x sees beside its own feature."""

    mean: Float[Array, " feature"]
    sigma: Float[Array, " feature"]  # standard deviation


def interference(
    config: Config, problem: Problem, density: ArrayLike, **numbers: ArrayLike
) -> Interference:
    """Exact moments of sum_i!=j (P_j . P_i) f_i, also where features hang together; sigma^2 ~ (N/d
    - 1)(eps/3 - eps^2/4) if even.
    """
    moments = feature_moments(config, density, **numbers)
    others = _overlaps(problem)
    variance = (others * moments.covered(others)).sum(axis=1)
    return Interference(others @ moments.mean, jnp.sqrt(variance))


def input_decoder(
    targets: Float[Array, "output feature"], embedding: Float[Array, "embed feature"]
) -> Float[Array, "output embed"]:
    """T P^+: from an input to the part of the targets that it determines."""
    return targets @ jnp.linalg.pinv(embedding)


def input_projector(problem: Problem) -> Float[Array, "feature feature"]:
    """Pi, of rank d: the orthogonal projector on the row space of P, what the input determines."""
    return jnp.linalg.pinv(problem.embedding) @ problem.embedding


@functools.partial(jax.jit, static_argnums=(0, 3))
def denoisers(config: Config, problem: Problem, density: ArrayLike, n_kinks: int) -> Denoiser:
    """The best denoiser of every feature, in its own interference, with a leading feature axis.

    Raises InputError for the absolute value, whose features have two signs.
    """
    return _best_of_each(_observed(config, problem, density), n_kinks)


def _best_of_each(seen: Observed, n_kinks: int) -> Denoiser:
    return jax.lax.map(lambda one: best_denoiser(one, n_kinks), seen)


def _observed(config: Config, problem: Problem, density: ArrayLike) -> Observed:
    """What the matched filter of every feature sees, with a leading feature axis."""
    rule = "two-layer for the theory of its loss"
    fix = "the theory covers no other"
    require(config.architecture == "two-layer", "architecture", rule, config.architecture, fix)
    require(
        not is_signed(config),
        "task",
        "decode or reproject",
        config.task,
        "the theory covers no other",
    )
    eps = feature_densities(config, density)
    overlaps = _overlaps(problem)
    return jax.lax.map(lambda one: observed_among(one[0], one[1], eps), (eps, overlaps))


def _overlaps(problem: Problem) -> Float[Array, "feature feature"]:
    """P_j . P_i off the diagonal, 0 on it."""
    return jnp.fill_diagonal(problem.embedding.T @ problem.embedding, 0.0, inplace=False)


class Prediction(NamedTuple):
    """Predicted task losses, for errors that are uncorrelated between features."""

    one_kink: Float[Array, ""]  # one mono neuron for each feature
    two_kinks: Float[Array, ""]
    posterior_mean: Float[Array, ""]  # the least that any function of the matched filter leaves


@functools.partial(jax.jit, static_argnums=0)
def predicted_losses(config: Config, problem: Problem, density: ArrayLike) -> Prediction:
    """sum_j |T (I - Pi)_j|^2 E[(s(f-hat_j) - f_j)^2]; for the decoder (1 - d/N) N scalar errors."""
    weights = (unresolved(config, problem) ** 2).sum(axis=0)
    seen = _observed(config, problem, density)
    least = jax.lax.map(posterior_mean_error, seen)
    one, two = (_best_of_each(seen, n).error for n in (1, 2))
    return Prediction(weights @ one, weights @ two, weights @ least)


def unresolved(config: Config, problem: Problem) -> Float[Array, "output feature"]:
    """T (I - Pi): the part of the targets that the input leaves undetermined."""
    targets, embedding = lone_targets(config, problem), problem.embedding
    return targets - input_decoder(targets, embedding) @ embedding
