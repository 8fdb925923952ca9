"""Hidden activations. A neuron is on if its activation is positive; for all activations except
top-k and jump-relu, this is so if its pre-activation is positive.
"""

from toymono.components.component import Number
from toymono.components.declare import activation
from toymono.components.lazy_imports import jax, jnp


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


@activation(
    "top-k",
    n_on=Number(
        "number of neurons that stay on, those with the largest pre-activations",
        low=1,
        default=8,
        static=True,
    ),
    n_always=Number(
        "number of first neurons that are ReLU and do not count in n_on",
        low=0,
        default=0,
        static=True,
    ),
)
def top_k(x: "jax.Array", n_on: int, n_always: int) -> "jax.Array":
    """ReLU of the n_on largest pre-activations, 0 for the others; Makhzani and Frey 2014, and Gao
    et al. 2024 for sparse autoencoders.

    The first `n_always` neurons are always ReLU: a linear path if their biases are large.
    """
    free = x[..., n_always:]
    least = jax.lax.top_k(free, min(n_on, free.shape[-1]))[0][..., -1:]
    kept = jnp.where(free >= least, jax.nn.relu(free), 0.0)
    return jnp.concatenate([jax.nn.relu(x[..., :n_always]), kept], axis=-1)


@activation(
    "jump-relu",
    jump=Number("pre-activation above which a neuron is on", low=0, default=0.1, static=True),
    n_smooth=Number("number of first neurons that are ReLU", low=0, default=0, static=True),
)
def jump_relu(x: "jax.Array", jump: float, n_smooth: int) -> "jax.Array":
    """x where it exceeds `jump`, else 0; the first `n_smooth` neurons are ReLU.

    Rajamanoharan et al. 2024, with a fixed threshold: biases learn instead. Batch-top-k is this
    activation at inference, with a threshold that keeps as many neurons on. A threshold that
    follows the batch in training would leave a network whose weights and settings do not determine
    what it computes.
    """
    least = jnp.where(jnp.arange(x.shape[-1]) < n_smooth, 0.0, jump)
    return jnp.where(x > least, x, 0.0)


@activation("identity", has_neurons=False)
def identity(x: "jax.Array") -> "jax.Array":
    """x itself: a linear hidden layer, which has no privileged basis and so no neurons."""
    return x
