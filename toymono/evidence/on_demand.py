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

from toymono.analysis.scores_in_contexts import MonoInContexts, mono_in_contexts
from toymono.analysis.specimen import Specimen
from toymono.analysis.superposition import Geometry, geometry
from toymono.evidence.tables import member_columns, member_rows, recorded_measures
from toymono.sweeps.stored_networks import specimens_in
from toymono.toy.model import Weights
from toymono.toy.world import probe_key

CONTEXTS = ("n_mono", *MonoInContexts._fields)
GEOMETRY = ("n_mono", *Geometry._fields)

Measure = Callable[[Specimen, Array, Array], MonoInContexts | Geometry]


def _geometry(net: Specimen, density: Array, key: Array) -> Geometry:
    del density, key
    return geometry(net)


@functools.partial(jax.jit, static_argnums=0)
def _of_members(measure: Measure, members: Specimen, seeds: Array, densities: Array) -> Any:  # noqa: ANN401
    """The measure of every member, one after another: seed setting."""

    def of_seed(one: tuple[Specimen, Array]) -> Any:  # noqa: ANN401
        net, key = one[0], probe_key(one[1])

        def of_setting(one: tuple[Weights, Array]) -> Any:  # noqa: ANN401
            return measure(net.with_weights(one[0]), one[1], key)

        return jax.lax.map(of_setting, (net.weights, densities))

    return jax.lax.map(of_seed, (members, seeds))


def _table(measure: Measure, data: xr.Dataset) -> pd.DataFrame:
    seeds = jnp.asarray(data.seed.values, jnp.uint32)
    densities = jnp.asarray(data.feature_density.values, jnp.float32)
    members = specimens_in(data.isel(step=-1, param_step=-1))
    found = _of_members(measure, members, seeds, densities)._asdict()
    table = recorded_measures(data).assign(member_columns(found))
    return member_rows(table, data, ("n_mono", *found, "diverged"))


def contexts_table(data: xr.Dataset) -> pd.DataFrame:
    """One row per member: the number of mono neurons, and of those in each other context."""
    return _table(mono_in_contexts, data)


def geometry_table(data: xr.Dataset) -> pd.DataFrame:
    """One row per member: how its features share inputs and neurons."""
    return _table(_geometry, data)
