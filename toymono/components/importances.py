"""How much each output counts in the loss."""

from toymono.components.component import Number
from toymono.components.declare import importance
from toymono.components.lazy_imports import jax, jnp


@importance(
    "geometric",
    importance_decay=Number(
        "ratio of each output's importance to that of the output before it",
        above=0,
        default=1.0,
        title="importance over that of the output before",
    ),
)
def geometric(n_outputs: int, importance_decay: "jax.Array") -> "jax.Array":
    """Output i counts decay^i, the first 1 (Elhage et al. 2022)."""
    return importance_decay ** jnp.arange(n_outputs)
