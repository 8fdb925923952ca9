"""Renew the README's result table from the numbers in figures/; `make figures` runs it after the experiments."""

import json
import pathlib

from toymono.plots.style import axis_title
from toymono.terminal import span

ROOT = pathlib.Path(__file__).parent.parent
MARKS = ("<!-- demo table: begin -->\n", "<!-- demo table: end -->")


def demo_table(results):
    """The demo's settings as a Markdown table, each measure with its interval over seeds."""
    measures = [name.removesuffix("_low") for name in results[0] if name.endswith("_low")]
    head = ("learning rate", "initial bias offset", "decay", *map(axis_title, measures), "n")
    lines = [head, ("---",) * len(head)]
    for row in results:
        spans = (span(row, measure) for measure in measures)
        numbers = (f"{row[name]:.3g}" for name in ("learning_rate", "bias_offset", "bias_decay"))
        lines.append((*numbers, *spans, str(row["n"])))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def renewed(readme, results):
    """The README's text with the table between its marks replaced."""
    before, rest = readme.split(MARKS[0])
    _, after = rest.split(MARKS[1])
    return before + MARKS[0] + demo_table(results) + MARKS[1] + after


if __name__ == "__main__":
    file = ROOT / "README.md"
    file.write_text(renewed(file.read_text(), json.loads((ROOT / "figures" / "demo.json").read_text())))
