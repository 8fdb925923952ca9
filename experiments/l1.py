"""An L1 penalty on the activations makes about as many mono neurons as a negative bias, at no lower
task loss.

Paper:    Fig 14 (batch RG1; its text starts from zero bias, its Table 1 from offset -1 with decay:
          both are run).
Command:  python experiments/l1.py
Expect:   about as many mono neurons as from a negative bias, and no lower task loss.
"""

import pandas as pd
from _main import main

from toymono.gallery.figures import sweep_figure
from toymono.plots.sweeps import Mark

BATCHES = ("RG1-zero", "RG1-negative")
MARKS = (
    Mark("task_loss", "no lower than from a negative bias without L1"),
    Mark("mono_per_feature", "similar to the negative-bias run"),
)


def draw(runs):
    """Loss and mono neurons against the L1 weight, from both starts."""
    table = pd.concat([runs[batch].table for batch in BATCHES])
    return {
        "fig14": sweep_figure(
            table, "l1", ["bias_offset"], title="Fig 14: L1 on activations (RG1)", marks=MARKS
        )
    }


if __name__ == "__main__":
    main("l1", __doc__, BATCHES, draw)
