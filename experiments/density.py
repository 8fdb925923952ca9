"""Monosemanticity fades smoothly as features grow dense, up to about density d / N and beyond.

Paper:    claim C8; Figs 18, 19, 20 (batches E1 to E4).
Command:  python experiments/density.py
Expect:   a peak near density 2^-5, the decline from N eps = d / 4, almost none by N eps = 2 d.
"""

import pandas as pd
from _main import main

from toymono.gallery.figures import sweep_figure
from toymono.plots.sweeps import Mark

BATCHES = ("E1", "E2", "E3", "E4")


def draw(runs):
    """Mono neurons against the density, a curve for each decay; then maps on both sides of N eps =
    d / 2.
    """
    table = pd.concat([runs[batch].table for batch in BATCHES])
    limit = float(table.n_embed.iloc[0] / table.n_features.iloc[0])
    words = (("decline from d / 4N", limit / 4), ("none by 2d / N", 2 * limit))
    marks = [
        Mark(m, text, x=x)
        for m in ("mono_per_neuron", "mono_per_feature")
        for text, x in words
        if x <= 1
    ]
    title = "Figs 18 and 19: feature density (E1 to E4)"
    shares = ("mono_per_neuron", "mono_per_feature")
    drawn = {
        "fig18-19": sweep_figure(table, "feature_density", ["bias_decay"], shares, title, marks)
    }
    dense = runs["E1"].table
    for name, share in (("quarter", 0.25), ("half", 0.5), ("whole", 1.0)):
        member = runs["E1"].member((dense.feature_density / limit - share).abs().idxmin())
        drawn[f"fig20-{name}"] = member.map(f"Fig 20: about N eps = {share:g} d (E1)")
    return drawn


if __name__ == "__main__":
    main("density", __doc__, BATCHES, draw)
