"""Hidden activations. Each keeps the sign of its argument: "a neuron is on" means that its
pre-activation is positive.
"""

from toymono.components.declare import activation
from toymono.components.lazy import jax, jnp


@activation("relu")
def relu(x: "jax.Array") -> "jax.Array":
    """The larger of x and 0."""
    return jax.nn.relu(x)


@activation("gelu")
def gelu(x: "jax.Array") -> "jax.Array":
    """The exact GeLU: x times the standard normal distribution function of x."""
    return jax.nn.gelu(x, approximate=False)


@activation("x-exp")
def x_exp(x: "jax.Array") -> "jax.Array":
    """What the paper calls SoLU: x exp(x)."""
    return x * jnp.exp(x)


@activation("softmax-solu")
def softmax_solu(x: "jax.Array") -> "jax.Array":
    """The SoLU of Elhage et al. 2022: x softmax(x) over the neurons."""
    return x * jax.nn.softmax(x, axis=-1)
