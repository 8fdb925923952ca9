"""Noise on hidden activations in training; records and measures have none."""

from toymono.components.component import Number
from toymono.components.declare import in_training
from toymono.components.lazy_imports import jax, jnp


@in_training(
    "noise",
    hidden_noise=Number(
        "standard deviation of Gaussian noise on hidden activations in training",
        low=0,
        title="noise on activations (standard deviation)",
    ),
)
def noisy(hidden: "jax.Array", key: "jax.Array", hidden_noise: "jax.Array") -> "jax.Array":
    """h + sigma * N(0, 1), one number for each neuron and step, the same for the whole batch.

    Lecomte et al. 2024 (arXiv:2312.03096).
    """
    return hidden + hidden_noise * jax.random.normal(key, hidden.shape[1:])


@in_training(
    "dropout",
    dropout=Number(
        "probability that an activation is set to 0 in training", low=0, high=0.99, title="dropout"
    ),
)
def dropped(hidden: "jax.Array", key: "jax.Array", dropout: "jax.Array") -> "jax.Array":
    """Each activation of each sample is 0 with this probability, else divided by the rest.

    Srivastava et al. 2014.
    """
    stays = jax.random.bernoulli(key, 1 - dropout, hidden.shape)
    return jnp.where(stays, hidden / (1 - dropout), 0.0)
