"""Does engineering still work where features are not independent? Groups, trees, common factors.

Paper:    its features are independent.
Command:  python experiments/worlds.py
Expect:   (nothing in the paper; RULE and EXPECTED, committed before the first network was trained)
"""

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from _main import ends, main, print_rows

from toymono.analysis.monosemanticity import group_monosemanticity, is_mono, is_poly
from toymono.analysis.theory import baselines
from toymono.command_line.terminal import frame_table, print_table
from toymono.evidence.seeds import interval_over_seeds
from toymono.gallery.figures import sweep_figure
from toymono.sweeps.worlds import FOURS, PAIRS, matched_density

BATCHES = ("worlds",)

RULE = (
    "groups of four, per start, by the 95 % interval over seeds of differences in the share of "
    "features covered, finished networks only. Nothing breaks: always together is less than a "
    "tenth below independent. Correlation breaks it: always together is more than a tenth below "
    "independent features of which as many are on together. Co-occurrence breaks it: the latter "
    "are themselves more than a tenth below independent features of the same density, and the "
    "difference between the two is less than a tenth. Else undecided"
)
EXPECTED = (
    "correlation breaks it: features that always come together are detected together, by neurons "
    "of groups; exclusive features are covered as well as independent ones"
)
MARGIN = 0.1
STARTS = {0.0: "zero bias", -1.0: "offset -1"}
MEASURES = ("covered_per_feature", "loss_over_linear", "group_neurons")


def with_measures(run):
    """The table with the loss over that of the best linear map, and the neurons that answer one
    group but several of its features.
    """
    found = [measures_of(run.member(number)) for number in run.table.index]
    return run.table.assign(**pd.DataFrame(found, index=run.table.index))


@jax.jit
def group_neurons(responses, scores, groups):
    """Number of neurons that answer one group alone, and not one feature alone."""
    return (is_mono(group_monosemanticity(responses, groups)) & is_poly(scores)).sum()


def measures_of(member):
    """What a member's table row lacks."""
    config, hyper, net = member.config, member.hyper, member.specimen
    own = {name: hyper[name] for name in config.component("feature_law").numbers if name in hyper}
    linear = baselines(config, member.stored.problem, hyper.feature_density, **own).linear
    size = dict(config.options).get("group_size", FOURS)
    groups = jnp.arange(config.n_features) // size
    return {
        "loss_over_linear": float(member.history()[-1]) / float(linear),
        "group_neurons": int(group_neurons(net.responses, net.scores, groups)),
        "partner": float(hyper.lift * hyper.feature_density),
    }


def matched_rows(table, fours):
    """Independent features as dense as it takes for as many to be on together as in groups of
    four: with the partner's probability of those groups.
    """
    dense = table[table.feature_law == "uniform"]
    n_features, density = int(fours.n_features.iloc[0]), float(fours.feature_density.iloc[0])
    parts = []
    for partner in sorted(fours.partner.unique()):
        due = matched_density(n_features, density, partner, FOURS)
        parts.append(dense[np.isclose(dense.feature_density, due)].assign(partner=partner))
    return pd.concat(parts)


def differences(table, matched, start, partner):
    """Shares covered, seed by seed: features in groups whose partners are on with this probability
    less independent, less as dense, and that less independent.
    """

    def covered(rows):
        rows = rows[(rows.bias_offset == start) & rows.finished].set_index("seed")
        return rows.covered_per_feature

    groups = covered(table[np.isclose(table.partner, partner)])
    independent = covered(table[table.lift == 1])
    dense = covered(matched[np.isclose(matched.partner, partner)])
    return {
        "groups - independent": groups - independent,
        "groups - as many together": groups - dense,
        "as many together - independent": dense - independent,
    }


def strongest_finished(table, matched):
    """The largest probability of a partner at which all networks have finished, and with them as
    many independent features; None where there is none.
    """
    both = pd.concat([table[table.partner.isin(matched.partner)], matched])
    whole = both.groupby("partner").finished.all()
    return max(whole.index[whole], default=None)


def verdict(found):
    """What the intervals of `differences` say by RULE."""
    together, beside, dense = found.values()
    if min(interval.n for interval in found.values()) < 2:
        return "untested: too few finished networks"
    if together.low > -MARGIN:
        return "nothing breaks"
    if beside.high < -MARGIN:
        return "correlation breaks it"
    alike = beside.low > -MARGIN and beside.high < MARGIN
    return "co-occurrence breaks it" if dense.high < -MARGIN and alike else "undecided"


def judged(fours, matched):
    """The differences from each start, of groups that are always together and of the strongest
    that have all finished; verdicts are printed.
    """
    rows = []
    strongest = strongest_finished(fours, matched)
    for partner in dict.fromkeys((fours.partner.max(), strongest)):
        for start, name in STARTS.items() if partner else ():
            apart = differences(fours, matched, start, partner)
            found = {key: interval_over_seeds(values.to_numpy()) for key, values in apart.items()}
            columns = {"start": name, "P(partner)": partner}
            rows += [{**columns, "difference": key, **ends(i)} for key, i in found.items()]
            print(f"{name}, P(partner on | on) = {partner:g}: {verdict(found)}")
    print(f"{RULE}. Expected: {EXPECTED}.")
    print(f"Not in the rule: {strongest} is the strongest of which all networks have finished.")
    return pd.DataFrame(rows)


def draw(runs):
    """Coverage, loss and neurons of groups against how dependent features are."""
    table = with_measures(runs["worlds"])
    pairs, fours = (table[table.group_size == size] for size in (PAIRS, FOURS))
    matched = matched_rows(table, fours)
    print_table(frame_table(judged(fours, matched)))
    title = "Groups of four, and independent features as many of which are on together"
    both, by = pd.concat([fours, matched]), ["bias_offset"]
    trees, factors = (table[table.feature_law == law] for law in ("trees", "low-rank-copula"))
    panels = {
        "pairs": (pairs, "partner", by, MEASURES, "Features in pairs"),
        "fours": (both, "partner", ["feature_law", *by], MEASURES, title),
        "trees": (trees, "dependence", ["tree_depth", *by], MEASURES[:2], "Features in trees"),
        "factors": (factors, "factor_scale", by, MEASURES[:2], "Features with common factors"),
    }
    return {f"worlds-{name}": sweep_figure(*of) for name, of in panels.items()}


def tell(run):
    """Loss and coverage in each world, over seeds."""
    for law, rows in run.table.groupby("feature_law", sort=False):
        print(law)
        print_rows(rows)


if __name__ == "__main__":
    main("worlds", __doc__, BATCHES, draw, tell=tell)
