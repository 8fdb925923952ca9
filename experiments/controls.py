"""Is it the learning rate, or the clamped LAMB with its periodic schedule? The width, or the batch?
Which decay? What does it cost to leave no polysemantic neuron?

Paper:    the controls that it did not run (toymono's own batches O1, K3, D2 and V1, beside LR1,
          LR3, K0 and K1).
Command:  python experiments/controls.py
Expect:   (nothing in the paper; claim M8 for V1)
"""

import pandas as pd
from _main import main

from toymono.evidence.tables import SETTINGS
from toymono.gallery.figures import sweep_figure

BATCHES = ("LR1", "LR3", "O1", "K0", "K1", "K3", "D2", "V1")
STARTS = {"zero": "zero bias", "negative": "offset -1 with decay"}


def draw(runs):
    """Optimisers and schedules from each start; widths with two rules for the batch; decays by
    learning rate.
    """
    tables = {batch: run.table for batch, run in runs.items()}
    drawn = {}
    for (name, start), batch in zip(STARTS.items(), ("LR1", "LR3"), strict=True):
        other = tables["O1"][(tables["O1"].bias_offset == 0) == (name == "zero")]
        table = pd.concat([tables[batch], other]).drop_duplicates(
            [*SETTINGS, "seed"]
        )  # O1 has the usual way as well
        by, title = ["optimizer", "schedule"], f"Optimisers and schedules from {start}"
        drawn[f"controls-{name}"] = sweep_figure(table, "learning_rate", by, title=title)
    widths = pd.concat([tables["K0"], tables["K1"]]).assign(batch="batch by 1/k")
    table = pd.concat([widths, tables["K3"].assign(batch="one batch size")])
    drawn["controls-batch"] = sweep_figure(
        table,
        "n_neurons",
        ["bias_offset", "batch"],
        title="Does the batch, which falls as k grows, make the difference?",
    )
    drawn["controls-decay"] = sweep_figure(
        tables["D2"],
        "bias_decay",
        ["learning_rate"],
        title="Bias decay decides, and its best depends on the rate (D2)",
    )
    return drawn


if __name__ == "__main__":
    main("controls", __doc__, BATCHES, draw)
