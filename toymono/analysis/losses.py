"""The task loss of one network, on fresh samples that it was never trained on."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Key

from toymono.config import Config
from toymono.toy.model import Params, network
from toymono.toy.tasks import Problem, importances, n_outputs, sample_batch, sample_errors

N_SAMPLES = 2**16
_AT_ONCE = 2**11  # samples whose activations are in memory together


class SampledLoss(NamedTuple):
    """A mean over fresh samples."""

    mean: Float[Array, ""]
    error: Float[Array, ""]  # standard error of the mean: it falls as n_samples^-1/2


def sampled_loss(
    config: Config,
    answer: Callable[[Float[Array, "batch embed"]], Float[Array, "batch output"]],
    problem: Problem,
    key: Key[Array, ""],
    numbers: Mapping[str, ArrayLike],
    n_samples: int = N_SAMPLES,
) -> SampledLoss:
    """Mean squared error of given answers to fresh samples, outputs counted by their importance;
    `n_samples` is a multiple of 2^11.

    `numbers` are those of the feature law and of the outputs' importance: a Hyper, or its
    "feature_density" and what else the law has.

    The same key draws the same samples for every network, whatever its batch size, so that
    differences between networks of one seed are far more exact than `error` says.
    """
    at_once = dataclasses.replace(config, batch_size=_AT_ONCE)
    counts = importances(numbers, n_outputs(config))

    # Each part is summed up by itself: a sum over all samples would be rounded as the number of
    # threads has it.
    def of_part(key: Key[Array, ""]) -> tuple[Float[Array, ""], Float[Array, ""]]:
        batch = sample_batch(at_once, problem, key, numbers)
        errors = sample_errors(answer(batch.inputs), batch.targets, counts)
        return errors.mean(), errors.var()

    means, variances = jax.lax.map(of_part, jax.random.split(key, n_samples // _AT_ONCE))
    return SampledLoss(means.mean(), jnp.sqrt((variances.mean() + means.var()) / n_samples))


def task_loss(
    config: Config,
    params: Params,
    problem: Problem,
    key: Key[Array, ""],
    numbers: Mapping[str, ArrayLike],
) -> SampledLoss:
    """The loss of these parameters without penalties [P 2.2]; `key` is the world's `key_probe`."""
    return sampled_loss(config, network(config, params), problem, key, numbers)
