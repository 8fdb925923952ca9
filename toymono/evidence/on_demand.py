"""Tables of measures that are computed when a user asks for them: contexts and geometry.

Unlike those of `tables.py` they are not recorded in training, and take seconds for large networks.
"""

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import pandas as pd
import xarray as xr
from jaxtyping import Array

from toymono.analysis.responses import task_responses
from toymono.analysis.scores_in_contexts import MonoInContexts, mono_in_contexts
from toymono.analysis.superposition import Geometry, geometry
from toymono.config import Config
from toymono.evidence.tables import member_columns, member_rows, recorded_measures
from toymono.sweeps.stored_networks import config_of, numbers_in, problems_in, weights_in
from toymono.toy.model import Weights, network, params_of
from toymono.toy.tasks import Problem
from toymono.toy.world import make_world

CONTEXTS = ("n_mono", *MonoInContexts._fields)
GEOMETRY = ("n_mono", *Geometry._fields)

Numbers = dict[str, Array]
Measure = Callable[[Config, Weights, Problem, Numbers, Array], MonoInContexts | Geometry]


def _contexts(
    config: Config, weights: Weights, problem: Problem, numbers: Numbers, key: Array
) -> MonoInContexts:
    return mono_in_contexts(
        network(config, params_of(weights)), problem, numbers["feature_density"], key
    )


def _geometry(
    config: Config, weights: Weights, problem: Problem, numbers: Numbers, key: Array
) -> Geometry:
    del numbers, key
    net = network(config, params_of(weights))
    return geometry(problem, task_responses(config, net, problem))


@functools.partial(jax.jit, static_argnums=(0, 1))
def _of_members(
    measure: Measure,
    config: Config,
    seeds: Array,
    problems: Problem,
    weights: Weights,
    numbers: Numbers,
) -> Any:  # noqa: ANN401
    """The measure of every member, one after another: seed setting."""

    def of_seed(one: tuple[Array, Problem, Weights]) -> Any:  # noqa: ANN401
        seed, problem, members = one
        key = make_world(config, seed).key_probe

        def of_member(one: tuple[Weights, Numbers]) -> Any:  # noqa: ANN401
            return measure(config, one[0], problem, one[1], key)

        return jax.lax.map(of_member, (members, numbers))

    return jax.lax.map(of_seed, (seeds, problems, weights))


def _table(measure: Measure, data: xr.Dataset) -> pd.DataFrame:
    seeds = jnp.asarray(data.seed.values, jnp.uint32)
    numbers = numbers_in(data)
    last = data.isel(step=-1, param_step=-1)
    arrays = (seeds, problems_in(last), weights_in(last), numbers)
    found = _of_members(measure, config_of(data), *arrays)._asdict()
    table = recorded_measures(data).assign(member_columns(found))
    return member_rows(table, data, ("n_mono", *found, "diverged"))


def contexts_table(data: xr.Dataset) -> pd.DataFrame:
    """One row per member: the number of mono neurons, and of those in each other context."""
    return _table(_contexts, data)


def geometry_table(data: xr.Dataset) -> pd.DataFrame:
    """One row per member: how its features share inputs and neurons."""
    return _table(_geometry, data)
