"""Renew the tables of all documents from what the code and figures/ hold; `make figures` runs it
after the experiments.

README.md has the result, figures/README.md every verdict, experiments/README.md the list of
experiments.
"""

import ast
import json
import math
import pathlib

from toymono.evidence.finished import MOST_LATE_GAIN, MOST_OF_ZERO
from toymono.evidence.front import best_strength, budget_coverages, ranks, with_levers
from toymono.evidence.results import read_results
from toymono.evidence.tables import over_seeds
from toymono.evidence.wording import allowed_range, interval_words, span
from toymono.plots.style import axis_title
from toymono.sweeps.demo import race_of
from toymono.sweeps.presets import PRESETS
from toymono.sweeps.race import NO_LEVER, PAPER_LEVER, entries
from toymono.text_files import read_text, write_text

ROOT = pathlib.Path(__file__).parent.parent
MEASURES = ("task_loss", "n_mono", "n_covered")
RESULT = ("task_loss", "n_mono", "n_covered", "n_nearly_covered", "n_clearly_positive_bias")
README_RATES = (0.003, 0.01)
RATE_BATCHES = {"LR1": "zero bias", "LR3": "offset -1", "RP1": "re-projector"}


def markdown(head, rows):
    """A Markdown table."""
    lines = (head, ("---",) * len(head), *rows)
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )


def found_in(folder):
    """The results of the batches that are there, in the order of the presets."""
    files = ((name, folder / f"{name}.json") for name in PRESETS)
    return {name: read_results(file) for name, file in files if file.exists()}


def demo_table(results):
    """The demo's settings, each measure with its interval over seeds."""
    head = ("learning rate", "initial bias offset", *map(axis_title, MEASURES), "n")
    rows = []
    for row in over_seeds(results.table, MEASURES).to_dict("records"):
        rate = (
            results.table.learning_rate.iloc[0]
            if "learning_rate" not in row
            else row["learning_rate"]
        )
        numbers = (f"{rate:.3g}", f"{row['bias_offset']:.3g}")
        rows.append((*numbers, *(span(row, measure) for measure in MEASURES), str(row["n"])))
    return markdown(head, rows)


def result_table(found, rates=None):
    """The paper's own network by start and learning rate: the paper's numbers, then ours.

    `rates` limits the table to some learning rates and to the batches; by default it has all rates,
    and the pair of recipes that README.md draws.
    """
    head = ("network", "learning rate", *map(axis_title, RESULT), "n")
    rows = [
        ("paper, zero bias", "0.03", "0.85 to 0.95", "513", "508", "512", "", "1"),
        ("paper, offset -1", "0.001 to 0.03", "0.845 to 0.876", "", "", "", "65", "1"),
    ]
    if rates is None and "recipe" in found:
        rows += _pair(found["recipe"].table)
    for batch in ("LR1", "LR3"):
        if batch in found:
            table = found[batch].table
            shown = table if rates is None else table[table.learning_rate.isin(rates)]
            rows += _by_rate(shown, f"{RATE_BATCHES[batch]} ({batch})")
    return markdown(head, rows)


def _pair(recipes):
    slow = recipes[recipes.bias_offset == 0].learning_rate.iloc[0]
    pair = recipes[(recipes.learning_rate == slow) & (recipes.optimizer == "lamb-clamped")]
    names = {0.0: "zero bias, the picture", -1.0: "offset -1, the picture"}
    return [
        row
        for offset, name in names.items()
        for row in _by_rate(pair[pair.bias_offset == offset], name)
    ]


def _by_rate(table, name):
    rows = []
    for rate, part in table.groupby("learning_rate"):
        (row,) = over_seeds(part, RESULT).to_dict("records")
        spans = (span(row, measure).removesuffix(" (one seed)") for measure in RESULT)
        rows.append((name, f"{rate:.3g}", *spans, str(row["n"])))
    return rows


def batch_table(found):
    """Which batches were trained, on how many seeds, and how many networks have not finished."""
    head = ("batch", "what", "networks", "seeds", "not finished")
    rows = []
    for name, title in PRESETS.items():
        if name not in found:
            rows.append((name, title, "", "", "not trained yet"))
            continue
        table = found[name].table
        unfinished = str(int((~table.finished.astype(bool)).sum()))
        rows.append((name, title, str(len(table)), str(table.seed.nunique()), unfinished))
    return markdown(head, rows)


def threshold_table(found):
    """Features covered from each score on, by learning rate, in the batches that vary it alone."""
    there = [batch for batch in RATE_BATCHES if batch in found]
    head = (
        "learning rate",
        *(f"{RATE_BATCHES[batch]}, above {at}" for batch in there for at in (".999", ".9")),
    )
    measures, rows = ("n_covered", "n_nearly_covered"), []
    for rate in sorted({rate for batch in there for rate in found[batch].table.learning_rate}):
        parts = [found[batch].table[found[batch].table.learning_rate == rate] for batch in there]
        spans = [
            over_seeds(part, measures).to_dict("records")[0] if len(part) else None
            for part in parts
        ]
        rows.append(
            (f"{rate:.3g}", *(span(row, m) if row else "" for row in spans for m in measures))
        )
    return markdown(head, rows)


def claims_table(verdicts):
    """The claims, what the paper has to say of each measurement, ours with its interval, and the
    verdict.
    """
    rows, seen = [], set()
    for row in verdicts:
        if row["claim"] not in seen:
            seen.add(row["claim"])
            rows.append(
                (f"**{row['claim']}** {row['statement']}", *[""] * 5, f"**{row['claim_verdict']}**")
            )
        ends = (-math.inf if row["at_least"] is None else row["at_least"], row["at_most"])
        allowed = allowed_range(ends[0], math.inf if ends[1] is None else ends[1])
        left_out = f"{row['unfinished']} of {row['networks']}" if row["networks"] else ""
        ours = interval_words(row["mean"], row["low"], row["high"], row["n"])
        rows.append(
            (row["measured"], row["paper"], ours, str(row["n"]), left_out, allowed, row["verdict"])
        )
    head = (
        "claim and measurement",
        "the paper",
        "here, scale desk",
        "n",
        "not finished",
        "holds if",
        "verdict",
    )
    return markdown(head, rows)


def lever_table(results):
    """The levers by budget coverage, each at its best strength."""
    base, density = race_of(results.scale)
    table = with_levers(results.table, entries(base, density), base)
    measures = {
        "task_loss": "task loss",
        "n_covered": "features covered",
        "onset": "onset",
        "final_slope": "slope above it",
    }
    found = ranks(budget_coverages(table), (NO_LEVER, PAPER_LEVER))
    rows = []
    for lever, rank in found.items():
        strength = best_strength(table, lever)
        apart = (rank.coverage, *(rank.more[of] for of in (NO_LEVER, PAPER_LEVER)))
        if strength is None:
            rows.append((lever, "none finished", *[""] * (len(measures) + len(apart))))
            continue
        (row,) = over_seeds(
            table[(table.lever == lever) & (table.strength == strength)], [*measures]
        ).to_dict("records")
        measured = (span(row, measure) for measure in measures)
        rows.append((lever, f"{strength:.3g}", *measured, *map(_words, apart)))
    head = ("lever", "best strength", *measures.values(), "budget coverage")
    return markdown((*head, f"than {NO_LEVER}", f"than {PAPER_LEVER}"), rows)


def _words(interval):
    mean, low, high, n = interval
    return interval_words(float(mean), float(low), float(high), int(n))


def experiment_table(scripts):
    """What every experiment asks, from its own opening."""
    rows = []
    for script in sorted(scripts, key=lambda script: script.stem):
        paragraphs = (ast.get_docstring(ast.parse(read_text(script))) or "").split("\n\n")
        facts = " ".join(paragraphs[1].split())
        paper, expect = facts.split("Command:")[0].removeprefix("Paper:"), facts.split("Expect:")[1]
        question = " ".join(paragraphs[0].split())
        rows.append((f"[{script.stem}.py]({script.name})", question, paper.strip(), expect.strip()))
    return markdown(("script", "asks", "paper", "expected"), rows)


def tables(figures, experiments):
    """All tables by name."""
    found, verdicts = found_in(figures), json.loads(read_text(figures / "claims.json"))
    rule = (
        f"A network has finished when its loss is at most {MOST_OF_ZERO:g} of the loss of "
        f"answering 0, and the second half of its steps removed at most {MOST_LATE_GAIN:.0%} of "
        "it. Both numbers were chosen on the recipes, on whose seed no claim is judged.\n"
    )
    raced = {"levers": lever_table(found["levers"])} if "levers" in found else {}
    return {
        **raced,
        "demo": demo_table(found["demo"]),
        "result": result_table(found, README_RATES),
        "rate": result_table(found),
        "batch": batch_table(found),
        "finished": rule,
        "threshold": threshold_table(found),
        "claims": claims_table([row for row in verdicts if row["claim"].startswith("C")]),
        "mechanism": claims_table([row for row in verdicts if row["claim"].startswith("M")]),
        "experiment": experiment_table(experiments.glob("[a-z]*.py")),
    }


def renewed(document, named):
    """The document's text with the tables between its marks replaced."""
    for name, table in named.items():
        begin, end = f"<!-- {name} table: begin -->\n", f"<!-- {name} table: end -->"
        if begin in document:
            before, rest = document.split(begin)
            document = before + begin + table + end + rest.split(end)[1]
    return document


DOCUMENTS = [ROOT / name for name in ("README.md", "figures/README.md", "experiments/README.md")]

if __name__ == "__main__":
    named = tables(ROOT / "figures", ROOT / "experiments")
    for file in DOCUMENTS:
        write_text(file, renewed(read_text(file), named))
