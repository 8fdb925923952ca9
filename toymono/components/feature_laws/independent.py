"""Laws of independent features, which differ in how the density is spread over them."""

from toymono.components.component import Number
from toymono.components.declare import feature_law
from toymono.components.lazy_imports import jax, jnp
from toymono.errors import require

POWER_LAW_EXPONENT = 1.1  # Jermyn, Schiefer and Hubinger 2022, section 2.1


def sparse_features(uniform: "jax.Array", densities: "jax.Array") -> "jax.Array":
    """Feature values from one uniform draw u on [0, 1): 0 with probability 1 - eps, else uniform.

    A feature is on where u < eps; its amplitude is then u / eps, which given u < eps is exactly
    uniform on [0, 1). Shapes: "batch feature", "feature" -> "batch feature".
    """
    return jnp.where(uniform < densities, uniform / densities, 0.0)


def uniform_draws(key: "jax.Array", shape: tuple[int, ...], **static: float) -> "jax.Array":
    """A uniform number on [0, 1) for every feature."""
    from toymono.toy.threefry import threefry_uniform

    return threefry_uniform(key, shape)


def equal_densities(n_features: int, density: "float | jax.Array") -> "jax.Array":
    """The same probability for every feature."""
    return jnp.full(n_features, density, jnp.float32)


def power_law_densities(n_features: int, density: "float | jax.Array") -> "jax.Array":
    """Probabilities that fall as i^-1.1.

    They are scaled to the sum n_features * density and then clipped at 1, as in the authors'
    program, so that their mean falls below `density` where the clip binds.
    """
    return _scaled(_ranks(n_features) ** -POWER_LAW_EXPONENT, density)


def zipf_densities(
    n_features: int, density: "float | jax.Array", zipf_exponent: float, zipf_span: float
) -> "jax.Array":
    """Probabilities that fall as i^-a from a largest to a smallest, as SAELens has them.

    min + (max - min) (i^-a - N^-a) / (1 - N^-a), with max / min = the span; scaled to the mean
    density and then clipped at 1.
    """
    fall = _ranks(n_features) ** -zipf_exponent
    least = fall[-1]
    share = (fall - least) / (1 - least) if n_features > 1 else jnp.zeros(1)
    return _scaled(1 + (zipf_span - 1) * share, density)


def one_rarer_densities(
    n_features: int, density: "float | jax.Array", rarity: float
) -> "jax.Array":
    """Equal probabilities for all features except the last, whose is `rarity` times smaller.

    The others have N p / (N - 1 + 1 / rarity), so that the mean is p.
    """
    return _scaled(jnp.ones(n_features).at[-1].set(1 / rarity), density)


def _check_one_rarer(n_features: int, density: float, rarity: float) -> None:
    largest = max(1.0, 1 / rarity)
    most = (n_features - 1 + 1 / rarity) / (n_features * largest)
    rule, fix = f"at most {most:g}, where the most frequent feature is always on", "lower it"
    require(density <= most * (1 + 1e-6), "feature_density", rule, density, fix)


def _ranks(n_features: int) -> "jax.Array":
    return jnp.arange(1, n_features + 1, dtype=jnp.float32)


def _scaled(weights: "jax.Array", density: "float | jax.Array") -> "jax.Array":
    return jnp.minimum(weights * (len(weights) * density / weights.sum()), 1.0)


@feature_law("uniform", draws=uniform_draws, densities=equal_densities)
def uniform(
    draws: "jax.Array", shape: tuple[int, ...], density: "float | jax.Array"
) -> "jax.Array":
    """Independent features, all on with the same probability; amplitudes uniform on [0, 1)."""
    return sparse_features(draws, equal_densities(shape[-1], density))


@feature_law("power-law", draws=uniform_draws, densities=power_law_densities)
def power_law(
    draws: "jax.Array", shape: tuple[int, ...], density: "float | jax.Array"
) -> "jax.Array":
    """Independent features, the first on most often; amplitudes uniform on [0, 1)."""
    return sparse_features(draws, power_law_densities(shape[-1], density))


@feature_law(
    "zipf",
    draws=uniform_draws,
    densities=zipf_densities,
    zipf_exponent=Number("exponent a of Zipf's law", above=0, high=10, default=1.0, static=True),
    zipf_span=Number(
        "ratio of the largest density to the smallest", low=1, default=30.0, static=True
    ),
)
def zipf(
    draws: "jax.Array",
    shape: tuple[int, ...],
    density: "float | jax.Array",
    zipf_exponent: float,
    zipf_span: float,
) -> "jax.Array":
    """Independent features, whose densities fall between two ends (SAELens' synthetic data)."""
    return sparse_features(draws, zipf_densities(shape[-1], density, zipf_exponent, zipf_span))


@feature_law(
    "one-rarer",
    draws=uniform_draws,
    densities=one_rarer_densities,
    check=_check_one_rarer,
    rarity=Number(
        "ratio of the other features' density to that of the last",
        above=0,
        high=1e6,
        default=1.0,
        static=True,
        title="how many times rarer the last feature is",
    ),
)
def one_rarer(
    draws: "jax.Array", shape: tuple[int, ...], density: "float | jax.Array", rarity: float
) -> "jax.Array":
    """Independent features, all on with the same probability except the last (Elhage et al. 2022,
    "Perturbing a single feature").
    """
    return sparse_features(draws, one_rarer_densities(shape[-1], density, rarity))
