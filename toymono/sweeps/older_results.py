"""Complete the results of an earlier toymono: defaults, or measures of the stored parameters."""

import functools

import jax
import numpy as np
import xarray as xr
from jaxtyping import Array, Key

from toymono.analysis.losses import SampledLoss, task_loss
from toymono.config import Config, known_numbers
from toymono.sweeps.plan import Unit
from toymono.sweeps.stored_networks import attributes_of, numbers_in, problems_in, weights_in
from toymono.toy.model import Weights, params_of
from toymono.toy.tasks import Problem
from toymono.toy.world import make_world

_LOSSES = ("task_loss", "task_loss_error")


def with_defaults(data: xr.Dataset) -> xr.Dataset:
    """Results that say every choice; one that their toymono did not know has its default."""
    defaults = attributes_of(Config())
    return data.assign_attrs({**defaults, **data.attrs})


def lacking(data: xr.Dataset, unit: Unit) -> set[str]:
    """What an earlier toymono did not write of a unit, and `completed` adds."""
    return ({*at_defaults(unit)} | {*_LOSSES}) - set(data.variables)


def at_defaults(unit: Unit) -> list[str]:
    """The numbers that have their defaults in every setting of a unit."""
    return [name for name in unit.settings[0] if _is_default(unit, name)]


def completed(data: xr.Dataset, unit: Unit) -> xr.Dataset:
    """A unit's results, with the settings and losses that an earlier toymono did not write.

    Losses are measured at records that kept their parameters, on the samples that are used now; NaN
    at others.
    """
    missing = [name for name in unit.settings[0] if name not in data.variables]
    data = data.assign_coords(
        {name: ("setting", [s[name] for s in unit.settings]) for name in missing}
    )
    whole = {*_LOSSES} <= set(data.variables)
    return data if whole else data.assign(_losses(data, unit))


def _is_default(unit: Unit, name: str) -> bool:
    return all(setting[name] == known_numbers()[name].default for setting in unit.settings)


def _losses(data: xr.Dataset, unit: Unit) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    """The mean loss and its error of every member at every record."""
    dims = ("step", "seed", "setting")
    found = np.full((2, *(data.sizes[dim] for dim in dims)), np.nan, np.float32)
    numbers = numbers_in(data)
    for record in np.flatnonzero(np.isin(data.step.values, data.param_step.values)):
        at = data.sel(param_step=int(data.step[record]))
        for number, seed in enumerate(unit.seeds):
            one = at.isel(seed=number)
            weights, problem, key = (
                weights_in(one),
                problems_in(one),
                make_world(unit.config, seed).key_probe,
            )
            found[:, record, number] = np.stack(
                _of_settings(unit.config, weights, problem, key, numbers)
            )
    return {name: (dims, values) for name, values in zip(_LOSSES, found, strict=True)}


@functools.partial(jax.jit, static_argnums=0)
def _of_settings(
    config: Config,
    weights: Weights,
    problem: Problem,
    key: Key[Array, ""],
    numbers: dict[str, Array],
) -> SampledLoss:
    def of_setting(one: tuple[Weights, dict[str, Array]]) -> SampledLoss:
        weights, numbers = one
        return task_loss(config, params_of(weights), problem, key, numbers)

    with jax.default_matmul_precision(config.jax_precision):
        return jax.lax.map(of_setting, (weights, numbers))
