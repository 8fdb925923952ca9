"""The fixed embedding of the features: a direction for each in the input."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key


def random_embedding(
    key: Key[Array, ""], n_embed: int, n_features: int
) -> Float[Array, "embed feature"]:
    """A fixed projection whose columns, one per feature, have unit length (P in the paper).

    The orthogonal factor of a Gaussian matrix, columns rescaled: nearly a tight frame, P P^T ~
    (N/d) I.
    """
    gaussian = jax.random.normal(key, (n_embed, n_features))
    left, _, right = jnp.linalg.svd(gaussian, full_matrices=False)
    orthogonal = left @ right
    return orthogonal / jnp.linalg.norm(orthogonal, axis=0)
