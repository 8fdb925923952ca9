"""Set biases by firing rates instead of gradients: group bias adaptation.

Chen et al. 2025 (arXiv:2506.14002) train sparse autoencoders with it. We keep their constants.
"""

from typing import TYPE_CHECKING

from toymono.components.component import Number
from toymono.components.declare import after_update
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.model import Weights
    from toymono.training.levers import Update

_PERIOD = 50  # steps between two adaptations
_SILENT = 1e-6  # firing rate below which a neuron is woken
_LOWEST, _HIGHEST = -1.0, 0.0  # biases


def _nothing_seen(weights: "Weights") -> dict[str, "jax.Array"]:
    zeros = jnp.zeros_like(weights.bias)
    return {"rate": zeros, "largest": zeros}


@after_update(
    "bias-adaptation",
    state=_nothing_seen,
    bias_adaptation=Number(
        "step of a bias as a share of the largest pre-activation; 0: biases follow the gradient",
        low=0,
        title="step of bias adaptation (share of the largest pre-activation)",
    ),
    highest_rate=Number(
        "target firing rate of the first group of neurons", above=0, high=1, default=1 / 32
    ),
    lowest_rate=Number(
        "target firing rate of the last group; groups in between are spaced evenly in log rate",
        above=0,
        high=1,
        default=1 / 32,
    ),
    n_groups=Number("number of groups of neurons, each with its own target", low=1, default=1.0),
    n_exempt=Number("number of first neurons whose biases follow the gradient", low=0),
)
def adapt_biases(
    weights: "Weights",
    update: "Update",
    state: dict[str, "jax.Array"],
    bias_adaptation: "jax.Array",
    highest_rate: "jax.Array",
    lowest_rate: "jax.Array",
    n_groups: "jax.Array",
    n_exempt: "jax.Array",
) -> "tuple[Weights, dict[str, jax.Array]]":
    """Every 50 steps: a neuron that fires more often than its group's rate p loses g r from its
    bias, one that never fired gains g times the mean r of its group; others stay.

    r is the largest pre-activation of the 50 batches, or 0; g is `bias_adaptation`; biases stay in
    [-1, 0]. At g = 0 they follow the gradient, as those of exempt neurons do.
    """
    before, k = update.before, len(weights.bias)
    pre = update.inputs @ before.encoder + before.bias
    rate = state["rate"] + (pre > 0).mean(axis=0) / _PERIOD
    largest = jnp.maximum(state["largest"], pre.max(axis=0))
    neuron = jnp.arange(k)
    group = jnp.floor((neuron - n_exempt) / (k - n_exempt) * n_groups).clip(0).astype(int)
    step = group / jnp.maximum(n_groups - 1, 1)
    asked = highest_rate * (lowest_rate / highest_rate) ** step
    lower = jnp.maximum(before.bias - bias_adaptation * largest, _LOWEST)
    of_group = jnp.where(neuron >= n_exempt, largest, 0.0)
    woken = before.bias + bias_adaptation * _mean_of_positive(of_group, group)
    higher = jnp.minimum(woken, jnp.maximum(before.bias, _HIGHEST))
    adapted = jnp.where(rate > asked, lower, jnp.where(rate < _SILENT, higher, before.bias))
    due = update.step % _PERIOD == _PERIOD - 1
    by_rate = (bias_adaptation > 0) & (neuron >= n_exempt)
    bias = jnp.where(by_rate, jnp.where(due, adapted, before.bias), weights.bias)
    seen = {"rate": jnp.where(due, 0.0, rate), "largest": jnp.where(due, 0.0, largest)}
    return weights._replace(bias=bias), seen


def _mean_of_positive(values: "jax.Array", group: "jax.Array") -> "jax.Array":
    """The mean of each group's positive values, for each of its neurons; 0 where there are none."""
    k = len(values)
    total = jax.ops.segment_sum(values, group, k)
    n = jax.ops.segment_sum((values > 0).astype(values.dtype), group, k)
    return (total / jnp.maximum(n, 1))[group]
