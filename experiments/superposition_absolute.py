"""Can a network compute in superposition? Absolute values of three features from six ReLU neurons,
and of a hundred from forty.

Paper:    Elhage et al. 2022, "Computation in Superposition".
Command:  python experiments/superposition_absolute.py
Expect:   a neuron for each side of each of three features; of forty neurons all have one feature
          at densities 1 and .3, not quite all at .1, and none at .001.
"""

import numpy as np
import pandas as pd
from _main import main, print_verdicts, verdict
from _tries import best_of, curve_over_trials, tries_note

from toymono.analysis.absolute_values import scaled_weights, sides
from toymono.evidence.seeds import interval_over_seeds
from toymono.plots.superposition import Weighed, share_curve, signed_weights

BATCHES = ("absolute-few", "absolute-many")
N_TRIES = 5  # networks of which the one with the least loss counts
SEEDS = tuple(range(3 * N_TRIES))

RULE = (
    "Of five networks the one with the least loss counts. A neuron counts where its strongest "
    "response times its longest output weight is above .1; it has one feature where no other "
    "drives it more than a quarter as much. PAIRS: the share of three features with a neuron of "
    "their own for each sign is at least .9; of a hundred features, the share of neurons with one "
    "feature is: DENSE: at least .9 over densities from .3 on; FIRST: at most .975, one of forty, "
    "at .1; SPARSE: at most .1 at .001. Supported where the 95 % interval over fives of seeds lies "
    "within, refuted where it lies outside, else undecided"
)
DENSE, FIRST, SPARSE = 0.3, 0.1, 0.001
RANGES = {"PAIRS": (0.9, 1.0), "DENSE": (0.9, 1.0), "FIRST": (0.0, 0.975), "SPARSE": (0.0, 0.1)}
EXPECTED = "all four supported"


def found_in(run):
    """What the best network of each five has at each density: shares of neurons and features."""
    rows = []
    for row in best_of(run.table, N_TRIES).itertuples():
        net = sides(run.member(row.Index).specimen)
        used, alone = int(net.used.sum()), int(net.alone.sum())
        columns = {"trial": row.trial, "density": row.feature_density, "number": row.Index}
        share = alone / used if used else float("nan")
        rows.append({**columns, "alone": share, "both": float(net.both.mean()), "used": used})
    return pd.DataFrame(rows)


def over_trials(found, what, low=0.0, high=1.0):
    """Mean over the densities from `low` to `high`, over fives of seeds."""
    part = found[(found.density >= low) & (found.density <= high)]
    highest = np.inf if what == "used" else 1.0
    return interval_over_seeds(part.groupby("trial")[what].mean().to_numpy(), 0.0, highest)


def measured(few, many):
    """What RULE judges, over fives of seeds; the numbers of used neurons stand beside it."""
    return {
        "PAIRS": over_trials(few, "both"),
        "DENSE": over_trials(many, "alone", low=DENSE),
        "FIRST": over_trials(many, "alone", FIRST, FIRST),
        "SPARSE": over_trials(many, "alone", SPARSE, SPARSE),
        "used neurons, density from .3": over_trials(many, "used", low=DENSE),
        "used neurons, density .001": over_trials(many, "used", SPARSE, SPARSE),
    }


def judged(intervals):
    """The verdicts of RULE, by their names."""
    return {name: verdict(intervals[name], *ends) for name, ends in RANGES.items()}


def weighed(run, found):
    """First-layer weights of the best network of each five, at the highest density."""
    rows = found[found.density == found.density.max()]
    shown = []
    for row in rows.itertuples():
        first = row.trial * N_TRIES
        weights = np.asarray(scaled_weights(run.member(row.number).specimen))
        shown.append(Weighed(f"seeds {first} to {first + N_TRIES - 1}", weights))
    return shown


def draw(runs):
    """Weights of the small networks, and neurons with one feature; verdicts are printed."""
    few, many = (found_in(runs[name]) for name in BATCHES)
    intervals = measured(few, many)
    verdicts = judged(intervals)
    print_verdicts(intervals, verdicts, RULE, EXPECTED)
    shares = many.pivot(index="trial", columns="density", values="alone")
    curve = curve_over_trials("neurons", 1 / shares.columns.to_numpy(), shares)
    of_many = ", ".join(f"{name} {verdicts[name]}" for name in ("DENSE", "FIRST", "SPARSE"))
    return {
        "superposition-absolute-few": signed_weights(
            weighed(runs["absolute-few"], few),
            f"Three absolute values from six ReLU neurons: PAIRS {verdicts['PAIRS']}",
            "first-layer weights of the best of five networks, density 1",
        ),
        "superposition-absolute": share_curve(
            curve,
            f"Absolute values in forty ReLU neurons: {of_many}",
            tries_note(curve, N_TRIES),
            "share of neurons with one feature",
        ),
    }


if __name__ == "__main__":
    main("superposition_absolute", __doc__, BATCHES, draw, seeds=SEEDS)
