"""A loss that grows faster than the square of an error."""

from typing import TYPE_CHECKING

from toymono.components.component import Number
from toymono.components.declare import penalty
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.model import Network
    from toymono.toy.tasks import Batch


@penalty(
    "l4_share",
    weight=Number(
        "share of the minimised loss in which the fourth power of errors replaces their square",
        low=0,
        high=1,
        title="share of L4 in the loss",
    ),
)
def l4_share(
    network: "Network",
    hidden: "jax.Array",
    outputs: "jax.Array",
    batch: "Batch",
    weight: "jax.Array",
) -> "jax.Array":
    """Share * (sum |y - f|^4 - sum |y - f|^2), averaged over the batch: at 1, L4 alone is trained.

    After FranciscoHS/cis-toy-models, where it spreads neurons over more features.
    """
    squares = jnp.square(outputs - batch.targets)
    return weight * (jnp.square(squares) - squares).sum(axis=1).mean()
