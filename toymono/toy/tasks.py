"""Tasks: batches of inputs with their targets, and the error of outputs against targets."""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from einops import einsum
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Key

from toymono.config import Config
from toymono.toy.features import feature_densities, random_embedding, sparse_features
from toymono.toy.threefry import threefry_uniform


class Problem(NamedTuple):
    """The part of a task that a seed fixes once, before training."""

    embedding: Float[Array, "embed feature"]  # P: features -> inputs
    readout: Float[Array, "embed feature"]  # Q: features -> targets of the re-projector


class Batch(NamedTuple):
    """Inputs of the network and the outputs it should give."""

    inputs: Float[Array, "batch embed"]
    targets: Float[Array, "batch output"]


def project(
    features: Float[Array, "batch feature"], projection: Float[Array, "embed feature"]
) -> Float[Array, "batch embed"]:
    """Each sample's features as a sum of the columns that stand for them: x = P f."""
    return einsum(features, projection, "batch feature, embed feature -> batch embed")


class _Task(NamedTuple):
    # Whether features have a sign: then each is the difference of two draws at half the density.
    is_signed: bool
    targets: Callable[[Problem, Float[Array, "batch feature"]], Float[Array, "batch output"]]


_TASKS = {
    "decode": _Task(is_signed=False, targets=lambda problem, features: features),
    "reproject": _Task(
        is_signed=False, targets=lambda problem, features: project(features, problem.readout)
    ),
    "absolute": _Task(is_signed=True, targets=lambda problem, features: jnp.abs(features)),
}


def random_problem(config: Config, key: Key[Array, ""]) -> Problem:
    """The two fixed projections of a seed; only the re-projector uses the second."""
    key_embedding, key_readout = jax.random.split(key)
    return Problem(
        embedding=random_embedding(key_embedding, config.n_embed, config.n_features),
        readout=random_embedding(key_readout, config.n_embed, config.n_features),
    )


def n_outputs(config: Config) -> int:
    """Width of the network's output: n_embed for the re-projector, n_features otherwise."""
    return config.n_embed if config.task == "reproject" else config.n_features


def lone_targets(config: Config, problem: Problem) -> Float[Array, "output feature"]:
    """Targets of each feature alone at strength 1: unit vectors, or the columns of Q."""
    return problem.readout if config.task == "reproject" else jnp.eye(config.n_features)


def is_signed(config: Config) -> bool:
    """Whether the task's features take both signs, so that a feature is probed at +1 and at -1."""
    return _TASKS[config.task].is_signed


def draw(config: Config, key: Key[Array, ""]) -> Float[Array, "*sign batch feature"]:
    """The uniform draws on [0, 1) of one batch, the same at every density: one per feature, two if
    features are signed.
    """
    signs = (2,) if is_signed(config) else ()
    return threefry_uniform(key, (*signs, config.batch_size, config.n_features))


def drawn_features(
    config: Config, uniform: Float[Array, "*sign batch feature"], density: ArrayLike
) -> Float[Array, "batch feature"]:
    """Feature values of given draws: in [0, 1), or if signed f1 - f2 in (-1, 1), each at half the
    density.
    """
    if not is_signed(config):
        return sparse_features(
            uniform, feature_densities(config.feature_law, config.n_features, density)
        )
    halves = feature_densities(config.feature_law, config.n_features, density / 2)
    plus, minus = uniform
    return sparse_features(plus, halves) - sparse_features(minus, halves)


def sample_features(
    config: Config, key: Key[Array, ""], density: ArrayLike
) -> Float[Array, "batch feature"]:
    """One batch of feature values: in [0, 1), or in (-1, 1) if signed."""
    return drawn_features(config, draw(config, key), density)


def targets_of(
    config: Config, problem: Problem, features: Float[Array, "batch feature"]
) -> Float[Array, "batch output"]:
    """The task's targets of given features: f, Q f, or |f|."""
    return _TASKS[config.task].targets(problem, features)


def drawn_batch(
    config: Config,
    problem: Problem,
    uniform: Float[Array, "*sign batch feature"],
    density: ArrayLike,
) -> Batch:
    """Inputs x = P f of the features of given draws, and the task's targets: f, Q f, or |f|."""
    features = drawn_features(config, uniform, density)
    return Batch(
        inputs=project(features, problem.embedding), targets=targets_of(config, problem, features)
    )


def sample_batch(
    config: Config, problem: Problem, key: Key[Array, ""], density: ArrayLike
) -> Batch:
    """One batch of inputs and targets."""
    return drawn_batch(config, problem, draw(config, key), density)


def sample_errors(
    outputs: Float[Array, "batch output"], targets: Float[Array, "batch output"]
) -> Float[Array, " batch"]:
    """Squared error of each sample, summed over outputs."""
    return jnp.sum(jnp.square(outputs - targets), axis=-1)


def squared_error(
    outputs: Float[Array, "batch output"], targets: Float[Array, "batch output"]
) -> Float[Array, ""]:
    """The task loss: squared error summed over outputs and averaged over the batch [P 2.2]."""
    return jnp.mean(sample_errors(outputs, targets))
