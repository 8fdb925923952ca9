"""A penalty on activations [P 6]."""

from typing import TYPE_CHECKING

from toymono.components.component import Number
from toymono.components.declare import penalty
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.model import Network


@penalty(
    "l1",
    weight=Number(
        "weight of sum |activation| / batch in the minimised loss",
        low=0,
        title="L1 weight on activations",
    ),
)
def l1(network: "Network", hidden: "jax.Array", weight: "jax.Array") -> "jax.Array":
    """Weight * sum |h| / batch."""
    return weight * jnp.abs(hidden).sum() / len(hidden)
