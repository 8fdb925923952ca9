"""With power-law features mono neurons keep growing after the loss is flat, as rare features are
learned.

Paper:    claim C9; Figs 6, 12, 16 (batches LR2, LR4, K2).
Command:  python experiments/power_law.py
Expect:   mono neurons per feature still rise at the last record.
"""

from _main import main

from toymono.gallery.figures import traces_figure

BATCHES = ("LR2", "LR4", "K2")


def draw(runs):
    """Training for each learning rate from both starts, and for each width."""
    return {
        "fig06": traces_figure(runs["LR2"].units, title="Fig 6: power law, zero bias (LR2)"),
        "fig12": traces_figure(
            runs["LR4"].units, title="Fig 12: power law, offset -1 with decay (LR4)"
        ),
        "fig16": traces_figure(
            runs["K2"].units, ["n_neurons"], title="Fig 16: power law, widths (K2)"
        ),
    }


if __name__ == "__main__":
    main("power_law", __doc__, BATCHES, draw)
