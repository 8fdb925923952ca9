"""Tasks: batches of inputs with their targets, and the error of outputs against targets."""

import functools
from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
from einops import einsum
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Key

from toymono.components.acting import acting
from toymono.config import Config, require
from toymono.toy.features import random_embedding


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


def random_problem(config: Config, key: Key[Array, ""]) -> Problem:
    """The two fixed projections of a seed; only the re-projector uses the second."""
    key_embedding, key_readout = jax.random.split(key)
    return Problem(
        embedding=jnp.eye(config.n_features)
        if config.embedding == "identity"
        else random_embedding(key_embedding, config.n_embed, config.n_features),
        readout=random_embedding(key_readout, config.n_embed, config.n_features),
    )


def inputs_of(
    config: Config, problem: Problem, features: Float[Array, "batch feature"]
) -> Float[Array, "batch embed"]:
    """The network's inputs of given features: x = P f, without the product where P is the
    identity.
    """
    if config.embedding == "identity":
        return features
    return project(features, problem.embedding)


def targets_of(
    config: Config, problem: Problem, features: Float[Array, "batch feature"]
) -> Float[Array, "batch output"]:
    """The task's targets of given features, such as f, Q f, or |f|."""
    return config.component("task")(problem, features)


@functools.cache
def n_outputs(config: Config) -> int:
    """Width of the network's output: what the task's targets have."""

    def of(projection: Array, features: Array) -> Array:
        return targets_of(config, Problem(projection, projection), features)

    projection = jax.ShapeDtypeStruct((config.n_embed, config.n_features), jnp.float32)
    features = jax.ShapeDtypeStruct((1, config.n_features), jnp.float32)
    return jax.eval_shape(of, projection, features).shape[-1]


@functools.partial(jax.jit, static_argnums=0)
def lone_targets(config: Config, problem: Problem) -> Float[Array, "output feature"]:
    """Targets of each feature alone at strength 1: unit vectors, or the columns of Q."""
    return targets_of(config, problem, jnp.eye(config.n_features)).T


def is_signed(config: Config) -> bool:
    """Whether features take both signs, so that a feature is probed at +1 and at -1."""
    return any(config.component(kind).facts["is_signed"] for kind in ("task", "amplitude_law"))


def is_difference(config: Config) -> bool:
    """Whether features are differences of two draws: those of a signed task whose amplitudes are
    not signed themselves.
    """
    of_task = config.component("task").facts["is_signed"]
    return of_task and not config.component("amplitude_law").facts["is_signed"]


def is_independent(config: Config) -> bool:
    """Whether features are known to be independent, with amplitudes uniform on [0, 1)."""
    known = config.component("feature_law").facts["densities"] is not None
    return known and config.amplitude_law == "uniform"


def feature_densities(config: Config, density: ArrayLike) -> Float[Array, " feature"]:
    """Probability that each feature is on, in (0, 1], where features are independent and their
    amplitudes uniform. Raises InputError for other laws.
    """
    law, rule = config.component("feature_law"), "a law of independent features"
    fix = "declare its densities, or choose another law"
    require(law.facts["densities"] is not None, "feature_law", rule, law.name, fix)
    uniform = config.amplitude_law == "uniform"
    require(uniform, "amplitude_law", "uniform", config.amplitude_law, "choose another measure")
    return law.facts["densities"](config.n_features, density, **config.given("feature_law"))


def draw(config: Config, key: Key[Array, ""]) -> Array:
    """What the feature law draws for one batch whatever the numbers of the setting are: for
    toymono's own laws uniform or Gaussian numbers; for others, keys. Two of each if features are
    differences.
    """
    signs = (2,) if is_difference(config) else ()
    law, options = config.component("feature_law"), dict(config.options)
    if law.facts["draws"] is None:
        return jax.random.split(key, signs) if signs else key
    static = {name: options[name] for name in law.numbers if name in options}
    return law.facts["draws"](key, (*signs, config.batch_size, config.n_features), **static)


def drawn_features(
    config: Config, draws: Array, hyper: Mapping[str, ArrayLike]
) -> Float[Array, "batch feature"]:
    """Feature values of given draws: those of the laws, or the difference of two at half the
    density.
    """
    if not is_difference(config):
        return _values(config, draws, hyper["feature_density"], hyper)
    plus, minus = (_values(config, one, hyper["feature_density"] / 2, hyper) for one in draws)
    return plus - minus


def _values(
    config: Config, draws: Array, density: ArrayLike, hyper: Mapping[str, ArrayLike]
) -> Float[Array, "batch feature"]:
    law, amplitude = config.component("feature_law"), config.component("amplitude_law")
    shape = (config.batch_size, config.n_features)
    values = law(draws, shape, density, **config.given("feature_law", hyper))
    if config.amplitude_law == "uniform":
        return values
    return jnp.where(values != 0, amplitude(values, **config.given("amplitude_law")), 0.0)


def sample_features(
    config: Config, key: Key[Array, ""], hyper: Mapping[str, ArrayLike]
) -> Float[Array, "batch feature"]:
    """One batch of feature values."""
    return drawn_features(config, draw(config, key), hyper)


def drawn_batch(
    config: Config, problem: Problem, draws: Array, hyper: Mapping[str, ArrayLike]
) -> Batch:
    """Inputs x = P f of the features of given draws, and the task's targets, such as f, Q f, or
    |f|.
    """
    features = drawn_features(config, draws, hyper)
    return Batch(
        inputs=inputs_of(config, problem, features), targets=targets_of(config, problem, features)
    )


def sample_batch(
    config: Config, problem: Problem, key: Key[Array, ""], hyper: Mapping[str, ArrayLike]
) -> Batch:
    """One batch of inputs and targets."""
    return drawn_batch(config, problem, draw(config, key), hyper)


def importances(numbers: Mapping[str, ArrayLike], n_outputs: int) -> Float[Array, " output"] | None:
    """How much each output counts in the loss; None where all count 1."""
    acts = acting("importance", numbers)
    found = [of(n_outputs, **of.given(numbers)) for of in acts]
    return functools.reduce(jnp.multiply, found) if found else None


def sample_errors(
    outputs: Float[Array, "batch output"],
    targets: Float[Array, "batch output"],
    importance: Float[Array, " output"] | None = None,
) -> Float[Array, " batch"]:
    """Squared error of each sample, summed over outputs, each as much as it counts."""
    squares = jnp.square(outputs - targets)
    return jnp.sum(squares if importance is None else importance * squares, axis=-1)


def squared_error(
    outputs: Float[Array, "batch output"],
    targets: Float[Array, "batch output"],
    importance: Float[Array, " output"] | None = None,
) -> Float[Array, ""]:
    """The task loss: squared error summed over outputs and averaged over the batch [P 2.2]."""
    return jnp.mean(sample_errors(outputs, targets, importance))
