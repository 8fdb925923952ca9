"""Apply levers: components that act on every network whose settings have their numbers.

They act at the start, on hidden activations in training, in the loss, and after each update.
"""

import zlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
from jaxtyping import Array, Float, Key

from toymono.components.acting import acting
from toymono.components.component import Component
from toymono.config import Scalar
from toymono.toy.model import Network, Weights
from toymono.toy.tasks import Batch, Problem

Numbers = Mapping[str, Scalar]  # of one member
States = dict[str, Any]  # each lever's state for one member, by the lever's name


class StepData(NamedTuple):
    """The inputs of one update besides the network."""

    step: int | Array  # updates made before it
    batch: Batch
    problem: Problem
    key: Key[Array, ""]  # for noise, the same for all settings of a seed


class Update(NamedTuple):
    """The update that was made, as levers get it."""

    step: int | Array  # updates made before it
    n_steps: int
    learning_rate: Scalar  # at the schedule's peak
    rate: Scalar  # at this step
    before: Weights
    inputs: Float[Array, "batch embed"]  # of its batch


def _own_key(lever: Component, key: Key[Array, ""]) -> Key[Array, ""]:
    return jax.random.fold_in(key, zlib.crc32(lever.name.encode()))


def at_start(numbers: Numbers, weights: Weights, key: Key[Array, ""]) -> Weights:
    """Initial weights after the levers changed them."""
    for lever in acting("at_start", numbers):
        weights = lever(weights, _own_key(lever, key), **lever.given(numbers))
    return weights


def first_states(numbers: Numbers, weights: Weights) -> States:
    """The initial states of the levers that have one."""
    remember = (lever for lever in acting("after_update", numbers) if lever.facts["state"])
    return {lever.name: lever.facts["state"](weights) for lever in remember}


def in_training(
    numbers: Numbers, hidden: Float[Array, "batch neuron"], key: Key[Array, ""]
) -> Float[Array, "batch neuron"]:
    """Hidden activations in training, after the levers changed them."""
    for lever in acting("in_training", numbers):
        hidden = lever(hidden, _own_key(lever, key), **lever.given(numbers))
    return hidden


def penalties(
    numbers: Numbers,
    network: Network,
    hidden: Float[Array, "batch neuron"],
    outputs: Float[Array, "batch output"],
    data: StepData,
) -> list[Float[Array, ""]]:
    """What each lever adds to the task loss."""
    offered = {"outputs": outputs, "batch": data.batch, "problem": data.problem}
    found = []
    for lever in acting("penalty", numbers):
        given = {**offered, "key": _own_key(lever, data.key), **lever.given(numbers)}
        found.append(lever(network, hidden, **{name: given[name] for name in lever.asks}))
    return found


def after_update(
    numbers: Numbers, weights: Weights, made: Update, states: States
) -> tuple[Weights, States]:
    """Weights after an update and the levers' changes, and the levers' next states."""
    remembered = {}
    for lever in acting("after_update", numbers):
        given = lever.given(numbers)
        if lever.facts["state"]:
            weights, remembered[lever.name] = lever(weights, made, states[lever.name], **given)
        else:
            weights = lever(weights, made, **given)
    return weights, remembered
