"""The networks in a unit's results: their configuration, weights and problems."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import xarray as xr

from toymono.config import Config
from toymono.toy.model import Weights
from toymono.toy.tasks import Problem

WEIGHTS = ("encoder_kernel", "encoder_bias", "decoder_kernel")  # names of the arrays of Weights


def config_of(data: xr.Dataset) -> Config:
    """The Config that a unit was trained with, from what its file says."""
    stored = {field.name: data.attrs[field.name] for field in dataclasses.fields(Config)}
    return Config(
        **{  # numbers are stored as numpy scalars, words as they are
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in stored.items()
        }
    )


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
