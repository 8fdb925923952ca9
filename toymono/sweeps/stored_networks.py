"""The networks in a unit's results: their configuration and arrays."""

import json
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from toymono.analysis.specimen import Specimen, kind_of, of_weights
from toymono.config import FILLED_BY_COMPONENTS, NO_SETTINGS, Config, known_numbers
from toymono.toy.model import PARAM_PATHS, Weights, weights_from
from toymono.toy.tasks import Problem, lone_targets

# Names of the arrays of Weights; a network stores those that its architecture has.
WEIGHTS = {name: "_".join(path) for name, path in PARAM_PATHS.items()}


def stored_setting(attrs: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 (of any type)
    """A field of Config in a file's attributes; a number may be stored as an array of one."""
    value = attrs[name]
    if name in FILLED_BY_COMPONENTS:
        return _as_tuples(json.loads(value))
    is_number = isinstance(value, np.ndarray | np.generic) and value.size == 1
    return value.item() if is_number else value


def attributes_of(config: Config) -> dict[str, Any]:
    """The fields of a Config as a file's attributes."""
    fields = vars(config)
    return fields | {name: json.dumps(fields[name]) for name in FILLED_BY_COMPONENTS}


def _as_tuples(value: Any) -> Any:  # noqa: ANN401 (nested lists)
    return tuple(map(_as_tuples, value)) if isinstance(value, list) else value


def settings_of(data: xr.Dataset) -> dict[str, Any]:
    """What all members of a unit share, by name: the fields of Config, and its options one by
    one.
    """
    config = config_of(data)
    fixed = {name: value for name, value in vars(config).items() if name not in NO_SETTINGS}
    return fixed | dict(config.options)


def numbers_in(data: xr.Dataset) -> dict[str, jax.Array]:
    """The numbers that may differ between members, by name; each: setting."""
    names = [name for name in known_numbers() if name in data.coords]
    return {name: jnp.asarray(data[name].values, jnp.float32) for name in names}


def config_of(data: xr.Dataset) -> Config:
    """The Config that a unit was trained with, from what its file says."""
    return Config(**{name: stored_setting(data.attrs, name) for name in vars(Config())})


def weights_in(data: xr.Dataset) -> Weights:
    """Weights of all members at one record; every leaf: seed setting ..., or setting ... of one
    seed.
    """
    member = [dim for dim in ("seed", "setting") if dim in data.sizes]
    known = weight_names(data)
    return weights_from(
        {
            field: jnp.asarray(data[name].transpose(*member, ...).values)
            for field, name in WEIGHTS.items()
            if name in known
        }
    )


def weight_names(data: xr.Dataset) -> list[str]:
    """The names of the parameters that its networks have."""
    return [name for name in WEIGHTS.values() if name in data.data_vars]


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
    return of_weights(weights_in(data), problems.embedding, targets, kind_of(config))


def is_diverged(data: xr.Dataset) -> xr.DataArray:
    """Members that have a loss or a stored parameter which is not finite."""
    finite = (abs(data.loss) < np.inf).all("loss_step")
    for name in weight_names(data):
        others = [str(dim) for dim in data[name].dims if dim not in ("seed", "setting")]
        finite &= (abs(data[name]) < np.inf).all(others)
    return ~finite
