"""The mechanism: a threshold and a line from the mono neurons, a rank-d identity from the rest.

Paper:    claims M1, M2 and M4; section 5; Figs 24, 25, 26 (batches E1 and LR3).
Command:  python experiments/circuits.py
Expect:   onset near .4 and a second kink near .8; d = 64 singular values of .99 to 1.03, the others
          0.
"""

import numpy as np
from _main import main

from toymono.gallery.circuits import amplitude_figure, spectrum_figure
from toymono.gallery.figures import member_figure

BATCHES = ("E1", "LR3")


def nearest(data, density):
    """Place of the setting of a unit whose density is nearest."""
    return int(np.argmin(np.abs(np.log(data.feature_density.values / density))))


def draw(runs):
    """Answers to lone features at two densities, spectra of the linear block, and one network on a
    page.
    """
    (dense,), rates = runs["E1"].units, runs["LR3"].units
    common, rare = (nearest(dense, density) for density in (1 / 64, 1 / 256))
    chosen = [(data, setting) for data in rates for setting in range(data.sizes["setting"])]
    spectra = [
        (f"LR3, lr {float(data.learning_rate[setting]):g}", data, setting)
        for data, setting in chosen
    ]
    return {
        "fig24": amplitude_figure(
            dense, common, f"Fig 24: density {float(dense.feature_density[common]):.3g} (E1)"
        ),
        "fig25": amplitude_figure(
            dense, rare, f"Fig 25: density {float(dense.feature_density[rare]):.3g} (E1)"
        ),
        "fig24-rates": amplitude_figure(rates[0], 0, "Fig 24 at the lowest rate (LR3)"),
        "fig26": spectrum_figure(
            [("E1", dense, common), *spectra], "Fig 26: the linear block (E1, LR3)"
        ),
        "circuit": member_figure(runs["LR3"], 0, "A network taken apart (LR3)"),
    }


if __name__ == "__main__":
    main("circuits", __doc__, BATCHES, draw)
