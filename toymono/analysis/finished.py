"""Which networks count as evidence: those that have learned, and have stopped learning."""

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from toymono.analysis.stored import config_of
from toymono.analysis.theory import zero_loss
from toymono.toy.tasks import Problem

# Both were chosen on the networks of batch "recipe", on whose seed no claim is judged.
MOST_OF_ZERO = 0.99  # of the loss of the answer 0; a network whose neurons never fire is at 1
MOST_LATE_GAIN = 0.1  # share of the loss that the second half of the steps may still remove

_HALF = (0.4, 0.6)  # of the steps: where a record counts as one at half of them


def late_gain(data: xr.Dataset) -> xr.DataArray:
    """Share of its loss that each member lost in the second half of its steps; NaN without a record at half of them.

    1 - loss at the end / loss at half the steps; in a schedule that ends at 0 some of it is the falling rate's.
    """
    share = np.abs(data.step.values / data.step.values[-1] - 0.5)
    at_half = data.task_loss.isel(step=int(share.argmin()), drop=True)
    known = _HALF[0] <= 0.5 + share.min() <= _HALF[1]
    return 1 - data.task_loss.isel(step=-1, drop=True) / at_half.where(known)


def share_of_zero(data: xr.Dataset) -> xr.DataArray:
    """Each member's loss as a share of that of the answer 0."""
    config = config_of(data)
    problems = Problem(*(jnp.asarray(data[name].transpose("seed", ...).values) for name in Problem._fields))

    def of_seed(problem: Problem, density: ArrayLike) -> Float[Array, ""]:
        return zero_loss(config, problem, density)

    of_members = jax.vmap(jax.vmap(of_seed, in_axes=(None, 0)), in_axes=(0, None))
    zeros = of_members(problems, jnp.asarray(data.feature_density.values, jnp.float32))
    return data.task_loss.isel(step=-1, drop=True) / xr.DataArray(np.asarray(zeros), dims=("seed", "setting"))


def is_finished(data: xr.Dataset) -> xr.DataArray:
    """Whether each member has learned, stopped learning, and not diverged; where a loss is unknown it has not."""
    stopped = late_gain(data) <= MOST_LATE_GAIN
    return (share_of_zero(data) <= MOST_OF_ZERO) & stopped & ~data.diverged
