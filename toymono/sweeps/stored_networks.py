"""The networks in a unit's results: their configuration and arrays."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from toymono.analysis.specimen import Kind, Specimen
from toymono.config import Config
from toymono.toy.model import Weights
from toymono.toy.tasks import Problem, is_signed, lone_targets

WEIGHTS = ("encoder_kernel", "encoder_bias", "decoder_kernel")  # names of the arrays of Weights


def stored_setting(attrs: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 (of any type)
    """A field of Config in a file's attributes; a number may be stored as an array of one."""
    value = attrs[name]
    is_number = isinstance(value, np.ndarray | np.generic) and value.size == 1
    return value.item() if is_number else value


def config_of(data: xr.Dataset) -> Config:
    """The Config that a unit was trained with, from what its file says."""
    fields = dataclasses.fields(Config)
    return Config(**{field.name: stored_setting(data.attrs, field.name) for field in fields})


def weights_in(data: xr.Dataset) -> Weights:
    """Weights of all members at one record; every leaf: seed setting ..., or setting ... of one
    seed.
    """
    member = [dim for dim in ("seed", "setting") if dim in data.sizes]
    return Weights(*(jnp.asarray(data[name].transpose(*member, ...).values) for name in WEIGHTS))


def problems_in(data: xr.Dataset) -> Problem:
    """The projections of all seeds; every leaf: seed ..., or those of a single seed."""
    seed = [dim for dim in ("seed",) if dim in data.sizes]
    return Problem(
        *(jnp.asarray(data[name].transpose(*seed, ...).values) for name in Problem._fields)
    )


def specimens_in(data: xr.Dataset) -> Specimen:
    """The networks of all members at one record: weights lead with seed and setting, features and
    targets with seed.
    """
    config, problems = config_of(data), problems_in(data)
    targets = jax.vmap(lambda problem: lone_targets(config, problem))(problems)
    kind = Kind(config.activation, is_signed(config))
    return Specimen(*weights_in(data), problems.embedding, targets, kind)
