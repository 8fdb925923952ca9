"""Are there d + 1 neurons with a positive bias, whatever d is? Does the bias threshold follow eps,
or N eps / d?

Paper:    claims M3 and M6; 33, 65 and 130 such neurons at d 32, 64 and 128 (here batches N1, N2 and
          B3).
Command:  python experiments/dimensions.py
Expect:   d + 1 such neurons, whatever d is.
"""

import pandas as pd
from _main import main

from toymono.gallery.figures import sweep_figure
from toymono.plots.sweeps import Mark

BATCHES = ("N1", "N2", "B3")
COUNTS = ("n_clearly_positive_bias", "n_positive_bias", "block_rank")
SHOWN = [-1.05, 0.55]


def draw(runs):
    """Counts of positive biases and rank of the block against d; mono neurons against the offset
    for each d.
    """
    dimensions = runs["N1"].table
    thresholds = pd.concat([runs["N2"].table, runs["B3"].table])
    root = float(thresholds.feature_density.iloc[0]) ** 0.5
    marks = (Mark("mono_per_feature", "-sqrt(density), dotted, whatever d is", x=-root),)
    title, shares = (
        "The bias threshold at four dimensions d (N2, B3)",
        ("mono_per_feature", "nearly_covered_per_feature"),
    )
    figure = sweep_figure(thresholds, "bias_offset", ["n_embed"], shares, title, marks)
    return {
        "dimensions": sweep_figure(
            dimensions, "n_embed", [], COUNTS, "Neurons with a positive bias against d (N1)"
        ),
        "thresholds": figure.update_xaxes(range=SHOWN),
    }


if __name__ == "__main__":
    main("dimensions", __doc__, BATCHES, draw)
