"""Features in trees: a child is on only with its parent, and at most one of its siblings is."""

from toymono.components.component import Number
from toymono.components.declare import feature_law
from toymono.components.feature_laws.groups import (
    Bound,
    bound_features,
    group_draws,
    joint_densities,
)
from toymono.components.lazy_imports import jax, jnp, np
from toymono.errors import require


def tree_size(tree_depth: int, branching: int) -> int:
    """Features of a whole tree: 1 + b + b^2 + ... with `tree_depth` terms."""
    return sum(branching**level for level in range(tree_depth))


def _tree_draws(
    key: "jax.Array", shape: tuple[int, ...], tree_depth: int, branching: int
) -> "jax.Array":
    return group_draws(key, shape, tree_size(tree_depth, branching))


def _branches(n_features: int, tree_depth: int, branching: int) -> "np.ndarray":
    """Which child each feature's branch takes at every level, 0 for the first one: feature level.

    -1 below the feature's own level. A tree's root comes first, then its children, then theirs.
    """
    rows = []
    for level in range(tree_depth):
        paths = np.indices((branching,) * level).reshape(level, branching**level).T
        rows.append(np.pad(paths, ((0, 0), (0, tree_depth - 1 - level)), constant_values=-1))
    one = np.concatenate(rows)
    return one[np.arange(n_features) % len(one)]


def _trees(
    n_features: int,
    density: "float | jax.Array",
    child_share: "float | jax.Array",
    dependence: "float | jax.Array",
    tree_depth: int,
    branching: int,
) -> Bound:
    """A child's interval lies in its parent's, beside those of its siblings.

    The root's is such that the mean density of all features is `density`.
    """
    branches = _branches(n_features, tree_depth, branching)
    relative = jnp.power(child_share, jnp.asarray((branches >= 0).sum(axis=1)))
    root = density / relative.mean()
    lengths = jnp.power(child_share, jnp.arange(1, tree_depth))
    start = root * (jnp.maximum(branches, 0) @ lengths)
    group = jnp.arange(n_features) // tree_size(tree_depth, branching)
    return Bound(start, root * relative, group, dependence)


def _check(
    n_features: int,
    density: float,
    child_share: float,
    dependence: float,
    tree_depth: int,
    branching: int,
) -> None:
    size, rule = tree_size(tree_depth, branching), f"at most n_features = {n_features} features"
    require(size <= n_features, "a tree", rule, f"{size} features", "lower tree_depth or branching")
    rule, fix = f"at most 1 / branching = {1 / branching:g}", "lower it, or branching"
    require(branching * child_share <= 1 + 1e-6, "child_share", rule, child_share, fix)
    levels = (_branches(n_features, tree_depth, branching) >= 0).sum(axis=1)
    most = float((child_share ** levels.astype(float)).mean())
    rule = f"at most {most:g}, where the roots are always on"
    require(density <= most, "feature_density", rule, density, "lower it, or raise child_share")


@feature_law(
    "trees",
    draws=_tree_draws,
    joint=lambda *of, **numbers: joint_densities(_trees(*of, **numbers)),
    check=_check,
    child_share=Number("P(a child is on | its parent is on)", above=0, high=1, default=0.3),
    dependence=Number(
        "share of samples that follow the trees; in the others features with the same densities "
        "are independent",
        low=0,
        high=1,
        default=1.0,
        title="share of samples in trees",
    ),
    tree_depth=Number("number of levels of a tree", low=1, high=10, default=2, static=True),
    branching=Number("number of children per feature", low=1, high=1000, default=2, static=True),
)
def trees(
    draws: "jax.Array",
    shape: tuple[int, ...],
    density: "float | jax.Array",
    child_share: "float | jax.Array",
    dependence: "float | jax.Array",
    tree_depth: int,
    branching: int,
) -> "jax.Array":
    """Trees of features: a child is on only with its parent, and at most one of its siblings is.

    The deeper, the rarer: densities fall by child_share from level to level, around their mean.
    """
    return bound_features(
        draws, _trees(shape[-1], density, child_share, dependence, tree_depth, branching)
    )
