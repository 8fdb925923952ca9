"""More neurons, more mono neurons; the loss falls with k until k > N and is flat from there.

Paper:    claim C5; Figs 2, 15, 17 (batches K0 and K1).
Command:  python experiments/width.py
Expect:   the loss falls until k > N, then is flat; mono neurons per neuron peak at k = N, per
          feature they grow.
"""

import pandas as pd
from _main import main

from toymono.gallery.figures import scores_figure, sweep_figure
from toymono.plots.sweeps import Mark

BATCHES = ("K0", "K1")
DIFFERENCE = Mark(
    "loss_difference", "0 for narrow networks, slightly worse from k = N / 2 to N, better above"
)


def draw(runs):
    """The spread of the scores at k = 2 N; loss, difference of the starts, and mono neurons against
    k.
    """
    zero, negative = runs["K0"], runs["K1"]
    both = pd.concat([zero.table, negative.table])
    twice = min(
        negative.units, key=lambda data: abs(data.attrs["n_neurons"] - 2 * data.attrs["n_features"])
    )
    other = zero.table.set_index(["n_neurons", "seed"]).task_loss
    pairs = negative.table.set_index(["n_neurons", "seed"])
    paired = pairs.assign(loss_difference=pairs.task_loss - other).reset_index()
    n_features = int(both.n_features.iloc[0])
    shares = ("mono_per_neuron", "mono_per_feature")
    marks = [
        Mark(shares[0], "peaks at k = N, dotted", x=n_features),
        Mark(shares[1], "grows with k"),
    ]
    title = "the start from offset -1 less that from zero bias"
    return {
        "fig02": scores_figure(twice, 0, f"Fig 2: scores, k = {twice.attrs['n_neurons']} (K1)"),
        "fig15": sweep_figure(
            both, "n_neurons", ["bias_offset"], ("task_loss",), "Fig 15: loss against width"
        ),
        "fig15-difference": sweep_figure(
            paired, "n_neurons", [], ("loss_difference",), f"Fig 15: loss, {title}", [DIFFERENCE]
        ),
        "fig17": sweep_figure(
            both, "n_neurons", ["bias_offset"], shares, "Fig 17: mono neurons against width", marks
        ),
    }


if __name__ == "__main__":
    main("width", __doc__, BATCHES, draw)
