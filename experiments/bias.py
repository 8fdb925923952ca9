"""Below a threshold of the initial bias a large share of the neurons is monosemantic; above it the count drops fast.

Paper:    claim C12; Figs 8 and 9 (batches B1 to B5).
Command:  python experiments/bias.py
Minutes:  35 on two cores.
Expect:   see the verdict on C12 in the README.
"""

import pandas as pd
from _main import main

from toymono.gallery import sweep_figure
from toymono.plots.style import COLOURS
from toymono.plots.sweeps import Mark

BATCHES = ("B1", "B2", "B3", "B4", "B5")
PAPER = {"mono_per_neuron": (0.3, 0.5), "mono_per_feature": (0.6, 1.0)}


def marks(densities):
    """The paper's levels below the threshold, and its threshold -sqrt(eps) for each density in the curve's colour."""
    for measure, levels in PAPER.items():
        yield Mark(measure, f"{levels[0]:g} to {levels[1]:g} left of -sqrt(density), dotted", levels=levels)
        for place, density in enumerate(densities):
            yield Mark(measure, "", place=-(density**0.5), colour=COLOURS[place])


def draw(runs):
    """Mono neurons per neuron and per feature against the offset, a curve for each density."""
    table = pd.concat([runs[batch].table for batch in BATCHES])
    found = list(marks(table.feature_density.unique()))
    return {
        "fig08-09": sweep_figure(
            table,
            "bias_offset",
            ["feature_density"],
            tuple(PAPER),
            "Figs 8 and 9: the bias threshold (B1 to B5)",
            found,
        ),
        "bias-loss": sweep_figure(
            table, "bias_offset", ["feature_density"], ("task_loss",), "Loss against the offset (B1 to B5)"
        ),
    }


if __name__ == "__main__":
    main("bias", __doc__, BATCHES, draw)
