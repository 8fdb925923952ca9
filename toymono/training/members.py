"""Start, update and measure all members at once: one compiled program each, on all local devices.

A member is one setting trained with one seed; arrays of members lead with (seed, setting).
Everything that all settings of a seed share (data, projections, a density that no setting varies)
is computed and stored once.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import Array
from jax.sharding import PartitionSpec

from toymono.analysis.record import Record, measure
from toymono.components.acting import is_idle
from toymono.components.registry import OPTIONAL, components
from toymono.config import Config, Hyper
from toymono.toy.model import Params
from toymono.toy.tasks import draw, drawn_batch
from toymono.toy.world import World, make_world
from toymono.training.placement import Placement, each
from toymono.training.train import TrainState, data_key, start, step_data, update

Numbers = dict[str, Array]  # of one member, by name


class Settings(NamedTuple):
    """The numbers of all settings, split into those that are equal and those that vary."""

    shared: dict[str, Array]
    varying: dict[str, Array]  # those that vary, and the learning rate: setting


def stack_settings(settings: Sequence[Hyper]) -> Settings:
    """Stack the settings; a number that is the same in all of them is stored once.

    The numbers of optional components that act on none of them are left out, so that the compiled
    program does not hold these components.
    """
    idle = _idle(settings)
    columns = {n: [setting[n] for setting in settings] for n in settings[0] if n not in idle}
    varies = {name for name, column in columns.items() if len(set(column)) > 1} | {"learning_rate"}
    return Settings(
        {name: jnp.float32(column[0]) for name, column in columns.items()},
        {name: jnp.asarray(columns[name], jnp.float32) for name in sorted(varies)},
    )


def _idle(settings: Sequence[Hyper]) -> set[str]:
    """The numbers of optional components that have their defaults in every setting."""
    levers = (lever for kind in OPTIONAL for lever in components(kind).values())
    return {
        name
        for lever in levers
        if all(is_idle(lever, setting) for setting in settings)
        for name in lever.numbers
    }


def _over_members(
    of_seed: Callable[[World], Callable[..., Any]],
    at_once: int,
    settings: Settings,
    worlds: World,
    *members: Any,  # noqa: ANN401 (any pytrees that lead with seeds and settings)
) -> Any:  # noqa: ANN401
    """Apply `of_seed(world)` to every setting of every seed; results lead with (seed, setting)."""

    def seed(world: World, *members: Any) -> Any:  # noqa: ANN401
        of_setting = of_seed(world)

        def member(varying: dict[str, Array], *one: Any) -> Any:  # noqa: ANN401
            return of_setting(settings.shared | varying, *one)

        return each(member, at_once)(settings.varying, *members)

    return each(seed, at_once // len(settings.varying["learning_rate"]))(worlds, *members)


def _on_devices(
    function: Callable[..., Any], config: Config, placement: Placement, *more: PartitionSpec
) -> Callable[..., Any]:
    """Shard `function` over the devices; each runs it on its own settings and worlds."""

    def on_device(*arguments: Any) -> Any:  # noqa: ANN401
        with jax.default_matmul_precision(config.jax_precision):
            return function(*arguments)

    of_settings: tuple[Any, Any] = (PartitionSpec(), placement.of_settings)  # shared, varying
    specs = (Settings(*of_settings), placement.of_seeds, *more)
    return jax.shard_map(
        on_device, mesh=placement.mesh, in_specs=specs, out_specs=placement.of_members
    )


@functools.partial(jax.jit, static_argnums=0)
def make_worlds(config: Config, seeds: Array) -> World:
    """The embedding, projections and keys of every seed."""
    with jax.default_matmul_precision(config.jax_precision):
        return jax.vmap(functools.partial(make_world, config))(seeds)


@functools.partial(jax.jit, static_argnums=(0, 1))
def start_members(
    config: Config, placement: Placement, settings: Settings, worlds: World
) -> TrainState:
    """Initialise all members."""

    def starts(settings: Settings, worlds: World) -> TrainState:
        of_seed = functools.partial(_start_of, config)
        return _over_members(of_seed, placement.at_once, settings, worlds)

    return _on_devices(starts, config, placement)(settings, worlds)


def _start_of(config: Config, world: World) -> Callable[[Numbers], TrainState]:
    return lambda hyper: start(config, hyper, world)


@functools.partial(jax.jit, static_argnums=(0, 1), donate_argnums=4)
def advance_members(
    config: Config,
    placement: Placement,
    settings: Settings,
    worlds: World,
    members: TrainState,
    first: int | Array,
    last: int | Array,
) -> TrainState:
    """Make updates first, ..., last - 1 of all members.

    The bounds are traced, so one compiled program serves every number of updates.
    """

    def updates(
        settings: Settings, worlds: World, members: TrainState, first: Array, last: Array
    ) -> TrainState:
        def one(step: Array, members: TrainState) -> TrainState:
            of_seed = functools.partial(_update_of, config, settings, step, placement.n_parts)
            return _over_members(of_seed, placement.at_once, settings, worlds, members)

        return jax.lax.fori_loop(first, last, one, members)

    more = (placement.of_members, PartitionSpec(), PartitionSpec())
    return _on_devices(updates, config, placement, *more)(settings, worlds, members, first, last)


def _update_of(
    config: Config, settings: Settings, step: Array, n_parts: int, world: World
) -> Callable[[Numbers, TrainState], TrainState]:
    """The update function of one seed: all its settings share one random draw, and also one batch
    if their feature law has the same numbers.
    """
    draws = draw(config, data_key(world, step))
    batch_of = functools.partial(drawn_batch, config, world.problem, draws)
    data_of = functools.partial(step_data, world, step=step)
    of_law = {"feature_density", *config.component("feature_law").numbers}
    if of_law & {*settings.varying}:
        return lambda hyper, member: update(
            config, hyper, data_of(batch_of(hyper)), member, n_parts
        )
    data = data_of(batch_of(settings.shared))
    return lambda hyper, member: update(config, hyper, data, member, n_parts)


@functools.partial(jax.jit, static_argnums=(0, 1))
def measure_members(
    config: Config, placement: Placement, settings: Settings, worlds: World, params: Params
) -> Record:
    """Measure all members."""

    def of_seed(world: World) -> Callable[[Numbers, Params], Record]:
        return lambda hyper, params: measure(config, params, world.problem, world.key_probe, hyper)

    def records(*arguments: Any) -> Record:  # noqa: ANN401
        return _over_members(of_seed, placement.at_once, *arguments)

    return _on_devices(records, config, placement, placement.of_members)(settings, worlds, params)
