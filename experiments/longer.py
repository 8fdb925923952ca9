"""Is what a laptop's runs lack the training time? Four and sixteen times the steps; sixteen are the paper's own number.

Paper:    claims C1 to C4 (toymono's own batch T1, beside LR1 and LR3).
Command:  python experiments/longer.py
Minutes:  80 on two cores.
Expect:   see "Is it the time?" in the README.
"""

import pandas as pd
from _main import main

from toymono.analysis.members import LOSS_AND_SHARES
from toymono.gallery import biases_figure, map_figure, sweep_figure
from toymono.plots.sweeps import Mark

BATCHES = ("LR1", "LR3", "T1")
MARKS = (Mark("mono_per_feature", "1.00 at rate .03 from zero bias", levels=(513 / 512, 513 / 512)),)


def draw(runs):
    """Loss and mono neurons against the steps; then the longest run's biases, and a map of the negative start's."""
    longer = runs["T1"]
    short = pd.concat([runs[batch].table for batch in ("LR1", "LR3")])
    both = pd.concat([short[short.learning_rate.isin(longer.table.learning_rate)], longer.table])
    longest = longer.table[longer.table.n_steps == longer.table.n_steps.max()]
    negative = longest[longest.bias_offset < 0]
    unit = longer.units[int(negative.unit.iloc[0])]
    return {
        "longer": sweep_figure(
            both, "n_steps", ["learning_rate", "bias_offset"], LOSS_AND_SHARES, "Training time (LR1, LR3, T1)", MARKS
        ),
        "longer-biases": biases_figure([unit], (), "Final biases after sixteen times the steps (T1)"),
        "longer-map": map_figure(longer, int(negative.index[0]), "After sixteen times the steps (T1)"),
    }


if __name__ == "__main__":
    main("longer", __doc__, BATCHES, draw)
