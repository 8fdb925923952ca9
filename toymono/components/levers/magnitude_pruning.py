"""Sparse weights that training chooses: only the largest stay, and fewer of them over time."""

from typing import TYPE_CHECKING

from toymono.components.component import Number
from toymono.components.declare import after_update
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.model import Weights
    from toymono.training.levers import Update

_HALVINGS = 24  # of the range in which a threshold is searched


@after_update(
    "magnitude-pruning",
    needs=("decoder",),
    kept_weights=Number(
        "share of each layer's weights that remain in the second half of training",
        above=0,
        high=1,
        default=1.0,
        title="share of weights that is kept",
    ),
)
def prune(weights: "Weights", update: "Update", kept_weights: "jax.Array") -> "Weights":
    """Set all but the largest weights of each layer to 0 after each update; the share that is kept
    falls from 1 to `kept_weights` in the first half of training, by equal factors.

    A weight that was 0 may come back where its update is large. After Gao et al. 2025
    (arXiv:2511.13653), who anneal the share in the same way.
    """
    done = jnp.minimum(1.0, 2.0 * update.step / update.n_steps)
    share = kept_weights**done

    def pruned(layer: "jax.Array") -> "jax.Array":
        return jnp.where(jnp.abs(layer) >= _threshold(layer, share), layer, 0.0)

    return weights._replace(encoder=pruned(weights.encoder), decoder=pruned(weights.decoder))


def _threshold(layer: "jax.Array", share: "jax.Array") -> "jax.Array":
    """The magnitude that this share of the weights reaches: by halving, which costs less than to
    sort them.
    """
    size = jnp.abs(layer)

    def halve(_: int, ends: "tuple[jax.Array, jax.Array]") -> "tuple[jax.Array, jax.Array]":
        low, high = ends
        middle = (low + high) / 2
        enough = (size >= middle).mean() >= share
        return jnp.where(enough, middle, low), jnp.where(enough, high, middle)

    most = size.max()
    low, _ = jax.lax.fori_loop(0, _HALVINGS, halve, (0 * most, most))
    return low
