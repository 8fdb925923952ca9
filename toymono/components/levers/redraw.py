"""Other initial weights in the same world, so that only the start of training differs."""

from typing import TYPE_CHECKING

from toymono.components.component import Number
from toymono.components.declare import at_start
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.model import Weights


@at_start(
    "redraw",
    redraw=Number("number of another draw of the initial weights; 0: the seed's own draw", low=0),
)
def redraw_weights(weights: "Weights", key: "jax.Array", redraw: "jax.Array") -> "Weights":
    """Redraw the weights by PyTorch's default law, uniform on +- fan_in^-1/2, with a key for
    each number; embedding and data stay the seed's.
    """
    keys = jax.random.split(jax.random.fold_in(key, jnp.int32(redraw)), 3)
    n_embed, n_neurons = weights.encoder.shape
    bounds = (n_embed**-0.5, n_embed**-0.5, n_neurons**-0.5)

    def drawn(key: "jax.Array", own: "jax.Array", bound: float) -> "jax.Array":
        other = jax.random.uniform(key, own.shape, own.dtype, -bound, bound)
        return jnp.where(redraw == 0, own, other)

    return type(weights)(*(map(drawn, keys, weights[:3], bounds)))
