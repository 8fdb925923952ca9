"""Absolute value: more mono neurons mean lower loss, and slower decay of the bias gives more of
them.

Paper:    claim C11; Figs 22 and 23 (batches LR5 and D1).
Command:  python experiments/absolute.py
Expect:   loss falls as mono neurons rise, over rates and decays.
"""

from _main import main

from toymono.gallery.figures import sweep_figure, traces_figure
from toymono.plots.sweeps import Mark

BATCHES = ("LR5", "D1")
MARKS = (Mark("task_loss", "lower where more are mono"),)
SLOWER = Mark("mono_per_feature", "more at slower decay")


def draw(runs):
    """Loss and mono neurons against the rate and against the decay, and in training."""
    rates, decays = runs["LR5"], runs["D1"]
    return {
        "fig22": sweep_figure(
            rates.table, "learning_rate", title="Fig 22: absolute value (LR5)", marks=MARKS
        ),
        "fig22-training": traces_figure(
            rates.units, title="Fig 22: absolute value, training (LR5)"
        ),
        "fig23": sweep_figure(
            decays.table, "bias_decay", title="Fig 23: bias decay (D1)", marks=(*MARKS, SLOWER)
        ),
    }


if __name__ == "__main__":
    main("absolute", __doc__, BATCHES, draw)
