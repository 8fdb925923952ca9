"""What experiments with networks that often get stuck share: of several tries the one with the
least loss counts.
"""

from toymono.evidence.curves import Curve
from toymono.evidence.seeds import LEVEL, interval_over_seeds


def best_of(table, n_tries):
    """The member with the least loss of each `n_tries` seeds, in each cell; `trial` is which of
    them.
    """
    seeds = sorted(table.seed.unique())
    ranks = {seed: index // n_tries for index, seed in enumerate(seeds)}
    table = table.assign(trial=table.seed.map(ranks))
    table = table[table.task_loss.notna()]
    return table.loc[table.groupby(["trial", "setting", "unit"]).task_loss.idxmin()]


def curve_over_trials(of, x, shares):
    """Shares, trial by x, as a curve with its interval."""
    values = shares.to_numpy()
    return Curve({"of": of}, x, interval_over_seeds(values, 0.0, 1.0), values)


def tries_note(curve, n_tries):
    """The small print of a curve over trials: what its band is."""
    n_trials = int(curve.y.n.max())
    return f"mean and {LEVEL:.0%} t interval over {n_trials} times the best of {n_tries} networks"


def joint(verdicts):
    """One verdict of several parts: refuted if one is, else supported if all are."""
    for of in ("refuted", "untested", "undecided"):
        if of in verdicts:
            return of
    return "supported"
