"""Below a threshold of the initial bias a large share of the neurons is monosemantic; above it the
count drops fast.

Paper:    claim C12; Figs 8 and 9 (batches B1 to B5).
Command:  python experiments/bias.py
Expect:   30 to 50 % of the neurons mono, .6 to 1 per feature, for offsets below -sqrt(density); few
          above.
"""

import pandas as pd
from _main import main

from toymono.gallery.figures import sweep_figure
from toymono.plots.sweeps import Mark

BATCHES = ("B1", "B2", "B3", "B4", "B5")
PAPER = {"mono_per_neuron": (0.3, 0.5), "mono_per_feature": (0.6, 1.0)}
SHOWN = [
    -8,
    4,
]  # in units of sqrt(density); the farthest offsets of the sparsest batches lie outside
X, BY = "offset_over_root_density", ["feature_density"]


def marks():
    """The paper's levels below its threshold -sqrt(density), and the threshold itself."""
    for measure, levels in PAPER.items():
        yield Mark(measure, f"{levels[0]:g} to {levels[1]:g} left of -1, dotted", levels=levels)
        yield Mark(measure, "", x=-1.0)


def draw(runs):
    """Mono neurons per neuron and per feature against the offset, a curve for each density; and the
    loss.
    """
    table = pd.concat([runs[batch].table for batch in BATCHES])
    table = table.assign(**{X: table.bias_offset / table.feature_density**0.5})
    title = "Figs 8 and 9: the bias threshold (B1 to B5)"
    drawn = {
        "fig08-09": sweep_figure(table, X, BY, tuple(PAPER), title, list(marks())),
        "bias-loss": sweep_figure(
            table, X, BY, ("task_loss",), "Loss against the offset (B1 to B5)"
        ),
    }
    for figure in drawn.values():
        figure.update_xaxes(range=SHOWN)
    return drawn


if __name__ == "__main__":
    main("bias", __doc__, BATCHES, draw)
