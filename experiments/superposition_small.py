"""What do the smallest networks do with too many features? Two features in one dimension, and ten
in five ReLU neurons.

Paper:    Elhage et al. 2022, "Superposition as a Phase Change" and "Superposition in a Privileged
          Basis".
Command:  python experiments/superposition_small.py
Expect:   two features lie where the closed forms say; ReLU neurons are all monosemantic at
          densities from .5 on, and all polysemantic at .04 and below.
"""

import numpy as np
import pandas as pd
from _main import main, print_verdicts, verdict
from _tries import best_of, curve_over_trials, joint, tries_note

from toymono.analysis.monosemanticity import POLY_THRESHOLD
from toymono.analysis.phases import PHASES, margin, phase_losses, phase_of, predicted_phase
from toymono.evidence.seeds import interval_over_seeds
from toymono.plots.superposition import PhaseMap, phase_diagram, share_curve

BATCHES = ("phase-diagram", "relu-hidden")
N_TRIES = 3  # networks of which the one with the least loss counts, as small ones often get stuck
SEEDS = tuple(range(3 * N_TRIES))

RULE = (
    "PHASES: the best of three networks is in the phase whose closed-form loss is least, in at "
    "least .9 of the cells; cells where the next phase's loss is within .05 of it do not count. "
    "RELU: of the neurons that answer a feature, the share with a score above .9 is at least .9 "
    "over densities from .5 on, and at most .1 over densities up to .04. Supported where the 95 % "
    "interval over threes of seeds lies within, refuted where it lies outside, else undecided"
)
LEAST_AGREEING, CLEAR = 0.9, 0.05
DENSE, SPARSE = 0.5, 0.04
LEAST_DENSE, MOST_SPARSE = 0.9, 0.1
EXPECTED = "both supported"


def phases_of(run):
    """The phase of the best of three networks of each cell, and the one that is predicted."""
    best = best_of(run.table, N_TRIES)
    nets = (run.member(number).specimen for number in best.index)
    found = [phase_of(np.asarray(net.encoder)[:, 0]) for net in nets]
    losses = phase_losses(best.feature_density.to_numpy(), best.importance_decay.to_numpy())
    return best.assign(phase=found, predicted=predicted_phase(losses), clear=margin(losses) > CLEAR)


def agreement(phases):
    """Share of the clear cells that are in the predicted phase, over threes of seeds."""
    clear = phases[phases.clear]
    same = (clear.phase == clear.predicted).groupby(clear.trial).mean()
    return interval_over_seeds(same.to_numpy(), lowest=0.0, highest=1.0)


def phase_map(phases):
    """The first three seeds' phases as a map."""
    first = phases[phases.trial == 0]
    grids = {
        name: first.pivot(index="feature_density", columns="importance_decay", values=name)
        for name in ("phase", "predicted")
    }
    density, importance = grids["phase"].index.to_numpy(), grids["phase"].columns.to_numpy()
    return PhaseMap(density, importance, *(grid.to_numpy(int) for grid in grids.values()))


def mono_shares(run):
    """Share of nearly monosemantic neurons among those that answer: trial by density, rising."""
    rows = []
    for row in best_of(run.table, N_TRIES).itertuples():
        unit = run.units[int(row.unit)].isel(step=-1)
        score = unit.score.sel(seed=int(row.seed)).isel(setting=int(row.setting)).values
        alive = score > 0
        share = (score > POLY_THRESHOLD).sum() / max(alive.sum(), 1)
        rows.append({"trial": row.trial, "density": row.feature_density, "share": share})
    return pd.DataFrame(rows).pivot(index="trial", columns="density", values="share")


def ends_of(shares):
    """The share over dense levels and over sparse ones, over threes of seeds."""
    dense, sparse = (
        shares.loc[:, which].mean(axis=1)
        for which in (shares.columns >= DENSE, shares.columns <= SPARSE)
    )
    return [interval_over_seeds(of.to_numpy(), lowest=0.0, highest=1.0) for of in (dense, sparse)]


def draw(runs):
    """The phase diagram, and monosemantic ReLU neurons; numbers and verdicts are printed."""
    phases, shares = phases_of(runs["phase-diagram"]), mono_shares(runs["relu-hidden"])
    same, (dense, sparse) = agreement(phases), ends_of(shares)
    judged = {
        "PHASES": verdict(same, LEAST_AGREEING, 1.0),
        "RELU": joint([verdict(dense, LEAST_DENSE, 1.0), verdict(sparse, 0.0, MOST_SPARSE)]),
    }
    intervals = {"agreeing cells": same, "mono, dense": dense, "mono, sparse": sparse}
    print_verdicts(intervals, judged, RULE, EXPECTED)
    curve = curve_over_trials("neurons", 1 / shares.columns.to_numpy(), shares)
    title = f"Two features in one dimension: {judged['PHASES']}"
    note = "best of three networks in each cell"
    return {
        "superposition-phases": phase_diagram(phase_map(phases), PHASES, title, note),
        "superposition-relu": share_curve(
            curve,
            f"Ten features in five ReLU neurons: {judged['RELU']}",
            tries_note(curve, N_TRIES),
            "share of neurons with a score above .9",
        ),
    }


if __name__ == "__main__":
    main("superposition_small", __doc__, BATCHES, draw, seeds=SEEDS)
