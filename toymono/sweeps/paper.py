"""Table 1 of the paper as data, in the paper's own numbers; `presets.py` scales it to smaller
machines.

Batches whose names are not in the paper are toymono's own controls. Scales other than the paper's
leave out values that a curve does not need (`reduced_axes`): the rate .001, which takes 2^17 steps;
offsets far from the threshold; every other density; most rates of the controls.

These scales also train batches of one rate at .01 instead of the paper's .003 and .007, with a
decay that shrinks biases as much. The number of steps goes as 1 / rate, so a network takes a
quarter of the time; in LR3 neither loss nor mono neurons differ more between these rates than
between seeds.
"""

import types
from collections.abc import Mapping
from typing import Any, NamedTuple

Grid = Mapping[str, tuple[Any, ...]]

N_FEATURES, N_EMBED, N_NEURONS, N_STEPS, BATCH_SIZE = (
    512,
    64,
    1024,
    2**17,
    8192,
)  # the paper's defaults
FEATURE_DENSITY = 1 / 64
LEARNING_RATES = (0.001, 0.003, 0.005, 0.007, 0.01, 0.03)
N_NEURONS_GRID = (16, 32, 64, 128, 256, 384, 512, 1024, 2048)
# The paper gives the ends; dense where its threshold -sqrt(eps) lies for the densities of B1 to B5.
BIAS_OFFSETS = (-2.0, -1.0, -0.5, -0.35, -0.25, -0.18, -0.125, -0.06, 0.0, 0.5, 1.0)
DENSITIES = tuple(
    2 ** (-exponent / 2) for exponent in range(20, 2, -1)
)  # 2^-10 to 2^-1.5 by half octaves
DECAYS = tuple(10 ** (-exponent / 2) for exponent in range(7, 2, -1))  # 10^-3.5 to 10^-1.5
L1_WEIGHTS = tuple(10.0**exponent for exponent in range(-7, 1))


class PaperBatch(NamedTuple):
    """A named batch in the paper's own numbers: the union of grids over the paper's defaults."""

    title: str
    grids: tuple[Grid, ...]
    # What scales below the paper's run of its axes, where the whole would take them too long.
    reduced_axes: Grid = types.MappingProxyType({})


_NEGATIVE: Grid = {"bias_offset": (-1.0,), "bias_decay": (0.03,)}
_POWER_LAW: Grid = {"feature_law": ("power-law",)}
_ABSOLUTE: Grid = {"task": ("absolute",), "n_neurons": (2048,)}
_RATES: Grid = {"learning_rate": LEARNING_RATES}
THREE_RATES: Grid = {"learning_rate": (0.003, 0.01, 0.03)}
_WIDTHS: Grid = {"n_neurons": N_NEURONS_GRID, "learning_rate": (0.007,)}
_L1: Grid = {"l1": L1_WEIGHTS, "learning_rate": (0.005,)}


def _offsets(density: float, decay: float) -> tuple[Grid, ...]:
    fixed = {"feature_density": (density,), **_at_rate(_LOW_RATE, decay)}
    return ({"bias_offset": BIAS_OFFSETS, **fixed},)


def _densities(decay: float) -> tuple[Grid, ...]:
    return ({"feature_density": DENSITIES, "bias_offset": (-1.0,), **_at_rate(_LOW_RATE, decay)},)


def _at_rate(rate: float, decay: float) -> Grid:
    """A rate, and the decay that with it takes biases as far as the given one does at .003."""
    return {"learning_rate": (rate,), "bias_decay": (decay * _LOW_RATE / rate,)}


def _near_offsets(decay: float) -> Grid:
    return {"bias_offset": _NEAR_OFFSETS, **_at_rate(_DESK_RATE, decay)}


def _octaves(decay: float, densities: tuple[float, ...] = DENSITIES[4:16:2]) -> Grid:
    return {"feature_density": densities, **_at_rate(_DESK_RATE, decay)}


_LOW_RATE, _DESK_RATE = 0.003, 0.01
_MOST: Grid = {"learning_rate": LEARNING_RATES[1:]}
_DESK: Grid = {"learning_rate": (_DESK_RATE,)}
_NEAR_OFFSETS = (-1.0, -0.35, -0.25, -0.18, -0.125, -0.06, 0.0)


BATCHES: dict[str, PaperBatch] = {
    "LR1": PaperBatch("learning rates from zero bias (Figs 1 left, 3, 4, 5)", (_RATES,), _MOST),
    "LR2": PaperBatch("learning rates, power law (Fig 6)", ({**_RATES, **_POWER_LAW},), _MOST),
    "LR3": PaperBatch(
        "learning rates from offset -1 with decay (Figs 1 right, 7, 10, 11)",
        ({**_RATES, **_NEGATIVE},),
        _MOST,
    ),
    "LR4": PaperBatch(
        "learning rates, power law, offset -1 with decay (Fig 12)",
        ({**_RATES, **_POWER_LAW, **_NEGATIVE},),
        _MOST,
    ),
    "LR5": PaperBatch(
        "learning rates, absolute value, k = 4 N (Fig 22)",
        ({**_RATES, **_ABSOLUTE, **_NEGATIVE},),
        _MOST,
    ),
    "B1": PaperBatch(
        "bias offsets at density 1/16 (Figs 8, 9)", _offsets(1 / 16, 0.03), _near_offsets(0.03)
    ),
    "B2": PaperBatch(
        "bias offsets at density 1/32 (Figs 8, 9)", _offsets(1 / 32, 0.003), _near_offsets(0.003)
    ),
    "B3": PaperBatch(
        "bias offsets at density 1/64 (Figs 8, 9)", _offsets(1 / 64, 0.003), _near_offsets(0.003)
    ),
    "B4": PaperBatch(
        "bias offsets at density 1/128 (Figs 8, 9)", _offsets(1 / 128, 0.003), _near_offsets(0.003)
    ),
    "B5": PaperBatch(
        "bias offsets at density 1/256 (Figs 8, 9)", _offsets(1 / 256, 0.003), _near_offsets(0.003)
    ),
    "B6": PaperBatch(  # printed as a second B3
        "bias offsets and learning rates, GeLU (Fig 13)",
        ({**_RATES, "activation": ("gelu",), "bias_offset": BIAS_OFFSETS, "bias_decay": (0.03,)},),
        reduced_axes={"bias_offset": _NEAR_OFFSETS, "learning_rate": (_DESK_RATE, 0.03)},
    ),
    "E1": PaperBatch(
        "densities, decay .03 (Figs 18, 19, 20)", _densities(0.03), _octaves(0.03, DENSITIES[::2])
    ),
    "E2": PaperBatch("densities, decay .01 (Figs 18, 19)", _densities(0.01), _octaves(0.01)),
    "E3": PaperBatch("densities, decay .003 (Figs 18, 19)", _densities(0.003), _octaves(0.003)),
    "E4": PaperBatch("densities, decay .001 (Figs 18, 19)", _densities(0.001), _octaves(0.001)),
    "K0": PaperBatch("widths from zero bias (Figs 15, 17)", (_WIDTHS,), _DESK),
    "K1": PaperBatch(
        "widths from offset -1 with decay (Figs 2, 15, 17)", ({**_WIDTHS, **_NEGATIVE},), _DESK
    ),
    "K2": PaperBatch(
        "widths, power law, offset -1 with decay (Fig 16)",
        ({**_WIDTHS, **_NEGATIVE, **_POWER_LAW},),
        _DESK,
    ),
    "RG1-zero": PaperBatch("L1 weights from zero bias, as text and Fig 14 have it", (_L1,)),
    "RG1-negative": PaperBatch(
        "L1 weights from offset -1 with decay, as Table 1 has it", ({**_L1, **_NEGATIVE},)
    ),
    "RP1": PaperBatch(
        "learning rates, re-projector, offset -1 with decay (Fig 21)",
        ({**_RATES, **_NEGATIVE, "task": ("reproject",)},),
        _MOST,
    ),
    "D1": PaperBatch(
        "bias decays, absolute value, k = 4 N, offset -1 (Fig 23)",
        ({**_ABSOLUTE, "learning_rate": (0.007,), "bias_offset": (-1.0,), "bias_decay": DECAYS},),
    ),
    "D2": PaperBatch(
        "control: bias decays and learning rates, decoder, offset -1",
        ({"learning_rate": (0.003, 0.007, 0.03), "bias_offset": (-1.0,), "bias_decay": DECAYS},),
        reduced_axes=_DESK,
    ),
    "K3": PaperBatch(
        "control: widths at one batch size, from both starts",
        tuple({**_WIDTHS, "batch_size": (BATCH_SIZE,), **start} for start in ({}, _NEGATIVE)),
        _DESK,
    ),
    "O1": PaperBatch(
        "control: other optimisers and schedules, from both starts",
        tuple(
            {**THREE_RATES, **start, **trained_by}
            for start in ({}, _NEGATIVE)
            for trained_by in (
                {"optimizer": ("lamb", "adam")},
                {"schedule": ("periodic", "cosine", "constant")},
            )
        ),
        reduced_axes={"learning_rate": (0.003, 0.01)},
    ),
    "S1": PaperBatch(
        "control: random sparse weights at equal multiply-adds",
        (
            _RATES,
            *(
                {
                    **_RATES,
                    "connectivity": ("random",),
                    "n_neurons": (k,),
                    "weight_density": (N_NEURONS / k,),
                }
                | {"batch_size": (BATCH_SIZE,)}
                for k in (2048, 4096)
            ),
        ),
        reduced_axes=_DESK,
    ),
    "V1": PaperBatch(
        "control: overlap of neurons priced at 1 (Wright 2023), from zero bias",
        ({"neuron_overlap": (1.0,), "learning_rate": (_LOW_RATE,)},),
    ),
    "N1": PaperBatch(
        "control: dimensions d, offset -1",
        ({"n_embed": (16, 32, 48, 64, 96), "learning_rate": (0.01,), **_NEGATIVE},),
    ),
    "N2": PaperBatch(
        "control: bias offsets at other dimensions d, else as B3",
        tuple({"n_embed": (d,), **grid} for d in (32, 48, 96) for grid in _offsets(1 / 64, 0.003)),
        _near_offsets(0.003),
    ),
    "H1": PaperBatch(
        "control: learning rates from the hand-built network, k = 2 N and 4 N",
        (
            {
                "initialization": ("hand-built",),
                "learning_rate": (0.001, 0.003, 0.01, 0.03),
                "n_neurons": (1024, 2048),
            },
        ),
    ),
}
