"""Paths between two networks that were trained in one world: is there a barrier between them?

First make the networks comparable: balance the scales of neurons, empty silent neurons, and match
neurons. Only ReLU allows this. All functions take weights of networks with bias and decoder.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float, Int
from scipy.optimize import linear_sum_assignment

from toymono.analysis.losses import sampled_loss
from toymono.config import Config, Hyper, require
from toymono.toy.model import Weights, network, params_of
from toymono.toy.tasks import importances, sample_batch, squared_error
from toymono.toy.world import World
from toymono.training.train import data_key

N_POINTS = 25  # of a path, ends included; Ainsworth et al. 2023
_N_SAMPLES = 2**14
_FLOOR = 1e-12


def _parts(weights: Weights) -> tuple[Array, Array, Array]:
    """Encoder, bias and decoder; raises InputError for a network without one of them."""
    encoder, bias, decoder, _ = weights
    named = {"bias": bias, "decoder": decoder}
    lacking = ", ".join(name for name, array in named.items() if array is None)
    rule, fix = "those of a network with bias and decoder", "choose architecture two-layer"
    require(not lacking, "weights", rule, f"without {lacking}", fix)
    return encoder, bias, decoder


def rescaled(weights: Weights, a: Float[Array, " neuron"]) -> Weights:
    """The same ReLU network: (a w, a b, v / a) computes what (w, b, v) does, for a > 0."""
    encoder, bias, decoder = _parts(weights)
    return weights._replace(encoder=encoder * a, bias=bias * a, decoder=decoder / a[:, None])


def reordered(weights: Weights, order: Int[Array | np.ndarray, " neuron"]) -> Weights:
    """The same network with its neurons in this order."""
    encoder, bias, decoder = _parts(weights)
    return weights._replace(encoder=encoder[:, order], bias=bias[order], decoder=decoder[order])


def balanced(weights: Weights) -> Weights:
    """The same ReLU network with |(w, b)| = |v| for each neuron."""
    encoder, bias, decoder = _parts(weights)
    incoming = jnp.sqrt(jnp.square(encoder).sum(axis=0) + jnp.square(bias))
    outgoing = jnp.linalg.norm(decoder, axis=1)
    a = jnp.sqrt(jnp.maximum(outgoing, _FLOOR) / jnp.maximum(incoming, _FLOOR))
    return rescaled(weights, a)


def emptied(weights: Weights, inputs: Float[Array, "sample embed"]) -> Weights:
    """The same network without the weights of neurons that fire for none of the inputs."""
    encoder, bias, decoder = _parts(weights)
    fires = (inputs @ encoder + bias > 0).any(axis=0)
    return weights._replace(
        encoder=jnp.where(fires, encoder, 0.0),
        bias=jnp.where(fires, bias, 0.0),
        decoder=jnp.where(fires[:, None], decoder, 0.0),
    )


def matched(weights: Weights, to: Weights) -> Weights:
    """The same network with its neurons in the order that best matches the weights of `to`: the
    assignment with the largest sum of inner products of (w, b, v).

    Ainsworth, Hayase and Srinivasa 2023 (git re-basin); one hidden layer needs one assignment.
    """
    (encoder, bias, decoder), (w, b, v) = _parts(weights), _parts(to)
    alike = w.T @ encoder + jnp.outer(b, bias) + v @ decoder.T
    _, order = linear_sum_assignment(np.asarray(alike), True)
    return reordered(weights, order)


def point(first: Weights, control: Weights, last: Weights, t: float | Array) -> Weights:
    """The point of a quadratic Bezier curve: (1-t)^2 A + 2 t (1-t) C + t^2 B; the curve is a
    straight line if C is the midpoint.
    """
    shares = ((1 - t) ** 2, 2 * t * (1 - t), t**2)
    return jax.tree.map(lambda a, c, b: shares[0] * a + shares[1] * c + shares[2] * b,
                        first, control, last)  # fmt: skip


def midpoint(first: Weights, last: Weights) -> Weights:
    """Half-way between two networks."""
    return jax.tree.map(lambda a, b: (a + b) / 2, first, last)


@functools.partial(jax.jit, static_argnums=(0, 1, 5, 6))
def low_control(
    config: Config,
    hyper: Hyper,
    world: World,
    first: Weights,
    last: Weights,
    n_steps: int,
    rate: float,
) -> Weights:
    """The control point of a curve of low loss. It starts at the midpoint and is trained on the
    loss at a point t ~ U(0, 1), drawn for each batch.

    Garipov et al. 2018, with Adam and a cosine instead of their schedule.
    """
    optimizer = optax.adam(optax.cosine_decay_schedule(rate, n_steps))

    def loss(control: Weights, step: Array) -> Array:
        key = jax.random.fold_in(data_key(world, step), 1)
        batch = sample_batch(config, world.problem, key, hyper)
        t = jax.random.uniform(jax.random.fold_in(key, 1))
        net = network(config, params_of(point(first, control, last, t)))
        counts = importances(hyper, batch.targets.shape[-1])
        return squared_error(net(batch.inputs), batch.targets, counts)

    def train(step: Array, state: tuple[Weights, optax.OptState]) -> tuple[Weights, optax.OptState]:
        control, moments = state
        updates, moments = optimizer.update(jax.grad(loss)(control, step), moments)
        return jax.tree.map(jnp.add, control, updates), moments

    start = midpoint(first, last)
    return jax.lax.fori_loop(0, n_steps, train, (start, optimizer.init(start)))[0]


class Path(NamedTuple):
    """Losses along a path, and how far they rise above the line between the losses of its ends."""

    t: Float[Array, " point"]
    loss: Float[Array, " point"]
    barrier: Float[Array, ""]  # 0 where no point lies above that line


@functools.partial(jax.jit, static_argnums=(0, 1))
def along(
    config: Config, hyper: Hyper, world: World, first: Weights, control: Weights, last: Weights
) -> Path:
    """Task losses at 25 points of a curve, all on the same fresh samples, and the barrier."""

    def loss(t: Array) -> Array:
        net = network(config, params_of(point(first, control, last, t)))
        return sampled_loss(config, net, world.problem, world.key_probe, hyper, _N_SAMPLES).mean

    t = jnp.linspace(0, 1, N_POINTS)
    losses = jax.lax.map(loss, t)
    return Path(t, losses, (losses - ((1 - t) * losses[0] + t * losses[-1])).max())
