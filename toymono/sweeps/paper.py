"""Table 1 of the paper as data, in the paper's own numbers, and the rule that scales it to smaller machines.

Batches whose names the paper does not have are toymono's own controls.
"""

import dataclasses
import types
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from toymono.config import Config, Hyper, Sweep, require

ScaleName = Literal["paper", "laptop", "smoke"]
Grid = Mapping[str, tuple[Any, ...]]

N_FEATURES, N_NEURONS, N_STEPS, BATCH_SIZE = 512, 1024, 2**17, 8192  # the paper's defaults
FEATURE_DENSITY = 1 / 64
LEARNING_RATES = (0.001, 0.003, 0.005, 0.007, 0.01, 0.03)
N_NEURONS_GRID = (16, 32, 64, 128, 256, 384, 512, 1024, 2048)
# The paper gives the ends; dense where its threshold -sqrt(eps) lies for the densities of B1 to B5.
BIAS_OFFSETS = (-2.0, -1.0, -0.5, -0.35, -0.25, -0.18, -0.125, -0.06, 0.0, 0.5, 1.0)
DENSITIES = tuple(2 ** (-exponent / 2) for exponent in range(20, 2, -1))  # 2^-10 to 2^-1.5 by half octaves
DECAYS = tuple(10 ** (-exponent / 2) for exponent in range(7, 2, -1))  # 10^-3.5 to 10^-1.5
L1_WEIGHTS = tuple(10.0**exponent for exponent in range(-7, 1))


class Scale(NamedTuple):
    """Sizes and steps, and what follows from them for the paper's other numbers; see `scaled`."""

    config: Config
    density_factor: float
    most_samples: int  # in a batch
    values_per_axis: int | None = None  # of a longer axis the ends and what lies evenly between; None: all


SCALES: dict[ScaleName, Scale] = {
    "paper": Scale(
        Config(n_features=N_FEATURES, n_embed=64, n_neurons=N_NEURONS, batch_size=BATCH_SIZE, n_steps=N_STEPS),
        density_factor=1.0,
        most_samples=2**19,
    ),
    # Twice the density is half-way between keeping eps and keeping N * eps / d, which falls from 1/8 to 1/16; a
    # feature is seen 16 times in a batch, the paper's 128 times. Narrow networks get 2048 samples at most: their time
    # goes into the samples, not into the matrix products.
    "laptop": Scale(
        Config(n_features=128, n_embed=64, n_neurons=256, batch_size=512, n_steps=2**13),
        density_factor=2.0,
        most_samples=2048,
    ),
    # Seconds, for tests: too small and too short to say anything about monosemanticity.
    "smoke": Scale(
        Config(n_features=16, n_embed=8, n_neurons=32, batch_size=64, n_steps=1024, schedule_period=64),
        density_factor=8.0,
        most_samples=256,
        values_per_axis=3,
    ),
}


class Batch(NamedTuple):
    """A named sweep, in the paper's own numbers: the union of some grids over the paper's defaults."""

    title: str
    grids: tuple[Grid, ...]
    thinned: Grid = types.MappingProxyType(
        {}
    )  # what scales below the paper's run of its axes, where the whole would take them too long


_NEGATIVE: Grid = {"bias_offset": (-1.0,), "bias_decay": (0.03,)}
_POWER_LAW: Grid = {"feature_law": ("power-law",)}
_ABSOLUTE: Grid = {"task": ("absolute",), "n_neurons": (2048,)}
_RATES: Grid = {"learning_rate": LEARNING_RATES}
_THREE_RATES: Grid = {"learning_rate": (0.003, 0.01, 0.03)}
_WIDTHS: Grid = {"n_neurons": N_NEURONS_GRID, "learning_rate": (0.007,)}
_L1: Grid = {"l1": L1_WEIGHTS, "learning_rate": (0.005,)}


def _offsets(density: float, decay: float) -> tuple[Grid, ...]:
    fixed = {"feature_density": (density,), "learning_rate": (0.003,), "bias_decay": (decay,)}
    return ({"bias_offset": BIAS_OFFSETS, **fixed},)


def _densities(decay: float) -> tuple[Grid, ...]:
    fixed = {"learning_rate": (0.003,), "bias_offset": (-1.0,), "bias_decay": (decay,)}
    return ({"feature_density": DENSITIES, **fixed},)


_WHOLE_OCTAVES: Grid = {"feature_density": DENSITIES[::2]}


BATCHES: dict[str, Batch] = {
    "LR1": Batch("learning rates from zero bias (Figs 1 left, 3, 4, 5)", (_RATES,)),
    "LR2": Batch("learning rates, power law (Fig 6)", ({**_RATES, **_POWER_LAW},)),
    "LR3": Batch("learning rates from offset -1 with decay (Figs 1 right, 7, 10, 11)", ({**_RATES, **_NEGATIVE},)),
    "LR4": Batch("learning rates, power law, offset -1 with decay (Fig 12)", ({**_RATES, **_POWER_LAW, **_NEGATIVE},)),
    "LR5": Batch("learning rates, absolute value, k = 4 N (Fig 22)", ({**_RATES, **_ABSOLUTE, **_NEGATIVE},)),
    "B1": Batch("bias offsets at density 1/16 (Figs 8, 9)", _offsets(1 / 16, 0.03)),
    "B2": Batch("bias offsets at density 1/32 (Figs 8, 9)", _offsets(1 / 32, 0.003)),
    "B3": Batch("bias offsets at density 1/64 (Figs 8, 9)", _offsets(1 / 64, 0.003)),
    "B4": Batch("bias offsets at density 1/128 (Figs 8, 9)", _offsets(1 / 128, 0.003)),
    "B5": Batch("bias offsets at density 1/256 (Figs 8, 9)", _offsets(1 / 256, 0.003)),
    "B6": Batch(  # printed as a second B3
        "bias offsets and learning rates, GeLU (Fig 13)",
        ({**_RATES, "activation": ("gelu",), "bias_offset": BIAS_OFFSETS, "bias_decay": (0.03,)},),
        thinned={"learning_rate": (0.003, 0.007, 0.03)},
    ),
    "E1": Batch("densities, decay .03 (Figs 18, 19, 20)", _densities(0.03)),
    "E2": Batch("densities, decay .01 (Figs 18, 19)", _densities(0.01), _WHOLE_OCTAVES),
    "E3": Batch("densities, decay .003 (Figs 18, 19)", _densities(0.003), _WHOLE_OCTAVES),
    "E4": Batch("densities, decay .001 (Figs 18, 19)", _densities(0.001), _WHOLE_OCTAVES),
    "K0": Batch("widths from zero bias (Figs 15, 17)", (_WIDTHS,)),
    "K1": Batch("widths from offset -1 with decay (Figs 2, 15, 17)", ({**_WIDTHS, **_NEGATIVE},)),
    "K2": Batch("widths, power law, offset -1 with decay (Fig 16)", ({**_WIDTHS, **_NEGATIVE, **_POWER_LAW},)),
    "RG1-zero": Batch("L1 weights from zero bias, as text and Fig 14 have it", (_L1,)),
    "RG1-negative": Batch("L1 weights from offset -1 with decay, as Table 1 has it", ({**_L1, **_NEGATIVE},)),
    "RP1": Batch(
        "learning rates, re-projector, offset -1 with decay (Fig 21)",
        ({**_RATES, **_NEGATIVE, "task": ("reproject",)},),
    ),
    "D1": Batch(
        "bias decays, absolute value, k = 4 N, offset -1 (Fig 23)",
        ({**_ABSOLUTE, "learning_rate": (0.007,), "bias_offset": (-1.0,), "bias_decay": DECAYS},),
    ),
    "D2": Batch(
        "control: bias decays and learning rates, decoder, offset -1",
        ({"learning_rate": (0.003, 0.007, 0.03), "bias_offset": (-1.0,), "bias_decay": DECAYS},),
    ),
    "K3": Batch(
        "control: widths at one batch size, from both starts",
        tuple({**_WIDTHS, "batch_size": (BATCH_SIZE,), **start} for start in ({}, _NEGATIVE)),
    ),
    "O1": Batch(
        "control: other optimisers and schedules, from both starts",
        tuple(
            {**_THREE_RATES, **start, **trained_by}
            for start in ({}, _NEGATIVE)
            for trained_by in (
                {"optimizer": ("lamb", "adam")},
                {"schedule": ("cosine", "constant")},
            )
        ),
    ),
    "S1": Batch(
        "control: random sparse weights at equal multiply-adds",
        (
            _RATES,
            *(
                {**_RATES, "connectivity": ("random",), "n_neurons": (k,), "weight_density": (N_NEURONS / k,)}
                | {"batch_size": (BATCH_SIZE,)}
                for k in (2048, 4096)
            ),
        ),
        thinned={"learning_rate": (0.003, 0.007, 0.03)},
    ),
}


def scaled(scale: Scale, grid: Grid) -> Iterator[dict[str, tuple[Any, ...]]]:
    """A grid of the paper's numbers at another scale, one grid for each width.

    Kept: k / N; decay * learning rate * steps, on which rests whether the biases come up at all; batch * k, hence
    the multiply-adds of a step, as far as `most_samples` goes; learning rates, offsets and L1 weights themselves.
    Densities are multiplied by the scale's own factor and end at 1. Not kept: N / d, steps, and with the decay its
    strength against the optimiser's own step, to which it stands as decay to 1.
    """
    grid = {"feature_density": (FEATURE_DENSITY,), **grid}
    densities = (density * scale.density_factor for density in grid["feature_density"])
    numbers = {**grid, "feature_density": tuple(density for density in densities if density <= 1)}
    if "bias_decay" in grid:
        numbers["bias_decay"] = tuple(decay * N_STEPS / scale.config.n_steps for decay in grid["bias_decay"])
    numbers = {name: _thinned(values, scale.values_per_axis) for name, values in numbers.items()}
    for k in numbers.pop("n_neurons", (N_NEURONS,)):
        n_neurons = max(1, k * scale.config.n_features // N_FEATURES)
        batch = scale.config.batch_size * (1 if "batch_size" in grid else scale.config.n_neurons / n_neurons)
        yield {**numbers, "n_neurons": (n_neurons,), "batch_size": (min(int(batch), scale.most_samples),)}


def _thinned(values: tuple[Any, ...], most: int | None) -> tuple[Any, ...]:
    if most is None or len(values) <= most:
        return values
    return tuple(values[round(place * (len(values) - 1) / (most - 1))] for place in range(most))


def _batch_sweep(batch: Batch, scale: Scale, seeds: tuple[int, ...]) -> Sweep:
    whole = scale.config.n_neurons == N_NEURONS
    grids = tuple(grid if whole else {**grid, **batch.thinned} for grid in batch.grids)
    return Sweep(base=scale.config, grids=tuple(point for grid in grids for point in scaled(scale, grid)), seeds=seeds)


def _demo_sweep(scale: Scale, seeds: tuple[int, ...]) -> Sweep:
    # A quarter of the batch keeps it under two minutes on two cores.
    config = dataclasses.replace(scale.config, batch_size=scale.config.batch_size // 4)
    zero = {**_THREE_RATES, "feature_density": (FEATURE_DENSITY * scale.density_factor,)}
    # Over the first half of training this takes the biases to e^-4 of their start at the lowest rate.
    decay = 4 / (0.003 * config.n_steps / 2)
    return Sweep(base=config, grids=(zero, {**zero, "bias_offset": (-1.0,), "bias_decay": (decay,)}), seeds=seeds)


PRESETS: dict[str, str] = {  # names of sweeps, and what each is
    "demo": "zero bias against offset -1 with decay, at three learning rates",
    **{name: batch.title for name, batch in BATCHES.items()},
}


def preset_sweep(name: str, scale: ScaleName, seeds: tuple[int, ...] = (0, 1, 2)) -> Sweep:
    """A named sweep at a scale; the paper ran every setting once, toymono with at least three seeds.

    Raises InputError for a name that PRESETS does not have.
    """
    require(name in PRESETS, "a preset", f"one of {', '.join(PRESETS)}", name, "see `toymono list`")
    if name == "demo":
        return _demo_sweep(SCALES[scale], seeds)
    return _batch_sweep(BATCHES[name], SCALES[scale], seeds)


def batch_of(sweep: Sweep) -> tuple[str, ScaleName] | None:
    """The preset and scale that trains just these models, whatever its seeds and records are; None if none does."""
    models = _models(sweep)
    for scale in SCALES:
        for name in PRESETS:
            if _models(preset_sweep(name, scale)) == models:
                return name, scale
    return None


def _models(sweep: Sweep) -> set[tuple[Config, Hyper]]:
    # What a user may choose of a preset makes no other batch of it.
    base = dataclasses.replace(sweep.base, record_phase="rest", record_params="last", matmul_precision="float32")
    return set(dataclasses.replace(sweep, base=base).models())
