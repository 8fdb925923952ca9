"""Do the race's best levers hold elsewhere, and do two do more than one? New seeds; one thing
changed at a time, and pairs.

Paper:    the offset at many rates, widths and densities; no other lever.
Command:  python experiments/robustness.py
Expect:   (nothing in the paper; RULE and EXPECTED, committed before the first network was trained)
"""

import pandas as pd
from _main import ends, main

from toymono.command_line.terminal import frame_table, print_table
from toymono.evidence.front import budget_coverages, ranks, with_levers
from toymono.evidence.seeds import interval_over_seeds
from toymono.plots.front import context_panels, rank_bars
from toymono.sweeps.demo import race_with
from toymono.sweeps.race import PAPER_LEVER
from toymono.sweeps.robustness import ADAPTED, HOME, JUMP, PAIRS, entries

BATCHES = ("robustness",)
SEEDS = (3, 4, 5)  # the race, by which strengths were chosen, had 0 to 2

RULE = (
    "a lever is better in a context if the 95 % interval over seeds of its share of features "
    "covered less the offset's there is above 0, and that of its loss over the offset's ends below "
    "1.05; worse if it covers less, by the interval; else level. It is a better recipe if it is "
    "better in all contexts in which both have two finished networks, at least seven. A pair adds "
    "if its budget coverage is above that of the better of its two, by the interval"
)
# What is measured in each context, and what it is where a lever is as the offset.
MEASURES = {"share covered - offset's": 0.0, "task loss / offset's": 1.0}
MOST_LOSS, LEAST_CONTEXTS = 1.05, 7
EXPECTED = (
    "jump ReLU with a linear path is better everywhere but with half the neurons, of which its "
    "path leaves 63 for 128 features; bias adaptation covers more but loses more than 5 %: level; "
    "no pair adds"
)


def by_seed(table, column):
    """A column, context and lever by seed; NaN where a network has not finished."""
    shown = table.assign(shown=table[column].where(table.finished.astype(bool)))
    return shown.pivot(index=["family", "lever"], columns="seed", values="shown")


def judged(table):
    """Each lever in each context against the paper's there: both differences and what they say."""
    covered, loss = by_seed(table, "covered_per_feature"), by_seed(table, "task_loss")
    rows = []
    for context, lever in dict.fromkeys(zip(table.family, table.lever, strict=True)):
        if lever not in (JUMP, ADAPTED):
            continue
        this, offset = (context, lever), (context, PAPER_LEVER)
        more = interval_over_seeds((covered.loc[this] - covered.loc[offset]).to_numpy(float))
        ratio = interval_over_seeds((loss.loc[this] / loss.loc[offset]).to_numpy(float))
        found = dict(zip(MEASURES, (more, ratio), strict=True))
        rows.append({"context": context, "lever": lever, **found, "is": side(more, ratio)})
    return rows


def side(more, ratio):
    """What RULE says of a lever in one context."""
    if more.n < 2:
        return "untested"
    if more.high < 0:
        return "worse"
    return "better" if more.low > 0 and ratio.high < MOST_LOSS else "level"


def recipe_verdict(rows):
    """Whether a lever is a better recipe, from its rows."""
    tested = [row["is"] for row in rows if row["is"] != "untested"]
    if len(tested) < LEAST_CONTEXTS:
        return f"untested: {len(tested)} contexts"
    n_better = tested.count("better")
    if n_better == len(tested):
        return "a better recipe"
    return f"no better recipe everywhere: better in {n_better} of {len(tested)} contexts"


def pair_ranks(table):
    """The levers of the race's own context and their pairs, by budget coverage."""
    home = table[table.family == HOME]
    return ranks(budget_coverages(home), list(home.lever.unique()))


def pair_rows(found):
    """Each pair against the better of its two."""
    rows = []
    for pair in PAIRS:
        better = max(pair, key=lambda lever: float(found[lever].coverage.mean))
        more = found[" + ".join(pair)].more[better]
        effect = ("adds" if more.low > 0 else "does not add") if more.n > 1 else "untested"
        rows.append({"pair": " + ".join(pair), "the better": better, **ends(more), "it": effect})
    return rows


def flat(rows):
    """Rows whose intervals are columns of their ends."""
    apart = [
        {f"{name}: {end}": of for name in MEASURES for end, of in ends(row[name]).items()}
        for row in rows
    ]
    words = [{name: row[name] for name in ("context", "lever", "is")} for row in rows]
    return pd.DataFrame([one | other for one, other in zip(words, apart, strict=True)])


def draw(runs):
    """Levers in each context, and pairs by rank; tables and verdicts are printed."""
    run = runs["robustness"]
    base, density = race_with(int(run.table.n_features.iloc[0]))
    table = with_levers(run.table, entries(base, density), base)
    rows = judged(table)
    print_table(frame_table(flat(rows)))
    for lever in (JUMP, ADAPTED):
        print(f"{lever}: {recipe_verdict([row for row in rows if row['lever'] == lever])}")
    found = pair_ranks(table)
    print_table(frame_table(pd.DataFrame(pair_rows(found))))
    print(f"{RULE}. Expected: {EXPECTED}.")
    families = {lever: "two levers" if " + " in lever else "one lever" for lever in found}
    return {
        "robustness-contexts": context_panels(
            rows, MEASURES, "Levers against the offset, one thing changed"
        ),
        "robustness-pairs": rank_bars(found, families, "Two levers together"),
    }


def tell(run):
    """How many networks there are, and how many have finished."""
    print(f"{len(run.table)} networks, {int(run.table.finished.sum())} finished")


if __name__ == "__main__":
    main("robustness", __doc__, BATCHES, draw, seeds=SEEDS, tell=tell)
