"""Train one member: initial state, loss, gradient and update, all pure functions.

No function here knows a member axis; members.py maps them. The data depend on seed and step only,
so all settings of a seed share one random draw.
"""

import functools
import zlib
from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Key

from toymono.analysis.handbuilt import hand_built
from toymono.components.component import Component
from toymono.components.registry import components
from toymono.config import Config, Scalar
from toymono.toy.model import (
    Params,
    network,
    of_existing,
    params_of,
    random_params,
    weights_of,
)
from toymono.toy.tasks import Batch, n_outputs, squared_error
from toymono.toy.world import World
from toymono.training.schedules import learning_rate, n_losses


class TrainState(NamedTuple):
    """Parameters, optimiser state and loss history of one network."""

    params: Params
    optimizer: optax.OptState
    losses: Float[Array, " loss"]  # one for each of `loss_steps`, infinite until it is reached


class Update(NamedTuple):
    """What a component is told of the update that was made."""

    step: int | Array  # updates made before it
    n_steps: int
    learning_rate: Scalar  # at the schedule's peak


def acting(kind: str, hyper: Mapping[str, Scalar]) -> list[Component]:
    """The components of an optional kind that act: those whose numbers are given."""
    return [c for c in components(kind).values() if {*c.numbers} <= {*hyper}]


def start(config: Config, hyper: Mapping[str, Scalar], world: World) -> TrainState:
    """Initialise one member."""
    if config.initialization == "hand-built":
        params = hand_built(config, world.problem, hyper["feature_density"])
    else:
        params = random_params(config, world.key_params)
    weights = weights_of(params)
    for lever in acting("at_start", hyper):
        key = jax.random.fold_in(world.key_params, zlib.crc32(lever.name.encode()))
        weights = lever(weights, key, **lever.given(hyper))
    params = params_of(weights)
    losses = jnp.full(n_losses(config), jnp.inf)  # not NaN, which jax_debug_nans would report
    return TrainState(params, optimizer_of(config).init(params), losses)


def optimizer_of(config: Config) -> optax.GradientTransformation:
    """The optimiser of one network, at learning rate 1."""
    chosen = config.component("optimizer")
    return chosen(**chosen.given(dict(config.options)))


def trained_loss(
    config: Config, hyper: Mapping[str, Scalar], params: Params, batch: Batch
) -> tuple[Array, Array]:
    """The loss that is minimised, task loss + penalties, and the task loss alone."""
    net = network(config, params)
    hidden = net.hidden(batch.inputs)
    task_loss = squared_error(net.readout(hidden), batch.targets)
    penalties = (p(net, hidden, **p.given(hyper)) for p in acting("penalty", hyper))
    return sum(penalties, task_loss), task_loss


def data_key(world: World, step: int | Array) -> Key[Array, ""]:
    """The key of the batch of update number `step`, the same for all settings of a seed."""
    return jax.random.fold_in(world.key_data, step)


def gradient(
    config: Config, hyper: Mapping[str, Scalar], params: Params, batch: Batch, n_parts: int = 1
) -> tuple[Params, Array]:
    """The gradient of the minimised loss, and the task loss, averaged over `n_parts` equal parts of
    the batch that are computed one after another.
    """
    of_part = jax.grad(functools.partial(trained_loss, config, hyper), has_aux=True)
    if n_parts == 1:
        return of_part(params, batch)

    def add(so_far: tuple[Params, Array], part: Batch) -> tuple[tuple[Params, Array], None]:
        return jax.tree.map(jnp.add, so_far, of_part(params, part)), None

    parts = jax.tree.map(lambda rows: rows.reshape(n_parts, -1, *rows.shape[1:]), batch)
    first = jax.tree.map(lambda rows: rows[0], parts)
    rest = jax.tree.map(lambda rows: rows[1:], parts)
    total, _ = jax.lax.scan(add, of_part(params, first), rest)
    return jax.tree.map(lambda leaf: leaf / n_parts, total)


def update(
    config: Config,
    hyper: Mapping[str, Scalar],
    batch: Batch,
    member: TrainState,
    step: int | Array,
    n_parts: int = 1,
) -> TrainState:
    """Make one update of a member; `step` counts the updates made before it."""
    gradients, task_loss = gradient(config, hyper, member.params, batch, n_parts)
    if config.connectivity == "random":
        gradients = of_existing(gradients, member.params)
    directions, optimizer = optimizer_of(config).update(gradients, member.optimizer, member.params)
    rate = learning_rate(config, hyper["learning_rate"], step)
    params = jax.tree.map(lambda p, direction: p + rate * direction, member.params, directions)
    made = Update(step, config.n_steps, hyper["learning_rate"])
    weights = weights_of(params)
    for lever in acting("after_update", hyper):
        weights = lever(weights, made, **lever.given(hyper))
    # The last loss written in a window of loss_every steps is the one kept for it.
    losses = jax.lax.dynamic_update_index_in_dim(
        member.losses, task_loss, step // config.loss_every, 0
    )
    return TrainState(params_of(weights), optimizer, losses)


def n_parameters(config: Config) -> int:
    """Number of entries of the encoder, its bias and the decoder."""
    return config.n_neurons * (config.n_embed + 1 + n_outputs(config))


def multiply_adds(config: Config) -> int:
    """Multiply-adds of the matrix products of one update: the encoder's two (forward, gradient) and
    the decoder's three (forward, two gradients).
    """
    return config.batch_size * config.n_neurons * (2 * config.n_embed + 3 * n_outputs(config))
