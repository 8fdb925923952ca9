"""Sparse features: how often each is on, its amplitude, and the fixed embedding of all of them."""

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Key

from toymono.config import FeatureLaw

POWER_LAW_EXPONENT = 1.1  # Jermyn, Schiefer and Hubinger 2022, section 2.1


def feature_densities(
    law: FeatureLaw, n_features: int, density: ArrayLike
) -> Float[Array, " feature"]:
    """Probability that each feature is on, in (0, 1]: equal for all, or falling as i^-1.1.

    The power law is scaled to the sum n_features * density and then clipped at 1, as in the
    authors' program, so that its mean falls below `density` where the clip binds.
    """
    if law == "uniform":
        return jnp.full(n_features, density, jnp.float32)
    weight = jnp.arange(1, n_features + 1, dtype=jnp.float32) ** -POWER_LAW_EXPONENT
    return jnp.minimum(weight * (n_features * density / weight.sum()), 1.0)


def sparse_features(
    uniform: Float[Array, "batch feature"], densities: Float[Array, " feature"]
) -> Float[Array, "batch feature"]:
    """Feature values from one uniform draw u on [0, 1): 0 with probability 1 - eps, else uniform.

    A feature is on where u < eps; its amplitude is then u / eps, which given u < eps is exactly
    uniform on [0, 1).
    """
    return jnp.where(uniform < densities, uniform / densities, 0.0)


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
