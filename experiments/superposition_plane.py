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
from _tries import best_of, tries_note

from toymono.analysis.polygons import POLYGONS, pair_cosines, polygon_of, turned
from toymono.evidence.curves import Curve
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
REGULAR_UP_TO, RARE_FROM, LEAST_SHARE = 1.6, 3.9, 0.9
TURN_RANGE = (2.0, 3.2)
MOST_ORTHOGONAL, SIDE_RANGE, MOST_OPPOSITE = 0.1, (0.3, 0.9), -0.9
EXPECTED = "all six supported"

SHOWN = (0, 3, 5, 7, 10)  # rarities whose networks are drawn
ALWAYS, BY_CHANCE, NEVER = "always together", "by chance", "never together"


def directions(run, number):
    """The hidden directions of a network's features: 2 x feature."""
    net = run.member(number).specimen
    return np.asarray(net.encoder.T @ net.features)


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
        told = {"trial": row.trial, "kind": kind_of(row), "density": row.feature_density}
        found = pair_cosines(directions(run, row.Index)).tolist()
        rows += [{**told, "number": row.Index, "cosine": cosine} for cosine in found]
    return pd.DataFrame(rows)


def over_trials(found, kind, of=lambda cosine: cosine):
    """Mean over pairs and densities, over tens of seeds."""
    part = found[found.kind == kind]
    means = of(part.cosine).groupby(part.trial).mean()
    return interval_over_seeds(means.to_numpy(), lowest=-1.0, highest=1.0)


def judged(found, two, three):
    """The intervals and the verdicts of RULE; cosines by chance, and the share of pairs that count,
    are told beside them.
    """
    pentagons, digons = (shares(found, of) for of in POLYGONS)
    regular, rare = (
        interval_over_seeds(part.mean(axis=1).to_numpy(), 0.0, 1.0)
        for part in (
            pentagons.loc[:, pentagons.columns <= REGULAR_UP_TO],
            digons.loc[:, digons.columns >= RARE_FROM],
        )
    )
    turn = interval_over_seeds(turns(pentagons), lowest=0.0)
    together, side = over_trials(two, ALWAYS, np.abs), over_trials(three, ALWAYS)
    opposite, chance = over_trials(two, NEVER), over_trials(two, BY_CHANCE, np.abs)
    counting = pd.concat([two, three])
    counting = counting.cosine.notna().groupby(counting.trial).mean()
    intervals = {
        "pentagons, rarity up to 1.6": regular,
        "digons, rarity from 3.9 on": rare,
        "rarity where pentagons end": turn,
        "|cosine|, two pairs, always together": together,
        "|cosine|, two pairs, by chance": chance,
        "cosine, two pairs, never together": opposite,
        "cosine, three pairs, always together": side,
        "cosine, three pairs, by chance": over_trials(three, BY_CHANCE),
        "pairs with both features represented": interval_over_seeds(counting.to_numpy(), 0.0, 1.0),
    }
    return intervals, {
        "PENTAGON": verdict(regular, LEAST_SHARE, 1.0),
        "DIGONS": verdict(rare, LEAST_SHARE, 1.0),
        "TURN": verdict(turn, *TURN_RANGE),
        "TOGETHER": verdict(together, 0.0, MOST_ORTHOGONAL),
        "SIDE": verdict(side, *SIDE_RANGE),
        "OPPOSITE": verdict(opposite, -1.0, MOST_OPPOSITE),
    }


def weighed_rarities(run, found):
    """The networks of the first ten seeds at some rarities."""
    first = found[found.trial == 0]
    places = sorted({min(place, len(first) - 1) for place in SHOWN})
    rows = (first.iloc[place] for place in places)
    return [Weighed(f"{row.rarity:.3g} x", turned(directions(run, int(row.name)))) for row in rows]


def weighed_pairs(run, found, name):
    """The networks of the first ten seeds at the middle density, one of each kind."""
    density = sorted(found.density.unique())[found.density.nunique() // 2]
    first = found[(found.trial == 0) & (found.density == density)].drop_duplicates("kind")
    rows = first.set_index("kind").number
    kinds = [kind for kind in (ALWAYS, BY_CHANCE, NEVER) if kind in rows]
    return [Weighed(f"{name}<br>{k}", turned(directions(run, int(rows[k])))) for k in kinds]


def draw(runs):
    """Directions in the plane, and where pentagons end; numbers and verdicts are printed."""
    found = polygons(runs["pentagon"])
    two, three = (pairs(runs[name]) for name in ("two-pairs", "three-pairs"))
    intervals, verdicts = judged(found, two, three)
    print_verdicts(intervals, verdicts, RULE, EXPECTED)
    of_pentagon, of_pairs = (
        ", ".join(f"{name} {verdicts[name]}" for name in names)
        for names in (("PENTAGON", "DIGONS", "TURN"), ("TOGETHER", "SIDE", "OPPOSITE"))
    )
    pentagons = shares(found, "pentagon")
    x, values = pentagons.columns.to_numpy(), pentagons.to_numpy()
    curve = Curve({"of": "pentagons"}, x, interval_over_seeds(values, 0.0, 1.0), values)
    best = "best of ten networks, turned so that the first feature points right"
    shown = weighed_pairs(runs["two-pairs"], two, "two pairs")
    shown += weighed_pairs(runs["three-pairs"], three, "three pairs")[:1]
    pair_names = ("first pair", "second pair", "third pair")
    return {
        "superposition-pentagon": directions_in_plane(
            weighed_rarities(runs["pentagon"], found),
            {"four features": range(4), "the rarer feature": [4]},
            f"Five features in a plane, one of them rarer: {of_pentagon}",
            best,
        ),
        "superposition-turn": share_curve(
            curve,
            f"Where the pentagon ends: TURN {verdicts['TURN']}",
            tries_note(curve, N_TRIES),
            "share of pentagons",
            "how many times rarer the last feature is",
        ),
        "superposition-pairs": directions_in_plane(
            shown,
            {name: [2 * n, 2 * n + 1] for n, name in enumerate(pair_names)},
            f"Pairs of features in a plane: {of_pairs}",
            best,
        ),
    }


if __name__ == "__main__":
    main("superposition_plane", __doc__, BATCHES, draw, seeds=SEEDS)
