"""Is what a laptop's runs lack the training time? Four times the steps, a quarter of the paper's own number.

Paper:    claims C1 to C4 (toymono's own batch T1, beside LR1 and LR3).
Command:  python experiments/longer.py
Minutes:  20 on two cores.
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
    """Loss and mono neurons against the steps; then the longer runs' biases, and a map from the negative start."""
    longer = runs["T1"]
    short = pd.concat([runs[batch].table for batch in ("LR1", "LR3")])
    both = pd.concat([short[short.learning_rate.isin(longer.table.learning_rate)], longer.table])
    negative = longer.table[longer.table.bias_offset < 0]
    n_positive = int(longer.units[0].attrs["n_embed"]) + 1
    return {
        "longer": sweep_figure(
            both, "n_steps", ["learning_rate", "bias_offset"], LOSS_AND_SHARES, "Training time (LR1, LR3, T1)", MARKS
        ),
        "longer-biases": biases_figure(longer.units, (), "Final biases after four times the steps (T1)", n_positive),
        "longer-map": map_figure(longer, int(negative.index[0]), "After four times the steps (T1)"),
    }


if __name__ == "__main__":
    main("longer", __doc__, BATCHES, draw)
