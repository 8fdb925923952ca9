"""Sweeps with features that are not independent: each kind at several strengths, two starts."""

from toymono.config import Sweep
from toymono.sweeps.demo import at_highest_rate, demo_of, race_of, starts
from toymono.sweeps.paper import Grid
from toymono.sweeps.scales import ScaleName

PAIRS, FOURS = 2, 4  # features in a group
# P(a feature is on | another of its group is on): by chance (p itself), never, often, always.
_PARTNER = (None, 0.0, 1 / 8, 1 / 4, 1 / 2, 3 / 4, 1.0)
_CHILD_SHARE = 0.4
_AT_ONCE = 4  # settings trained together


def matched_density(n_features: int, density: float, partner: float, group_size: int) -> float:
    """Density at which as many independent features are on beside one that is on as in groups.

    p + (partner - p) (g - 1) / (N - 1).
    """
    return density + (partner - density) * (group_size - 1) / (n_features - 1)


def world_sweep(scale: ScaleName, seeds: tuple[int, ...]) -> Sweep:
    """Groups, trees and common factors at one mean density, and independent features at the
    densities at which as many are on together as in the groups of four. At scale smoke every third
    probability of a partner, all of one shape together.
    """
    (base, density), is_smoke = race_of(scale), scale == "smoke"
    partners = [density if share is None else share for share in _PARTNER]
    partners = partners[::3] if is_smoke else partners
    lifts = tuple(share / density for share in partners)
    often = [share for share in partners if share >= 1 / 4]
    matched = tuple(matched_density(base.n_features, density, share, FOURS) for share in often)
    worlds: tuple[Grid, ...] = (
        {"feature_law": ("groups",), "group_size": (PAIRS,), "lift": lifts},
        {"feature_law": ("groups",), "group_size": (FOURS,), "lift": lifts},
        {"feature_law": ("uniform",), "feature_density": matched},
        {
            "feature_law": ("trees",),
            "tree_depth": (2, 3),
            "child_share": (_CHILD_SHARE,),
            "dependence": (0.0, 0.5, 1.0),
        },
        {"feature_law": ("low-rank-copula",), "factor_scale": (0.0, 0.1, 0.2)},
    )
    begun = starts(at_highest_rate(demo_of(scale)))
    grids = tuple({**start, **world} for world in worlds for start in begun)
    most = None if is_smoke else _AT_ONCE * len(seeds)
    return Sweep(base=base, grids=grids, seeds=seeds, members_per_unit=most)
