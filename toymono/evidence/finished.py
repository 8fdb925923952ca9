"""Which networks count as evidence: those that have learned, and have stopped learning."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jaxtyping import Array, Float

from toymono.analysis.losses import sampled_loss
from toymono.analysis.theory import zero_loss
from toymono.config import Config
from toymono.sweeps.stored_networks import config_of, numbers_in, problems_in
from toymono.toy.tasks import Problem, importances, is_independent, n_outputs
from toymono.toy.world import make_world

# Both were chosen on the networks of batch "recipe", on whose seed no claim is judged.
MOST_OF_ZERO = 0.99  # of the loss of the answer 0; a network whose neurons never fire is at 1
MOST_LATE_GAIN = 0.1  # share of the loss that the second half of the steps may still remove

_HALF = (0.4, 0.6)  # of the steps: where a record counts as one at half of them


def late_gain(data: xr.Dataset) -> xr.DataArray:
    """Share of its loss that each member lost in the second half of its steps; NaN without a record
    at half of them.

    1 - loss at the end / loss at half the steps; in a schedule that ends at 0 some of it is the
    falling rate's.
    """
    share = np.abs(data.step.values / data.step.values[-1] - 0.5)
    at_half = data.task_loss.isel(step=int(share.argmin()), drop=True)
    known = _HALF[0] <= 0.5 + share.min() <= _HALF[1]
    return 1 - data.task_loss.isel(step=-1, drop=True) / at_half.where(known)


def share_of_zero(data: xr.Dataset) -> xr.DataArray:
    """Each member's loss as a share of that of the answer 0; NaN where it cannot be known."""
    # What has no part in it is left out, so that runs of one shape share one compiled program.
    trained = config_of(data)
    deciding = ("n_features", "n_embed", "embedding", "task", "feature_law", "amplitude_law")
    law = trained.component("feature_law")
    options = tuple(option for option in trained.options if option[0] in law.numbers)
    config = Config(**{name: getattr(trained, name) for name in deciding}, options=options)
    if law.function is None:
        return data.task_loss.isel(step=-1, drop=True) * np.nan
    seeds = jnp.asarray(data.seed.values, jnp.uint32)
    zeros = _zero_losses(config, seeds, problems_in(data), numbers_in(data))
    return data.task_loss.isel(step=-1, drop=True) / xr.DataArray(
        np.asarray(zeros), dims=("seed", "setting")
    )


@functools.partial(jax.jit, static_argnums=0)
def _zero_losses(
    config: Config, seeds: Array, problems: Problem, numbers: dict[str, Array]
) -> Float[Array, "seed setting"]:
    def of_seed(one: tuple[Array, Problem]) -> Float[Array, " setting"]:
        of_setting = functools.partial(_zero_loss, config, *one)
        return jax.vmap(of_setting)(numbers)

    return jax.lax.map(of_seed, (seeds, problems))


def _zero_loss(
    config: Config, seed: Array, problem: Problem, numbers: dict[str, Array]
) -> Float[Array, ""]:
    """Loss of the answer 0: exact where features are independent, else on the seed's samples."""
    if is_independent(config):
        counts = importances(numbers, n_outputs(config))
        return zero_loss(config, problem, numbers["feature_density"], counts)
    key = make_world(config, seed).key_probe

    def zero(inputs: Float[Array, "batch embed"]) -> Float[Array, "batch output"]:
        return jnp.zeros((len(inputs), n_outputs(config)))

    return sampled_loss(config, zero, problem, key, numbers).mean


def is_finished(data: xr.Dataset) -> xr.DataArray:
    """Whether each member has learned, stopped learning, and not diverged; where a loss is unknown
    it has not.

    Where the code of a feature law is not loaded, having learned is not tested.
    """
    stopped = late_gain(data) <= MOST_LATE_GAIN
    return ~(share_of_zero(data) > MOST_OF_ZERO) & stopped & ~data.diverged
