"""Fixed random sparse weights cost loss at equal compute: twice the neurons, half the weights, and
so on.

Paper:    claim C6 (toymono's own batch S1).
Command:  python experiments/sparse.py
Expect:   much loss at equal compute.
"""

from _main import main

from toymono.gallery.figures import sweep_figure

BATCHES = ("S1",)


def draw(runs):
    """Loss and mono neurons against the share of weights that each neuron has, by rate."""
    title = "Random sparse weights at equal multiply-adds (S1)"
    figure = sweep_figure(runs["S1"].table, "weight_density", ["learning_rate"], title=title)
    return {"sparse": figure}


if __name__ == "__main__":
    main("sparse", __doc__, BATCHES, draw)
