"""Basins of one loss and very different monosemanticity; a negative initial bias finds the
monosemantic ones.

Paper:    claims C1 to C4 and C7; Figs 1, 3, 4, 5, 7, 10, 11 (batches LR1 and LR3).
Command:  python experiments/learning_rate.py
Expect:   loss .85 to .95 at every rate; from zero bias mono neurons rise with the rate,
          to 503 of 512 features with just one; from offset -1 they are many at every rate,
          and 65 = d + 1 biases are positive.
"""

import pandas as pd
from _main import main

from toymono.evidence.tables import LOSS_AND_SHARES
from toymono.gallery.figures import biases_figure, sweep_figure, traces_figure
from toymono.plots.sweeps import Mark

BATCHES = ("LR1", "LR3")
MARKS = (
    Mark("task_loss", "plateau .85 to .95 at every rate (N 512, N/d 8)", levels=(0.85, 0.95)),
    Mark("mono_per_feature", "1.00 at rate .03 from zero bias", levels=(513 / 512, 513 / 512)),
)


def fastest(run):
    """Seed 0 of the highest learning rate."""
    return int(run.table[run.table.learning_rate == run.table.learning_rate.max()].index[0])


def draw(runs):
    """Loss and mono neurons against the rate; then training, biases and a map for each start."""
    zero, negative = runs["LR1"], runs["LR3"]
    both = pd.concat([zero.table, negative.table])
    title, n_positive = (
        "Fig 1: loss and monosemanticity (LR1, LR3)",
        zero.units[0].attrs["n_embed"] + 1,
    )
    return {
        "fig01": sweep_figure(
            both, "learning_rate", ["bias_offset"], LOSS_AND_SHARES, title, MARKS
        ),
        "fig03": traces_figure(zero.units, title="Fig 3: training from zero bias (LR1)"),
        "fig04": zero.member(fastest(zero)).map("Fig 4: zero bias (LR1)"),
        "fig05": biases_figure(zero.units, title="Fig 5: final biases from zero bias (LR1)"),
        "fig07": traces_figure(
            negative.units, title="Fig 7: training from offset -1 with decay (LR3)"
        ),
        "fig10": negative.member(fastest(negative)).map("Fig 10: offset -1 with decay (LR3)"),
        "fig11": biases_figure(
            negative.units, (), "Fig 11: final biases from offset -1 (LR3)", int(n_positive)
        ),
    }


if __name__ == "__main__":
    main("learning_rate", __doc__, BATCHES, draw)
