"""Laws of sparse features: which are on, and how strongly."""

from typing import TYPE_CHECKING

from toymono.components.declare import feature_law
from toymono.components.lazy import jax, jnp

if TYPE_CHECKING:
    from jax.typing import ArrayLike

POWER_LAW_EXPONENT = 1.1  # Jermyn, Schiefer and Hubinger 2022, section 2.1


def sparse_features(uniform: "jax.Array", densities: "jax.Array") -> "jax.Array":
    """Feature values from one uniform draw u on [0, 1): 0 with probability 1 - eps, else uniform.

    A feature is on where u < eps; its amplitude is then u / eps, which given u < eps is exactly
    uniform on [0, 1). Shapes: "batch feature", "feature" -> "batch feature".
    """
    return jnp.where(uniform < densities, uniform / densities, 0.0)


def _uniform_draws(key: "jax.Array", shape: tuple[int, ...]) -> "jax.Array":
    from toymono.toy.threefry import threefry_uniform

    return threefry_uniform(key, shape)


def equal_densities(n_features: int, density: "ArrayLike") -> "jax.Array":
    """The same probability for every feature."""
    return jnp.full(n_features, density, jnp.float32)


def power_law_densities(n_features: int, density: "ArrayLike") -> "jax.Array":
    """Probabilities that fall as i^-1.1.

    They are scaled to the sum n_features * density and then clipped at 1, as in the authors'
    program, so that their mean falls below `density` where the clip binds.
    """
    weight = jnp.arange(1, n_features + 1, dtype=jnp.float32) ** -POWER_LAW_EXPONENT
    return jnp.minimum(weight * (n_features * density / weight.sum()), 1.0)


@feature_law("uniform", draws=_uniform_draws, densities=equal_densities)
def uniform(draws: "jax.Array", shape: tuple[int, ...], density: "ArrayLike") -> "jax.Array":
    """Independent features, all on with the same probability; amplitudes uniform on [0, 1)."""
    return sparse_features(draws, equal_densities(shape[-1], density))


@feature_law("power-law", draws=_uniform_draws, densities=power_law_densities)
def power_law(draws: "jax.Array", shape: tuple[int, ...], density: "ArrayLike") -> "jax.Array":
    """Independent features, the first on most often; amplitudes uniform on [0, 1)."""
    return sparse_features(draws, power_law_densities(shape[-1], density))
