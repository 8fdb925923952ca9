"""Train one member: initial state, loss, gradient and update, all pure functions.

No function here has a member axis; members.py maps them over members. The data depend only on seed
and step, so all settings of a seed share one random draw.
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
from toymono.config import Config, Scalar
from toymono.toy.model import (
    Params,
    Weights,
    network,
    of_existing,
    params_of,
    random_params,
    weights_of,
)
from toymono.toy.tasks import Batch, importances, n_outputs, squared_error
from toymono.toy.world import World
from toymono.training import levers
from toymono.training.levers import States, StepData, Update
from toymono.training.schedules import learning_rate, n_losses

_NOISE = zlib.crc32(b"noise")  # keeps noise independent of the batch's draws


class TrainState(NamedTuple):
    """Parameters, optimiser state, loss history and lever states of one network."""

    params: Params
    optimizer: optax.OptState
    losses: Float[Array, " loss"]  # one for each of `loss_steps`, infinite until it is reached
    levers: States


def start(config: Config, hyper: Mapping[str, Scalar], world: World) -> TrainState:
    """Initialise one member."""
    if config.initialization == "hand-built":
        params = hand_built(config, world.problem, hyper["feature_density"])
    else:
        params = random_params(config, world.key_params)
    return start_from(config, hyper, levers.at_start(hyper, weights_of(params), world.key_params))


def start_from(config: Config, hyper: Mapping[str, Scalar], weights: Weights) -> TrainState:
    """A member that starts from these weights, for example to continue training a network."""
    params = params_of(weights)
    losses = jnp.full(n_losses(config), jnp.inf)  # not NaN, which jax_debug_nans would report
    states = levers.first_states(hyper, weights)
    return TrainState(params, optimizer_of(config).init(params), losses, states)


def optimizer_of(config: Config) -> optax.GradientTransformation:
    """The optimiser of one network, at learning rate 1."""
    return config.component("optimizer")(**config.given("optimizer"))


def trained_loss(
    config: Config, hyper: Mapping[str, Scalar], params: Params, data: StepData
) -> tuple[Array, Array]:
    """The minimised loss, which is task loss + penalties, and the task loss alone."""
    net = network(config, params)
    hidden = levers.in_training(hyper, net.hidden(data.batch.inputs), data.key)
    outputs = net.readout(hidden)
    counts = importances(hyper, outputs.shape[-1])
    task_loss = squared_error(outputs, data.batch.targets, counts)
    return sum(levers.penalties(hyper, net, hidden, outputs, data), task_loss), task_loss


def data_key(world: World, step: int | Array) -> Key[Array, ""]:
    """The key of the batch of update number `step`, the same for all settings of a seed."""
    return jax.random.fold_in(world.key_data, step)


def step_data(world: World, batch: Batch, step: int | Array) -> StepData:
    """The inputs of update number `step`."""
    key = jax.random.fold_in(data_key(world, step), _NOISE)
    return StepData(step, batch, world.problem, key)


def gradient(
    config: Config, hyper: Mapping[str, Scalar], params: Params, data: StepData, n_parts: int = 1
) -> tuple[Params, Array]:
    """The gradient of the minimised loss, and the task loss, averaged over `n_parts` equal parts of
    the batch. The parts are computed one after another, each with its own noise.
    """
    of_data = jax.grad(functools.partial(trained_loss, config, hyper), has_aux=True)
    if n_parts == 1:
        return of_data(params, data)

    def of_part(part: tuple[Batch, Key[Array, ""]]) -> tuple[Params, Array]:
        batch, key = part
        return of_data(params, data._replace(batch=batch, key=key))

    def add(
        so_far: tuple[Params, Array], part: tuple[Batch, Key[Array, ""]]
    ) -> tuple[tuple[Params, Array], None]:
        return jax.tree.map(jnp.add, so_far, of_part(part)), None

    rows = jax.tree.map(lambda rows: rows.reshape(n_parts, -1, *rows.shape[1:]), data.batch)
    parts = (rows, jax.random.split(data.key, n_parts))
    first = jax.tree.map(lambda rows: rows[0], parts)
    rest = jax.tree.map(lambda rows: rows[1:], parts)
    total, _ = jax.lax.scan(add, of_part(first), rest)
    return jax.tree.map(lambda leaf: leaf / n_parts, total)


def update(
    config: Config,
    hyper: Mapping[str, Scalar],
    data: StepData,
    member: TrainState,
    n_parts: int = 1,
) -> TrainState:
    """Make one update of a member."""
    gradients, task_loss = gradient(config, hyper, member.params, data, n_parts)
    if config.connectivity == "random":
        gradients = of_existing(gradients, member.params)
    directions, optimizer = optimizer_of(config).update(gradients, member.optimizer, member.params)
    rate = learning_rate(config, hyper["learning_rate"], data.step)
    params = jax.tree.map(lambda p, direction: p + rate * direction, member.params, directions)
    made = Update(
        step=data.step,
        n_steps=config.n_steps,
        learning_rate=hyper["learning_rate"],
        rate=rate,
        before=weights_of(member.params),
        inputs=data.batch.inputs,
    )
    weights, states = levers.after_update(hyper, weights_of(params), made, member.levers)
    # The last loss written in a window of loss_every steps is the one kept for it.
    losses = jax.lax.dynamic_update_index_in_dim(
        member.losses, task_loss, data.step // config.loss_every, 0
    )
    return TrainState(params_of(weights), optimizer, losses, states)


def n_parameters(config: Config) -> int:
    """Number of entries of the arrays that the network has."""
    sizes = {
        "encoder": config.n_neurons * config.n_embed,
        "bias": config.n_neurons,
        "decoder": config.n_neurons * n_outputs(config),
        "output_bias": n_outputs(config),
    }
    return sum(sizes[name] for name in config.parts.arrays)


def multiply_adds(config: Config) -> int:
    """Multiply-adds of the matrix products of one update: the encoder's two (forward, gradient) and
    the decoder's three (forward, two gradients).
    """
    return config.batch_size * config.n_neurons * (2 * config.n_embed + 3 * n_outputs(config))
