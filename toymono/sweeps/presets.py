"""The named sweeps: the paper's batches at three scales, and the one rule that scales them."""

import dataclasses
import functools
import itertools
import math
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from toymono.config import Config, Hyper, Sweep, require
from toymono.sweeps.elhage import TOYS, toy_base, toy_sweep
from toymono.sweeps.paper import (
    BATCH_SIZE,
    BATCHES,
    FEATURE_DENSITY,
    N_EMBED,
    N_FEATURES,
    N_NEURONS,
    N_STEPS,
    Grid,
    PaperBatch,
)
from toymono.sweeps.race import race_sweep
from toymono.sweeps.recipes import recipe_sweep
from toymono.sweeps.worlds import world_sweep

ScaleName = Literal["desk", "paper", "smoke"]

_RATE_STEPS = (
    0.01 * 2**14
)  # learning rate * steps that finishes a network: see experiments/recipe.py
_FEWEST_STEPS = 2**14
_MOST_DECAY = 5  # times the paper's own


class Scale(NamedTuple):
    """Sizes and steps, and what follows from them for the paper's other numbers; see `scaled`."""

    config: Config
    density_factor: float
    most_samples: int  # in a batch
    values_per_axis: int | None = (
        None  # of a longer axis the ends and what lies evenly between; None: all
    )
    steps_by_rate: bool = False  # as many as the learning rate needs, in place of one number


SCALES: dict[ScaleName, Scale] = {
    # The paper's networks and data with the cheapest training that ends where the paper's ends
    # (experiments/recipe.py): a thirty-second of the batch, one cosine to 0, and the steps that the
    # rate needs. Narrow networks get 2048 samples at most: their time goes into the samples, not
    # into the matrix products.
    "desk": Scale(
        Config(
            n_features=N_FEATURES,
            n_embed=N_EMBED,
            n_neurons=N_NEURONS,
            batch_size=256,
            n_steps=_FEWEST_STEPS,
            schedule="cosine",
        ),
        density_factor=1.0,
        most_samples=2048,
        steps_by_rate=True,
    ),
    "paper": Scale(
        Config(
            n_features=N_FEATURES,
            n_embed=N_EMBED,
            n_neurons=N_NEURONS,
            batch_size=BATCH_SIZE,
            n_steps=N_STEPS,
        ),
        density_factor=1.0,
        most_samples=2**19,
    ),
    # Seconds, for tests: too small and too short to say anything about monosemanticity.
    "smoke": Scale(
        Config(
            n_features=16, n_embed=8, n_neurons=32, batch_size=64, n_steps=1024, schedule_period=64
        ),
        density_factor=8.0,
        most_samples=256,
        values_per_axis=3,
    ),
}


def steps_of(scale: Scale, rate: float) -> int:
    """Number of steps at a learning rate; LAMB moves tensors by fixed shares, so low rates need
    more.

    At desk scale the power of two nearest to 164 / rate, and 2^14 at least: 2^16 at .003, 2^15 at
    .005 and .007.
    """
    if not scale.steps_by_rate:
        return scale.config.n_steps
    return max(_FEWEST_STEPS, 2 ** round(math.log2(_RATE_STEPS / rate)))


def scaled(scale: Scale, grid: Grid) -> Iterator[dict[str, tuple[Any, ...]]]:
    """A grid of the paper's numbers at another scale, one grid for each width and number of steps.

    Kept: k / N; decay * learning rate * steps, on which rests whether the biases come up at all, up
    to five times the paper's decay; batch * k, hence the multiply-adds of a step, as far as
    `most_samples` goes; learning rates, offsets and L1 weights themselves. Densities are multiplied
    by the scale's own factor and end at 1. Desk scale keeps N, d, k and the densities as well. Not
    kept: steps and samples, and with the decay its strength against the optimiser's own step, to
    which it stands as decay to 1.
    """
    grid = {
        "feature_density": (FEATURE_DENSITY,),
        "learning_rate": (Hyper().learning_rate,),
        **grid,
    }
    densities = (density * scale.density_factor for density in grid["feature_density"])
    numbers = {**grid, "feature_density": tuple(density for density in densities if density <= 1)}
    if "n_embed" in grid:
        numbers["n_embed"] = tuple(d * scale.config.n_embed // N_EMBED for d in grid["n_embed"])
    numbers = {
        name: _evenly_spaced(values, scale.values_per_axis) for name, values in numbers.items()
    }
    for k in numbers.pop("n_neurons", (N_NEURONS,)):
        n_neurons = max(1, k * scale.config.n_features // N_FEATURES)
        batch = scale.config.batch_size * (
            1 if "batch_size" in grid else scale.config.n_neurons / n_neurons
        )
        shape = {"n_neurons": (n_neurons,), "batch_size": (min(int(batch), scale.most_samples),)}
        for trained in _trained(scale, numbers):
            yield {**numbers, **trained, **shape}


def _trained(scale: Scale, numbers: Grid) -> Iterator[dict[str, tuple[Any, ...]]]:
    """Learning rates, steps and decays of a grid, grouped by the steps that a rate needs."""
    by_steps = itertools.groupby(numbers["learning_rate"], lambda rate: steps_of(scale, rate))
    for steps, rates in by_steps:
        decays = numbers.get("bias_decay", (0.0,))
        most = _MOST_DECAY if scale.steps_by_rate else math.inf
        longer = min(N_STEPS / steps, most)
        yield {
            "learning_rate": tuple(rates),
            "n_steps": (steps,),
            "bias_decay": tuple(d * longer for d in decays),
        }


def _evenly_spaced(values: tuple[Any, ...], most: int | None) -> tuple[Any, ...]:
    if most is None or len(values) <= most:
        return values
    return tuple(values[round(i * (len(values) - 1) / (most - 1))] for i in range(most))


def _batch_sweep(batch: PaperBatch, scale: Scale, seeds: tuple[int, ...]) -> Sweep:
    whole = scale is SCALES["paper"]
    grids = tuple(grid if whole else {**grid, **batch.reduced_axes} for grid in batch.grids)
    return Sweep(
        base=scale.config,
        grids=tuple(point for grid in grids for point in scaled(scale, grid)),
        seeds=seeds,
    )


class _Demo(NamedTuple):
    config: Config
    rates: tuple[float, ...]
    density: float
    decay: float


_SMOKE_DEMO = _Demo(SCALES["smoke"].config, (0.003, 0.01, 0.03), 1 / 8, 4 / (0.003 * 1024 / 2))
# A quarter of the paper's features and neurons, where the contrast takes minutes; it is the same at
# desk and paper.
_DEMO = _Demo(
    Config(
        n_features=128,
        n_embed=64,
        n_neurons=256,
        batch_size=256,
        n_steps=2**13,
        schedule="cosine",
        records_per_octave=2,
    ),
    rates=(0.01,),
    density=1 / 32,
    decay=7
    / (0.01 * 2**13 / 2),  # takes the biases to e^-7 of their start in the first half of training
)


def _demo_sweep(demo: _Demo, seeds: tuple[int, ...]) -> Sweep:
    # All records are kept: maps can be replayed.
    base = dataclasses.replace(demo.config, record_params="all")
    return _two_starts(base, demo, seeds)


def _two_starts(
    base: Config, demo: _Demo, seeds: tuple[int, ...], **more: tuple[Any, ...]
) -> Sweep:
    """Zero bias, and offset -1 with decay."""
    return Sweep(base=base, grids=tuple({**grid, **more} for grid in _starts(demo)), seeds=seeds)


def _starts(demo: _Demo) -> tuple[dict[str, tuple[Any, ...]], ...]:
    zero = {"learning_rate": demo.rates, "feature_density": (demo.density,)}
    return zero, {**zero, "bias_offset": (-1.0,), "bias_decay": (demo.decay,)}


_AT_DEMO_SIZE = ("demo", "levers", "basins", "worlds")
PRESETS: dict[str, str] = {  # names of sweeps, and what each is
    "demo": "zero bias against offset -1 with decay, small enough for minutes",
    "recipe": "batch, steps, schedule, optimizer: "
    "the cheapest training that ends where the paper's ends",
    "levers": "every lever at five strengths and equal multiply-adds, at the demo's shape",
    "basins": "zero bias and offset -1, each from two draws of initial weights in one world",
    "worlds": "features in groups and trees and with common factors, from zero bias and offset -1",
    **TOYS,
    **{name: batch.title for name, batch in BATCHES.items()},
}


def preset_sweep(name: str, scale: ScaleName, seeds: tuple[int, ...] = (0, 1, 2)) -> Sweep:
    """A named sweep at a scale, with at least three seeds; the paper ran every setting once.

    Raises InputError for a name that PRESETS does not have.
    """
    require(name in PRESETS, "a preset", f"one of {', '.join(PRESETS)}", name, "see `toymono list`")
    demo = _SMOKE_DEMO if scale == "smoke" else _DEMO
    if name == "demo":
        return _demo_sweep(demo, seeds)
    if name == "recipe":
        return recipe_sweep(SCALES[scale].config, seeds)
    if name == "levers":
        return race_sweep(*race_of(scale), seeds, whole=scale != "smoke")
    if name in TOYS:
        return toy_sweep(name, scale, seeds)
    fastest = demo._replace(rates=demo.rates[-1:])
    if name == "worlds":
        whole, starts = scale != "smoke", _starts(fastest)
        return world_sweep(race_of(scale)[0], starts, demo.density, seeds, whole)
    if name == "basins":
        return _two_starts(race_of(scale)[0], fastest, seeds, redraw=(0.0, 1.0))
    return _batch_sweep(BATCHES[name], SCALES[scale], seeds)


def race_of(scale: ScaleName) -> tuple[Config, float]:
    """The shape that levers are raced at, and its feature density: the demo's, with half of its
    batch and the authors' periodic schedule.

    Under one cosine a network of this size has not finished by the rule: the falling rate alone
    takes more than a tenth of its loss in the second half, at twice the steps too.
    """
    demo = _SMOKE_DEMO if scale == "smoke" else _DEMO
    base = dataclasses.replace(
        demo.config,
        batch_size=demo.config.batch_size // 2,
        schedule="periodic",
        records_per_octave=1,
    )
    return base, demo.density


def batch_of(sweep: Sweep) -> tuple[str, ScaleName] | None:
    """The preset and scale with just these models, whatever its seeds and records; None if there is
    none.
    """
    models = _models(sweep)
    for scale in SCALES:
        for name in PRESETS:
            same_size = _size(name, scale) == sweep.base.n_features
            if same_size and _models_of(name, scale) == models:
                return name, scale
    return None


def _size(name: str, scale: ScaleName) -> int:
    """The number of features of all networks of a preset, known without making it."""
    if name in TOYS:
        return toy_base(name, scale).n_features
    small = _SMOKE_DEMO if scale == "smoke" else _DEMO
    return (small if name in _AT_DEMO_SIZE else SCALES[scale]).config.n_features


@functools.cache
def _models_of(name: str, scale: ScaleName) -> set[tuple[Config, Hyper]]:
    return _models(preset_sweep(name, scale))


def _models(sweep: Sweep) -> set[tuple[Config, Hyper]]:
    # How networks are recorded and computed makes no other batch of them.
    base = dataclasses.replace(
        sweep.base,
        record_phase="rest",
        record_params="last",
        records_per_octave=1,
        matmul_precision="float32",
    )
    return set(dataclasses.replace(sweep, base=base).models())
