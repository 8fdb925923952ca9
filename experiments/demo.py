"""The same loss, very different monosemanticity: a negative initial bias steers training to the
monosemantic side.

Paper:    Figs 1, 4, 5, 7 and 10, in a quarter of the paper's network (N 128, d 64, k 256) and over
          seeds.
Command:  make demo, which is python experiments/demo.py
Expect:   at least five times the mono neurons from offset -1, half of the features covered, at no
          higher loss.
"""

from _main import main

from toymono.gallery.figures import biases_figure, sweep_figure, traces_figure

BATCHES = ("demo",)


def draw(runs):
    """The contrast first, then one zero-bias and one offset member of the lowest rate."""
    run = runs["demo"]
    slow = run.table[run.table.learning_rate == run.table.learning_rate.min()]
    return {
        "demo-contrast": sweep_figure(run.table),
        "demo-training": traces_figure(run.units),
        "demo-map-zero-bias": run.member(slow[slow.bias_offset == 0].index[0]).map(),
        "demo-map-offset": run.member(slow[slow.bias_offset < 0].index[0]).map(),
        "demo-biases": biases_figure(run.units),
    }


if __name__ == "__main__":
    main("demo", __doc__, BATCHES, draw)
