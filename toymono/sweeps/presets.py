"""The named sweeps: the paper's batches at three scales, and the one rule that scales them."""

import dataclasses
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from toymono.config import Config, Hyper, Sweep, require
from toymono.sweeps.paper import (
    BATCH_SIZE,
    BATCHES,
    FEATURE_DENSITY,
    N_EMBED,
    N_FEATURES,
    N_NEURONS,
    N_STEPS,
    THREE_RATES,
    Batch,
    Grid,
)

ScaleName = Literal["paper", "laptop", "smoke"]


class Scale(NamedTuple):
    """Sizes and steps, and what follows from them for the paper's other numbers; see `scaled`."""

    config: Config
    density_factor: float
    most_samples: int  # in a batch
    values_per_axis: int | None = None  # of a longer axis the ends and what lies evenly between; None: all


SCALES: dict[ScaleName, Scale] = {
    "paper": Scale(
        Config(n_features=N_FEATURES, n_embed=N_EMBED, n_neurons=N_NEURONS, batch_size=BATCH_SIZE, n_steps=N_STEPS),
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
    shorter = N_STEPS // scale.config.n_steps
    if "bias_decay" in grid:
        numbers["bias_decay"] = tuple(decay * shorter for decay in grid["bias_decay"])
    if "n_steps" in grid:
        numbers["n_steps"] = tuple(steps // shorter for steps in grid["n_steps"])
    if "n_embed" in grid:
        numbers["n_embed"] = tuple(d * scale.config.n_embed // N_EMBED for d in grid["n_embed"])
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
    # A quarter of the batch keeps it under two minutes on two cores. All records are kept: maps can be replayed.
    config = dataclasses.replace(scale.config, batch_size=scale.config.batch_size // 4, record_params="all")
    zero = {**THREE_RATES, "feature_density": (FEATURE_DENSITY * scale.density_factor,)}
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
