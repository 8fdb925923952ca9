"""The same loss, very different monosemanticity; a negative initial bias steers training to the monosemantic side.

Paper:    Figs 1, 4, 5, 7 and 10, at a laptop's scale and over seeds.
Command:  make demo, which is python experiments/demo.py
Minutes:  2 on two cores.
Expect:   at learning rate .003 a few mono neurons from zero bias and about nine times as many from offset -1, at no
          higher loss; from zero bias the count rises with the learning rate.
"""

from _main import main

from toymono.gallery import biases_figure, map_figure, sweep_figure, traces_figure

BATCHES = ("demo",)


def draw(runs):
    """The contrast first, then one zero-bias and one offset member of the lowest rate."""
    run = runs["demo"]
    slow = run.table[run.table.learning_rate == run.table.learning_rate.min()]
    return {
        "demo-contrast": sweep_figure(run.table),
        "demo-training": traces_figure(run.units),
        "demo-map-zero-bias": map_figure(run, int(slow[slow.bias_offset == 0].index[0])),
        "demo-map-offset": map_figure(run, int(slow[slow.bias_offset < 0].index[0])),
        "demo-biases": biases_figure(run.units),
    }


if __name__ == "__main__":
    main("demo", __doc__, BATCHES, draw)
