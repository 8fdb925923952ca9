"""A penalty on biases that are not negative enough; the paper found it promising [P 6].

The formula is our own, since the paper gives none.
"""

from typing import TYPE_CHECKING

from toymono.components.component import Number
from toymono.components.declare import penalty
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.model import Network


@penalty(
    "negative_bias",
    weight=Number(
        "weight of the mean of max(0, bias - bias_target)^2 over neurons",
        low=0,
        title="weight of the pull on biases",
    ),
    needs=("bias",),
    bias_target=Number("bias below which there is no penalty", default=-0.15),
)
def negative_bias(
    network: "Network", hidden: "jax.Array", weight: "jax.Array", bias_target: "jax.Array"
) -> "jax.Array":
    """Weight * mean of max(0, b - target)^2."""
    return weight * jnp.square(jnp.maximum(network.bias - bias_target, 0.0)).mean()
