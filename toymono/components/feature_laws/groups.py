"""Features in groups that come together or exclude each other.

A group is decided by one uniform number: a feature is on where that number falls in the feature's
own interval. Equal intervals come together, intervals that do not meet exclude each other, and an
interval inside another is on only with it. Other samples are of independent features.
"""

from typing import NamedTuple

from toymono.components.component import Number
from toymono.components.declare import feature_law
from toymono.components.feature_laws.independent import (
    equal_densities,
    sparse_features,
    uniform_draws,
)
from toymono.components.lazy_imports import jax, jnp
from toymono.errors import require

_TINY = 1e-30  # keeps a quotient finite where it is not used


class Bound(NamedTuple):
    """How the features of a group hang together."""

    start: "jax.Array"  # of each feature's interval; it is as long as the feature's density
    densities: "jax.Array"  # of each feature
    group: "jax.Array"  # that each feature belongs to
    share: "float | jax.Array"  # of samples that the intervals decide; others are free


def bound_features(draws: "jax.Array", bound: Bound) -> "jax.Array":
    """Feature values of uniform draws: one for every feature, then one for every group.

    The densities hold in both kinds of samples, hence in all; amplitudes are uniform and
    independent. Shapes: "batch feature+group" -> "batch feature".
    """
    n = len(bound.densities)
    own, shared = draws[..., :n], draws[..., n:][..., bound.group]
    decided = shared / jnp.maximum(bound.share, _TINY)  # uniform, where the intervals decide
    is_on = (decided >= bound.start) & (decided < bound.start + bound.densities)
    free = sparse_features(own, bound.densities)
    return jnp.where(shared < bound.share, jnp.where(is_on, own, 0.0), free)


def joint_densities(bound: Bound) -> "jax.Array":
    """Probability that features i and j are both on; on the diagonal their densities.

    share * (overlap of their intervals) + (1 - share) p_i p_j in a group, p_i p_j elsewhere.
    """
    start, p = bound.start, bound.densities
    end = start + p
    overlap = jnp.minimum(end[:, None], end) - jnp.maximum(start[:, None], start)
    free = p[:, None] * p
    decided = bound.share * jnp.maximum(overlap, 0.0) + (1 - bound.share) * free
    same = bound.group[:, None] == bound.group
    return jnp.fill_diagonal(jnp.where(same, decided, free), p, inplace=False)


def group_draws(key: "jax.Array", shape: tuple[int, ...], group_size: int) -> "jax.Array":
    """The draws of `bound_features`, of groups of this size; the last may be cut short."""
    n_groups = -(-shape[-1] // group_size)
    return uniform_draws(key, (*shape[:-1], shape[-1] + n_groups))


def _groups(
    n_features: int, density: "float | jax.Array", lift: "float | jax.Array", group_size: int
) -> Bound:
    """Equal intervals where the lift is above 1, else one after the other.

    Within a group P(both) / p^2 is share / p + 1 - share where they come together, 1 - share where
    they exclude each other.
    """
    feature = jnp.arange(n_features)
    densities, group = equal_densities(n_features, density), feature // group_size
    start = jnp.where(lift > 1, 0.0, densities * (feature % group_size))
    together = density * (lift - 1) / jnp.maximum(1 - density, _TINY)
    return Bound(start, densities, group, jnp.where(lift > 1, together, 1 - lift))


def _check(n_features: int, density: float, lift: float, group_size: int) -> None:
    rule, fix = (
        f"at most 1 / feature_density = {1 / density:g}",
        "1 / density means always together",
    )
    require(lift * density <= 1 + 1e-6, "lift", rule, lift, fix)
    rule = f"at most 1 / feature_density = {1 / density:g} where lift is below 1"
    holds = lift >= 1 or group_size * density <= 1 + 1e-6
    require(holds, "group_size", rule, group_size, "lower it, or the density")


@feature_law(
    "groups",
    draws=group_draws,
    joint=lambda *of, **numbers: joint_densities(_groups(*of, **numbers)),
    check=_check,
    lift=Number(
        "P(j on | i on) / P(j on) in a group: 0 exclusive, 1 independent, 1 / density always "
        "together",
        low=0,
        default=1.0,
    ),
    group_size=Number("number of features in a group", low=2, default=2, static=True),
)
def groups(
    draws: "jax.Array",
    shape: tuple[int, ...],
    density: "float | jax.Array",
    lift: "float | jax.Array",
    group_size: int,
) -> "jax.Array":
    """Groups of neighbouring features that come together more, or less, often than by chance; all
    are on with the same probability.
    """
    return bound_features(draws, _groups(shape[-1], density, lift, group_size))
