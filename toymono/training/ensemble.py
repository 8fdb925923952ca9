"""Many members at once: every setting with every seed, mapped over both, trained from record to record.

The only file that knows a member axis: arrays lead with (seed, setting). What is the same for all settings (data and
projections of a seed, a density that no setting varies) is not mapped over them, so it is computed and held once.
"""

import functools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array

from toymono.analysis.record import Record, measure
from toymono.config import Config, Hyper
from toymono.toy.model import Params, network
from toymono.toy.tasks import Problem
from toymono.training.schedules import last_step, record_steps
from toymono.training.train import Member, World, make_world, multiply_adds, segment, start

_MULTIPLY_ADDS_PER_REPORT = 5e10  # about a second on a laptop
_MOST_UPDATES_PER_REPORT = 256


class Progress(NamedTuple):
    """How far an ensemble is."""

    step: int  # updates made
    last_step: int  # updates to make
    loss: float  # latest task loss, averaged over the members that are finite


class Trained(NamedTuple):
    """What training leaves behind, as numpy arrays."""

    losses: np.ndarray  # seed setting loss
    records: Record  # every leaf: step seed setting ...
    params: Params  # every leaf: step seed setting ..., at the last record or at all of them
    problems: Problem  # every leaf: seed ...


def stack_settings(settings: Sequence[Hyper]) -> tuple[Hyper, Hyper]:
    """The settings as one Hyper of arrays, and the axis that each is mapped over: 0, or None if all settings agree."""
    columns = list(zip(*settings, strict=True))
    axes = [0 if len(set(column)) > 1 else None for column in columns]
    values = (column if axis == 0 else column[0] for column, axis in zip(columns, axes, strict=True))
    return Hyper._make(jnp.asarray(value, jnp.float32) for value in values), Hyper._make(axes)


def _make_worlds(config: Config, seeds: Array) -> World:
    with jax.default_matmul_precision(config.matmul_precision):
        return jax.vmap(functools.partial(make_world, config))(seeds)


def _start(config: Config, axes: Hyper, n_settings: int, hyper: Hyper, worlds: World) -> Member:
    over_settings = jax.vmap(functools.partial(start, config), in_axes=(axes, None), axis_size=n_settings)
    return jax.vmap(over_settings, in_axes=(None, 0))(hyper, worlds)


def _advance(
    config: Config, axes: Hyper, hyper: Hyper, worlds: World, members: Member, first: int | Array, last: int | Array
) -> Member:
    with jax.default_matmul_precision(config.matmul_precision):
        over_settings = jax.vmap(functools.partial(segment, config), in_axes=(axes, None, 0, None, None))
        return jax.vmap(over_settings, in_axes=(None, 0, 0, None, None))(hyper, worlds, members, first, last)


def _measure(config: Config, axes: Hyper, hyper: Hyper, worlds: World, params: Params) -> Record:
    def one(hyper: Hyper, world: World, params: Params) -> Record:
        net = network(config, params)
        return measure(config, net, world.problem, world.key_probe, hyper.feature_density)

    with jax.default_matmul_precision(config.matmul_precision):
        over_settings = jax.vmap(one, in_axes=(axes, None, 0))
        return jax.vmap(over_settings, in_axes=(None, 0, 0))(hyper, worlds, params)


make_worlds = jax.jit(_make_worlds, static_argnums=0)
start_members = jax.jit(_start, static_argnums=(0, 1, 2))
advance_members = jax.jit(_advance, static_argnums=(0, 1), donate_argnums=4)
measure_members = jax.jit(_measure, static_argnums=(0, 1))


def _stops(config: Config, n_members: int) -> list[int]:
    """Steps at which the host looks in: every record, and often enough between to report progress."""
    stride = int(_MULTIPLY_ADDS_PER_REPORT / (n_members * multiply_adds(config)))
    stride = min(max(stride, 1), _MOST_UPDATES_PER_REPORT)
    return sorted({*range(stride, last_step(config), stride), *record_steps(config)})


def _progress(config: Config, members: Member, step: int) -> Progress:
    latest = members.losses[..., (step - 1) // config.loss_every]
    return Progress(step, last_step(config), float(jnp.nanmean(jnp.where(jnp.isfinite(latest), latest, jnp.nan))))


def train_ensemble(
    config: Config,
    settings: Sequence[Hyper],
    seeds: Sequence[int],
    report: Callable[[Progress], None] = lambda progress: None,
) -> Trained:
    """Train every setting with every seed, in one compiled program whatever the numbers in settings and seeds are.

    All settings of a seed see the same projections, initial weights (but for the bias offset) and data, so that
    comparisons between them are paired. Records are taken after each of `record_steps(config)`; `report` is called
    then, and often enough between to show progress. A member that diverges takes no other down.
    """
    hyper, axes = stack_settings(settings)
    worlds = make_worlds(config, jnp.asarray(seeds, jnp.uint32))
    members = start_members(config, axes, len(settings), hyper, worlds)
    records, params, step = [], [], 0
    for stop in _stops(config, len(seeds) * len(settings)):
        members = advance_members(config, axes, hyper, worlds, members, step, stop)
        step = stop
        if step in record_steps(config):
            records.append(jax.device_get(measure_members(config, axes, hyper, worlds, members.params)))
            if config.record_params == "all" or step == last_step(config):
                params.append(jax.tree.map(np.array, members.params))
        report(_progress(config, members, step))
    return Trained(
        losses=np.array(members.losses),
        records=jax.tree.map(lambda *leaves: np.stack(leaves), *records),
        params=jax.tree.map(lambda *leaves: np.stack(leaves), *params),
        problems=jax.tree.map(np.array, worlds.problem),
    )
