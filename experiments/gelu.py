"""With GeLU the mono neurons have a sharp peak near offset -1, which is near GeLU's own minimum.

Paper:    claim C9; Fig 13 (batch B6, printed as a second B3).
Command:  python experiments/gelu.py
Expect:   a sharp peak near offset -1.
"""

from _main import main

from toymono.gallery.figures import sweep_figure
from toymono.plots.sweeps import Mark

BATCHES = ("B6",)
MARKS = (Mark("mono_per_neuron", "a sharp peak near offset -1, dotted", x=-1.0),)


def draw(runs):
    """Mono neurons per neuron and loss against the offset, a curve for each learning rate."""
    title = "Fig 13: GeLU (B6)"
    measures = ("mono_per_neuron", "task_loss")
    return {
        "fig13": sweep_figure(
            runs["B6"].table, "bias_offset", ["learning_rate"], measures, title, MARKS
        )
    }


if __name__ == "__main__":
    main("gelu", __doc__, BATCHES, draw)
