"""Predicted losses: exact baselines, and the denoiser account of how the network does better.

The account: the network computes y = Pi f + (I - Pi) s(f-hat). What the input determines, the
projection Pi on the row space of P, passes through; the rest is filled in by a scalar denoiser s of
the matched filter f-hat_j = P_j . x. All functions are about one problem; targets of the
re-projector are Q times those of the decoder.
"""

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
from toymono.toy.tasks import Problem, feature_densities, is_signed, lone_targets


class Moments(NamedTuple):
    """Means of every feature's value and of what the task asks of it."""

    mean: Float[Array, " feature"]  # of the value f
    power: Float[Array, " feature"]  # E[f^2], and that of the target: |f| has the same
    target_mean: Float[Array, " feature"]

    @property
    def variance(self) -> Float[Array, " feature"]:
        """Of the value."""
        return self.power - self.mean**2


def feature_moments(config: Config, density: ArrayLike) -> Moments:
    """Exact moments: eps/2 and eps/3; with signs, at half the density h, 0, 2h/3 - h^2/2 and h -
    2h^2/3.
    """
    if not is_signed(config):
        eps = feature_densities(config, density)
        return Moments(eps / 2, eps / 3, eps / 2)
    half = feature_densities(config, density / 2)
    return Moments(jnp.zeros_like(half), 2 * half / 3 - half**2 / 2, half - 2 * half**2 / 3)


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
) -> Float[Array, ""]:
    """Task loss of the answer 0: what is asked for, squared; N eps / 3 for the decoder, exactly,
    where all outputs count alike.
    """
    moments, targets = feature_moments(config, density), lone_targets(config, problem)
    spread = moments.power - moments.target_mean**2  # features are independent
    of_outputs = targets**2 @ spread + (targets @ moments.target_mean) ** 2
    return (of_outputs if importance is None else importance * of_outputs).sum()


def baselines(config: Config, problem: Problem, density: ArrayLike) -> Baselines:
    """Losses of the answer 0, of the best constant, and of the best affine map.

    The last is tr T C T' - tr T C P' (P C P')^-1 P C T', with T the targets of lone features and C
    the covariance of their values (the linear minimum mean square error estimator). The absolute
    value has no linear part.
    """
    moments, targets = feature_moments(config, density), lone_targets(config, problem)
    spread = moments.power - moments.target_mean**2  # features are independent
    constant = (targets**2 @ spread).sum()
    zero = zero_loss(config, problem, density)
    if is_signed(config):
        return Baselines(zero, constant, constant)
    seen = problem.embedding * moments.variance  # P C
    answered = targets @ seen.T
    gain = jnp.trace(jnp.linalg.solve(seen @ problem.embedding.T, answered.T) @ answered)
    return Baselines(zero, constant, constant - gain)


class Interference(NamedTuple):
    """What a matched filter P_j . x sees beside its own feature."""

    mean: Float[Array, " feature"]
    sigma: Float[Array, " feature"]  # standard deviation


def interference(config: Config, problem: Problem, density: ArrayLike) -> Interference:
    """Exact moments of sum_i!=j (P_j . P_i) f_i; sigma^2 ~ (N/d - 1)(eps/3 - eps^2/4) if even."""
    moments = feature_moments(config, density)
    others = _overlaps(problem)
    return Interference(others @ moments.mean, jnp.sqrt(others**2 @ moments.variance))


def input_decoder(
    targets: Float[Array, "output feature"], embedding: Float[Array, "embed feature"]
) -> Float[Array, "output embed"]:
    """T P^+: from an input to the part of the targets that it determines."""
    return targets @ jnp.linalg.pinv(embedding)


def input_projector(problem: Problem) -> Float[Array, "feature feature"]:
    """Pi, of rank d: the orthogonal projector on the row space of P, what the input determines."""
    return jnp.linalg.pinv(problem.embedding) @ problem.embedding


def denoisers(config: Config, problem: Problem, density: ArrayLike, n_kinks: int) -> Denoiser:
    """The best denoiser of every feature, in its own interference, with a leading feature axis.

    Raises InputError for the absolute value, whose features have two signs.
    """
    return _best_of_each(_observed(config, problem, density), n_kinks)


def _best_of_each(seen: Observed, n_kinks: int) -> Denoiser:
    return jax.lax.map(lambda one: best_denoiser(one, n_kinks), seen)


def _observed(config: Config, problem: Problem, density: ArrayLike) -> Observed:
    """What the matched filter of every feature sees, with a leading feature axis."""
    rule = "two-layer for the account of its loss"
    fix = "there is no account of the others"
    require(config.architecture == "two-layer", "architecture", rule, config.architecture, fix)
    require(
        not is_signed(config),
        "task",
        "decode or reproject",
        config.task,
        "there is no account of the other",
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
