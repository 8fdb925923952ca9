"""Tables of measures that are computed when a user asks for them: contexts and geometry.

Unlike those of `tables.py` they are not recorded in training, and take seconds for large networks.
"""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Array

from toymono.analysis.responses import task_responses
from toymono.analysis.scores_in_contexts import MonoInContexts, mono_in_contexts
from toymono.analysis.superposition import Geometry, geometry
from toymono.config import Config
from toymono.evidence.tables import member_rows, recorded_measures
from toymono.sweeps.stored_networks import config_of, weights_in
from toymono.toy.model import Weights, network, params_of
from toymono.toy.world import World, make_world

CONTEXTS = ("n_mono", *MonoInContexts._fields)
GEOMETRY = ("n_mono", *Geometry._fields)

Measure = Callable[[Config, Weights, World, Array], MonoInContexts | Geometry]


def _contexts(config: Config, weights: Weights, world: World, density: Array) -> MonoInContexts:
    net = network(config, params_of(weights))
    return mono_in_contexts(net, world.problem, density, world.key_probe)


def _geometry(config: Config, weights: Weights, world: World, density: Array) -> Geometry:
    del density
    net = network(config, params_of(weights))
    return geometry(world.problem, task_responses(config, net, world.problem))


@functools.partial(jax.jit, static_argnums=(0, 1))
def _of_members(
    measure: Measure, config: Config, seeds: Array, weights: Weights, densities: Array
) -> Any:  # noqa: ANN401
    """The measure of every member, one after another: seed setting."""

    def of_seed(one: tuple[Array, Weights]) -> Any:  # noqa: ANN401
        world = make_world(config, one[0])
        return jax.lax.map(lambda m: measure(config, m[0], world, m[1]), (one[1], densities))

    return jax.lax.map(of_seed, (seeds, weights))


def _table(measure: Measure, data: xr.Dataset) -> pd.DataFrame:
    seeds = jnp.asarray(data.seed.values, jnp.uint32)
    densities = jnp.asarray(data.feature_density.values, jnp.float32)
    weights = weights_in(data.isel(step=-1, param_step=-1))
    found = _of_members(measure, config_of(data), seeds, weights, densities)._asdict()
    columns = {name: (("seed", "setting"), np.asarray(values)) for name, values in found.items()}
    return member_rows(
        recorded_measures(data).assign(columns), data, ("n_mono", *found, "diverged")
    )


def contexts_table(data: xr.Dataset) -> pd.DataFrame:
    """One row per member: the number of mono neurons, and of those in each other context."""
    return _table(_contexts, data)


def geometry_table(data: xr.Dataset) -> pd.DataFrame:
    """One row per member: how its features share inputs and neurons."""
    return _table(_geometry, data)
