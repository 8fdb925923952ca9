"""Features that are on where correlated Gaussian numbers are large: a Gaussian copula.

The correlation of the Gaussians is not that of the features: sparse features that are on together
seven times as often as by chance have one of about .09 (Gaussians .4, density 1/64).
"""

from toymono.components.component import Number
from toymono.components.declare import feature_law
from toymono.components.feature_laws.independent import uniform_draws
from toymono.components.lazy_imports import jax, jnp, np

_LEAST_OWN = 0.01  # of the variance of a Gaussian that no factor may take (SAELens)


def copula_draws(key: "jax.Array", shape: tuple[int, ...]) -> "jax.Array":
    """A standard Gaussian and a uniform number for every feature: batch 2 feature."""
    u = uniform_draws(key, (*shape[:-1], 2, shape[-1]))
    smallest = jnp.finfo(jnp.float32).eps / 2  # of 0 the Gaussian would be infinite
    gaussian = jax.scipy.special.ndtri(jnp.maximum(u[..., 0, :], smallest))
    return jnp.stack([gaussian, u[..., 1, :]], axis=-2)


def features_above(
    gaussian: "jax.Array", amplitudes: "jax.Array", density: "float | jax.Array"
) -> "jax.Array":
    """Amplitudes where z > Phi^-1(1 - p), else 0."""
    return jnp.where(gaussian > -jax.scipy.special.ndtri(density), amplitudes, 0.0)


def joint_of_gaussians(density: "float | jax.Array", correlation: "jax.Array") -> "jax.Array":
    """Probability that two standard Gaussians are both above Phi^-1(1 - p); p on the diagonal.

    p^2 + 1 / (2 pi) * the integral from 0 to arcsin rho of exp(-h^2 / (1 + sin t)) dt, with h =
    Phi^-1(1 - p) (Plackett 1954; here by Gauss and Legendre at 32 points).
    """
    points, weights = map(jnp.asarray, np.polynomial.legendre.leggauss(32))
    height, end = jax.scipy.special.ndtri(density), jnp.arcsin(correlation)
    angles = end[..., None] * (points + 1) / 2
    values = jnp.exp(-(height**2) / (1 + jnp.sin(angles))) @ weights
    both = density**2 + end / 2 * values / (2 * jnp.pi)
    return jnp.fill_diagonal(both, density, inplace=False)


def _neighbours(n_features: int, correlation: "float | jax.Array") -> "jax.Array":
    feature = jnp.arange(n_features)
    return jnp.asarray(correlation) ** jnp.abs(feature[:, None] - feature)


def _joint_of_neighbours(
    n_features: int, density: "float | jax.Array", neighbour_correlation: "float | jax.Array"
) -> "jax.Array":
    return joint_of_gaussians(density, _neighbours(n_features, neighbour_correlation))


@feature_law(
    "copula",
    draws=copula_draws,
    joint=_joint_of_neighbours,
    neighbour_correlation=Number(
        "correlation rho of the Gaussians of neighbouring features; rho^n at distance n",
        low=-0.99,
        high=0.99,
    ),
)
def copula(
    draws: "jax.Array",
    shape: tuple[int, ...],
    density: "float | jax.Array",
    neighbour_correlation: "float | jax.Array",
) -> "jax.Array":
    """A Gaussian copula in which every pair of features is correlated, near ones most."""
    root = jnp.linalg.cholesky(_neighbours(shape[-1], neighbour_correlation))
    return features_above(draws[..., 0, :] @ root.T, draws[..., 1, :], density)


def _factors(n_features: int, factor_scale: "float | jax.Array", factor_rank: int) -> "jax.Array":
    """Gaussian loadings, feature factor, the same for all seeds; rows that would take more than .99
    of a variance are shortened.
    """
    normal = jax.random.normal(jax.random.key(0), (n_features, factor_rank))
    loadings = jnp.asarray(factor_scale) * normal
    taken = jnp.square(loadings).sum(axis=1, keepdims=True)
    return loadings * jnp.sqrt(jnp.minimum(1.0, (1 - _LEAST_OWN) / jnp.maximum(taken, 1e-12)))


def _joint_of_factors(
    n_features: int,
    density: "float | jax.Array",
    factor_scale: "float | jax.Array",
    factor_rank: int,
) -> "jax.Array":
    loadings = _factors(n_features, factor_scale, factor_rank)
    return joint_of_gaussians(density, jnp.clip(loadings @ loadings.T, -1.0, 1.0))


def _factor_draws(key: "jax.Array", shape: tuple[int, ...], factor_rank: int) -> "jax.Array":
    return copula_draws(key, (*shape[:-1], shape[-1] + factor_rank))


@feature_law(
    "low-rank-copula",
    draws=_factor_draws,
    joint=_joint_of_factors,
    factor_scale=Number(
        "standard deviation of the loadings on the factors",
        low=0,
        high=10,
        default=0.1,
        title="loadings on common factors",
    ),
    factor_rank=Number(
        "number of Gaussian factors that features share", low=1, default=25, static=True
    ),
)
def low_rank_copula(
    draws: "jax.Array",
    shape: tuple[int, ...],
    density: "float | jax.Array",
    factor_scale: "float | jax.Array",
    factor_rank: int,
) -> "jax.Array":
    """A Gaussian copula of a few common factors, as SAELens makes it; its cost grows with the rank,
    not with the square of the features.
    """
    n = shape[-1]
    loadings = _factors(n, factor_scale, factor_rank)
    own = jnp.sqrt(1 - jnp.square(loadings).sum(axis=1))
    gaussian = draws[..., 0, n:] @ loadings.T + own * draws[..., 0, :n]
    return features_above(gaussian, draws[..., 1, :n], density)
