"""Train one member: initial state, loss, gradient and update, all pure functions.

No function here knows a member axis; members.py maps them. The data depend on seed and step only,
so all settings of a seed share one random draw.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Key

from toymono.analysis.handbuilt import hand_built
from toymono.config import Config, Hyper
from toymono.toy.model import (
    Params,
    network,
    of_existing,
    params_of,
    random_params,
    scale_bias,
    weights_of,
    with_missing_weights,
)
from toymono.toy.tasks import Batch, n_outputs, squared_error
from toymono.toy.world import World
from toymono.training.optimizers import OPTIMIZERS
from toymono.training.schedules import bias_factor, learning_rate, n_losses


class TrainState(NamedTuple):
    """Parameters, optimiser state and loss history of one network."""

    params: Params
    optimizer: optax.OptState
    losses: Float[Array, " loss"]  # one for each of `loss_steps`, infinite until it is reached


def start(config: Config, hyper: Hyper, world: World) -> TrainState:
    """Initialise one member."""
    if config.initialization == "hand-built":
        weights = weights_of(hand_built(config, world.problem, hyper.feature_density))
        params = params_of(weights._replace(bias=weights.bias + hyper.bias_offset))
    else:
        params = random_params(config, hyper.bias_offset, world.key_params)
    if config.connectivity == "random":
        key = jax.random.fold_in(world.key_params, 1)
        params = with_missing_weights(params, hyper.weight_density, key)
    losses = jnp.full(n_losses(config), jnp.inf)  # not NaN, which jax_debug_nans would report
    return TrainState(params, OPTIMIZERS[config.optimizer].init(params), losses)


def trained_loss(config: Config, hyper: Hyper, params: Params, batch: Batch) -> tuple[Array, Array]:
    """The loss that is minimised, task loss + l1 * sum |h| / batch, and the task loss alone."""
    net = network(config, params)
    hidden = net.hidden(batch.inputs)
    task_loss = squared_error(net.readout(hidden), batch.targets)
    return task_loss + hyper.l1 * jnp.abs(hidden).sum() / len(batch.inputs), task_loss


def data_key(world: World, step: int | Array) -> Key[Array, ""]:
    """The key of the batch of update number `step`, the same for all settings of a seed."""
    return jax.random.fold_in(world.key_data, step)


def gradient(
    config: Config, hyper: Hyper, params: Params, batch: Batch, n_parts: int = 1
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
    hyper: Hyper,
    batch: Batch,
    member: TrainState,
    step: int | Array,
    n_parts: int = 1,
) -> TrainState:
    """Make one update of a member; `step` counts the updates made before it."""
    gradients, task_loss = gradient(config, hyper, member.params, batch, n_parts)
    if config.connectivity == "random":
        gradients = of_existing(gradients, member.params)
    directions, optimizer = OPTIMIZERS[config.optimizer].update(
        gradients, member.optimizer, member.params
    )
    rate = learning_rate(config, hyper.learning_rate, step)
    params = jax.tree.map(lambda p, direction: p + rate * direction, member.params, directions)
    params = scale_bias(params, bias_factor(config, hyper.learning_rate, hyper.bias_decay, step))
    # The last loss written in a window of loss_every steps is the one kept for it.
    losses = jax.lax.dynamic_update_index_in_dim(
        member.losses, task_loss, step // config.loss_every, 0
    )
    return TrainState(params, optimizer, losses)


def n_parameters(config: Config) -> int:
    """Number of entries of the encoder, its bias and the decoder."""
    return config.n_neurons * (config.n_embed + 1 + n_outputs(config))


def multiply_adds(config: Config) -> int:
    """Multiply-adds of the matrix products of one update: the encoder's two (forward, gradient) and
    the decoder's three (forward, two gradients).
    """
    return config.batch_size * config.n_neurons * (2 * config.n_embed + 3 * n_outputs(config))
