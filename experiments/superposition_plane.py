"""How do features share a plane? A pentagon, one corner of which grows rare, and pairs of features
that come together or exclude each other.

Paper:    Elhage et al. 2022, "Perturbing a Single Feature" and "Correlated and Anticorrelated
          Features".
Command:  python experiments/superposition_plane.py
Expect:   the pentagon gives way to two digons, and the rare feature is left out, where it is about
          2.5 times rarer; features that always come together are orthogonal, or side by side where
          there is no room; features that exclude each other are opposite.
"""

import numpy as np
import pandas as pd
from _main import main, print_verdicts, verdict
from _tries import best_of, curve_over_trials, tries_note

from toymono.analysis.directions import feature_directions
from toymono.analysis.polygons import POLYGONS, pair_cosines, polygon_of, turned
from toymono.evidence.seeds import interval_over_seeds
from toymono.plots.superposition import Weighed, directions_in_plane, share_curve

BATCHES = ("pentagon", "two-pairs", "three-pairs")
N_TRIES = 10  # networks of which the one with the least loss counts: a plane is hard to train in
SEEDS = tuple(range(5 * N_TRIES))

RULE = (
    "Of ten networks the one with the least loss counts. PENTAGON: the share of pentagons is at "
    "least .9 over rarities up to 1.6; DIGONS: that of two digons without the rare feature is at "
    "least .9 over rarities from 3.9 on; TURN: pentagons end at a rarity of 2 to 3.2. TOGETHER: "
    "the mean |cosine| of the two of a pair that always comes together is at most .1, of two "
    "pairs; SIDE: their mean cosine is .3 to .9, of three pairs; OPPOSITE: that of two that "
    "exclude each other is at most -.9. Pairs count where both features are represented. "
    "Supported where the 95 % interval over tens of seeds lies within, refuted where it lies "
    "outside, else undecided"
)
REGULAR_UP_TO, RARE_FROM = 1.6, 3.9
RANGES = {
    "PENTAGON": (0.9, 1.0),
    "DIGONS": (0.9, 1.0),
    "TURN": (2.0, 3.2),
    "TOGETHER": (0.0, 0.1),
    "SIDE": (0.3, 0.9),
    "OPPOSITE": (-1.0, -0.9),
}
EXPECTED = "all six supported"

SHOWN = (0, 3, 4, 5, 10)  # rarities whose networks are drawn
PAIRS = {"first pair": [0, 1], "second pair": [2, 3], "third pair": [4, 5]}
NOTE = "best of ten networks, turned so that the first feature points right"
ALWAYS, BY_CHANCE, NEVER = "always together", "by chance", "never together"


def directions(run, number):
    """The hidden directions of a network's features: 2 x feature."""
    net = run.member(number).specimen
    return np.asarray(feature_directions(net))


def polygons(run):
    """The polygon of the best network of each ten at each rarity, rising."""
    best = best_of(run.table, N_TRIES)
    found = [polygon_of(directions(run, number)) for number in best.index]
    return best.assign(polygon=found).sort_values(["trial", "rarity"])


def shares(found, of):
    """Whether each network is one of POLYGONS: trial by rarity."""
    table = found.pivot(index="trial", columns="rarity", values="polygon")
    return (table == POLYGONS.index(of)).astype(float)


def turns(pentagons):
    """The rarity at which the pentagons of each ten end: half a step of the rarities, which rise by
    one factor, above the last of them.
    """
    rarity = pentagons.columns.to_numpy()
    factor = rarity[1] / rarity[0]
    return rarity[0] * factor ** (pentagons.sum(axis=1).to_numpy() - 0.5)


def kind_of(row):
    """How the features of a pair hang together."""
    if row.lift == 0:
        return NEVER
    return ALWAYS if row.lift * row.feature_density > 0.99 else BY_CHANCE


def pairs(run):
    """The cosine of each pair of the best network of each ten, at each density: a row each."""
    rows = []
    for row in best_of(run.table, N_TRIES).itertuples():
        columns = {"trial": row.trial, "kind": kind_of(row), "density": row.feature_density}
        found = pair_cosines(directions(run, row.Index)).tolist()
        rows += [{**columns, "number": row.Index, "cosine": cosine} for cosine in found]
    return pd.DataFrame(rows)


def over_trials(found, kind):
    """Mean cosine over pairs and densities, over tens of seeds."""
    part = found[found.kind == kind]
    return interval_over_seeds(part.groupby("trial").cosine.mean().to_numpy(), -1.0, 1.0)


def sizes_over_trials(found, kind):
    """The same of the cosines without their signs."""
    of = over_trials(found.assign(cosine=found.cosine.abs()), kind)
    return of._replace(low=np.maximum(of.low, 0.0))


def of_polygons(found):
    """Shares of pentagons and digons, and where pentagons end, over tens of seeds."""
    pentagons, digons = (shares(found, of) for of in POLYGONS)
    regular = pentagons.loc[:, pentagons.columns <= REGULAR_UP_TO].mean(axis=1)
    rare = digons.loc[:, digons.columns >= RARE_FROM].mean(axis=1)
    return {
        "PENTAGON": interval_over_seeds(regular.to_numpy(), 0.0, 1.0),
        "DIGONS": interval_over_seeds(rare.to_numpy(), 0.0, 1.0),
        "TURN": interval_over_seeds(turns(pentagons), lowest=0.0),
    }


def of_pairs(two, three):
    """Cosines of two pairs and of three, over tens of seeds; those by chance stand beside them."""
    counting = pd.concat([two, three])
    counting = counting.cosine.notna().groupby(counting.trial).mean()
    return {
        "TOGETHER": sizes_over_trials(two, ALWAYS),
        "SIDE": over_trials(three, ALWAYS),
        "OPPOSITE": over_trials(two, NEVER),
        "|cosine| of two pairs by chance": sizes_over_trials(two, BY_CHANCE),
        "cosine of three pairs by chance": over_trials(three, BY_CHANCE),
        "share of pairs that count": interval_over_seeds(counting.to_numpy(), 0.0, 1.0),
    }


def judged(intervals):
    """The verdicts of RULE, by their names."""
    return {name: verdict(intervals[name], *ends) for name, ends in RANGES.items()}


def weighed_rarities(run, found):
    """The networks of the first ten seeds at some rarities."""
    first = found[found.trial == 0]
    indices = sorted({min(index, len(first) - 1) for index in SHOWN})
    rows = (first.iloc[index] for index in indices)
    return [
        Weighed(f"rarity {row.rarity:.3g}", turned(directions(run, int(row.name)))) for row in rows
    ]


def weighed_pairs(run, found, name):
    """The networks of the first ten seeds at the middle density, one of each kind."""
    density = sorted(found.density.unique())[found.density.nunique() // 2]
    first = found[(found.trial == 0) & (found.density == density)].drop_duplicates("kind")
    rows = first.set_index("kind").number
    kinds = [kind for kind in (ALWAYS, BY_CHANCE, NEVER) if kind in rows]
    return [Weighed(f"{name}<br>{k}", turned(directions(run, int(rows[k])))) for k in kinds]


def of_turn(found, said):
    """The share of pentagons against the rarity, as a figure."""
    pentagons = shares(found, "pentagon")
    curve = curve_over_trials("pentagons", pentagons.columns.to_numpy(), pentagons)
    title, note = f"Where the pentagon ends: TURN {said}", tries_note(curve, N_TRIES)
    return share_curve(
        curve, title, note, "share of pentagons", "how many times rarer the last feature is"
    )


def draw(runs):
    """Directions in the plane, and where pentagons end; numbers and verdicts are printed."""
    found = polygons(runs["pentagon"])
    two, three = (pairs(runs[name]) for name in ("two-pairs", "three-pairs"))
    intervals = {**of_polygons(found), **of_pairs(two, three)}
    verdicts = judged(intervals)
    print_verdicts(intervals, verdicts, RULE, EXPECTED)
    said = [f"{name} {of}" for name, of in verdicts.items()]
    shown = weighed_pairs(runs["two-pairs"], two, "two pairs")
    shown += weighed_pairs(runs["three-pairs"], three, "three pairs")[:1]
    return {
        "superposition-pentagon": directions_in_plane(
            weighed_rarities(runs["pentagon"], found),
            {"four features": range(4), "the feature that is rarer": [4]},
            f"Five features in a plane: {', '.join(said[:3])}",
            NOTE,
        ),
        "superposition-turn": of_turn(found, verdicts["TURN"]),
        "superposition-pairs": directions_in_plane(
            shown, PAIRS, f"Pairs of features in a plane: {', '.join(said[3:])}", NOTE
        ),
    }


if __name__ == "__main__":
    main("superposition_plane", __doc__, BATCHES, draw, seeds=SEEDS)
