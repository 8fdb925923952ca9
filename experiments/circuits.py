"""The mechanism: a threshold and a line from the mono neurons, a rank-d identity from the rest.

Paper:    section 5; Figs 24, 25, 26 (batch E1; and toymono's own T1, which trains for longer).
Command:  python experiments/circuits.py
Minutes:  32 on two cores.
Expect:   d = 64 singular values near 1 and the others 0; a feature alone is about doubled past an amplitude of .15.
"""

import numpy as np
from _main import main

from toymono.dissection import amplitude_figure, spectrum_figure
from toymono.gallery import member_figure

BATCHES = ("E1", "T1")


def nearest(data, density):
    """Place of the setting of a unit whose density is nearest."""
    return int(np.argmin(np.abs(np.log(data.feature_density.values / density))))


def draw(runs):
    """Answers to lone features at two densities, spectra of the linear block, and one network on a page."""
    (dense,), (longer,) = runs["E1"].units, runs["T1"].units
    unit = dense.feature_density.values.max() / dense.feature_density.values.min() > 4
    common, rare = (nearest(dense, density) for density in ((1 / 32, 1 / 128) if unit else (0.5, 0.1)))
    starts = [place for place in range(longer.sizes["setting"]) if longer.bias_offset[place] < 0]
    names = {place: f"T1, lr {float(longer.learning_rate[place]):g}" for place in starts}
    member = runs["T1"].table.query("bias_offset < 0").index[0]
    spectra = [("E1", dense, common), *((name, longer, place) for place, name in names.items())]
    return {
        "fig24": amplitude_figure(dense, common, f"Fig 24: density {float(dense.feature_density[common]):.3g} (E1)"),
        "fig25": amplitude_figure(dense, rare, f"Fig 25: density {float(dense.feature_density[rare]):.3g} (E1)"),
        "fig24-longer": amplitude_figure(longer, starts[0], f"Fig 24 after four times the steps ({names[starts[0]]})"),
        "fig26": spectrum_figure(spectra, "Fig 26: the linear block (E1, T1)"),
        "circuit": member_figure(runs["T1"], int(member), "A network taken apart (T1)"),
    }


if __name__ == "__main__":
    main("circuits", __doc__, BATCHES, draw)
