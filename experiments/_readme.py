"""Renew the README's tables from the numbers in figures/; `make figures` runs it after the experiments."""

import json
import math
import pathlib

import pandas as pd

from toymono.analysis.members import over_seeds
from toymono.plots.style import axis_title
from toymono.sweeps.results import read_results
from toymono.terminal import allowed_range, span

ROOT = pathlib.Path(__file__).parent.parent
MEASURES = ("task_loss", "n_mono", "n_covered")
RATE_BATCHES = {"LR1": "zero bias", "LR3": "offset -1", "RP1": "re-projector"}


def markdown(head, rows):
    """A Markdown table."""
    lines = (head, ("---",) * len(head), *rows)
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def demo_table(results):
    """The demo's settings, each measure with its interval over seeds."""
    head = ("learning rate", "initial bias offset", "decay", *map(axis_title, MEASURES), "n")
    rows = []
    for row in over_seeds(results.table, MEASURES).to_dict("records"):
        numbers = (f"{row[name]:.3g}" for name in ("learning_rate", "bias_offset", "bias_decay"))
        rows.append((*numbers, *(span(row, measure) for measure in MEASURES), str(row["n"])))
    return markdown(head, rows)


def threshold_table(folder):
    """Features covered from each score on, by learning rate, in the three batches that vary it alone."""
    head = ("learning rate", *(f"{start}, above {at}" for start in RATE_BATCHES.values() for at in (".999", ".9")))
    measures = ("n_covered", "n_nearly_covered")
    tables = [over_seeds(read_results(folder / f"{batch}.json").table, measures) for batch in RATE_BATCHES]
    rows = []
    for rate in tables[0].learning_rate:
        found = [table[table.learning_rate == rate].to_dict("records")[0] for table in tables]
        rows.append((f"{rate:.3g}", *(span(row, measure) for row in found for measure in measures)))
    return markdown(head, rows)


def time_table(folder):
    """What four times the steps change, for each start and learning rate of T1."""
    measures = ("task_loss", "n_mono", "n_nearly_covered", "n_clearly_positive_bias")
    head = ("initial bias offset", "learning rate", "steps", *map(axis_title, measures))
    longer = read_results(folder / "T1.json").table
    tables = [read_results(folder / f"{batch}.json").table for batch in ("LR1", "LR3")]
    short = pd.concat([table[table.learning_rate.isin(longer.learning_rate)] for table in tables])
    found = over_seeds(pd.concat([short.assign(unit=short.bias_offset), longer.assign(unit=1)]), measures)
    rows = []
    for row in found.sort_values(["bias_offset", "learning_rate", "n_steps"], ascending=[False, True, True]).to_dict(
        "records"
    ):
        numbers = (f"{row[name]:g}" for name in ("bias_offset", "learning_rate", "n_steps"))
        rows.append((*numbers, *(span(row, measure) for measure in measures)))
    return markdown(head, rows)


def claims_table(verdicts):
    """The claims, what the paper has to say of each measurement, ours with its interval, and the verdict."""
    rows, told = [], set()
    for row in verdicts:
        if row["claim"] not in told:
            told.add(row["claim"])
            rows.append((f"**{row['claim']}** {row['statement']}", "", "", "", "", f"**{row['claim_verdict']}**"))
        ends = (-math.inf if row["at_least"] is None else row["at_least"], row["at_most"])
        allowed = allowed_range(ends[0], math.inf if ends[1] is None else ends[1])
        ours = f"{row['mean']:.3g} [{row['low']:.3g}, {row['high']:.3g}]" if row["n"] else ""
        rows.append((row["measured"], row["paper"], ours, str(row["n"]), allowed, row["verdict"]))
    return markdown(("claim and measurement", "the paper", "here, laptop scale", "n", "holds if", "verdict"), rows)


def renewed(readme, figures):
    """The README's text with the tables between its marks replaced by what the figures folder holds."""
    verdicts = json.loads((figures / "claims.json").read_text())
    tables = {
        "demo": demo_table(read_results(figures / "demo.json")),
        "threshold": threshold_table(figures),
        "time": time_table(figures),
        "claims": claims_table([row for row in verdicts if row["claim"].startswith("C")]),
        "mechanism": claims_table([row for row in verdicts if row["claim"].startswith("M")]),
    }
    for name, table in tables.items():
        begin, end = f"<!-- {name} table: begin -->\n", f"<!-- {name} table: end -->"
        before, rest = readme.split(begin)
        _, after = rest.split(end)
        readme = before + begin + table + end + after
    return readme


if __name__ == "__main__":
    file = ROOT / "README.md"
    file.write_text(renewed(file.read_text(), ROOT / "figures"))
