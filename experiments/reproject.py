"""The re-projector, which answers in a second projection of the features, has the same monosemantic
basins.

Paper:    claim C10; Fig 21 (batch RP1).
Command:  python experiments/reproject.py
Expect:   about one mono neuron per feature at every rate.
"""

from _main import main

from toymono.evidence.tables import LOSS_AND_SHARES
from toymono.gallery.figures import sweep_figure, traces_figure
from toymono.plots.sweeps import Mark

BATCHES = ("RP1",)
MARKS = (Mark("mono_per_feature", "about 1 at every rate", levels=(1.0, 1.0)),)


def draw(runs):
    """Loss and mono neurons against the rate, and in training."""
    run = runs["RP1"]
    return {
        "fig21": sweep_figure(
            run.table, "learning_rate", [], LOSS_AND_SHARES, "Fig 21: re-projector (RP1)", MARKS
        ),
        "fig21-training": traces_figure(run.units, title="Fig 21: re-projector, training (RP1)"),
    }


if __name__ == "__main__":
    main("reproject", __doc__, BATCHES, draw)
