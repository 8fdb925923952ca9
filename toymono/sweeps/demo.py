"""Sweeps at the demo's shape: a quarter of the paper's features and neurons, trained in minutes."""

import dataclasses
from typing import NamedTuple

from toymono.config import Config, Sweep
from toymono.sweeps.paper import Grid
from toymono.sweeps.scales import SCALES, ScaleName


class Demo(NamedTuple):
    """The shape, rates, density and decay of the demo; its start is decayed from offset -1."""

    config: Config
    rates: tuple[float, ...]
    density: float
    decay: float


_SMOKE_DEMO = Demo(SCALES["smoke"].config, (0.003, 0.01, 0.03), 1 / 8, 4 / (0.003 * 1024 / 2))
# A quarter of the paper's features and neurons, where the contrast takes minutes; it is the same at
# desk and paper.
_DEMO = Demo(
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


def demo_of(scale: ScaleName) -> Demo:
    """The demo at a scale."""
    return _SMOKE_DEMO if scale == "smoke" else _DEMO


def at_highest_rate(demo: Demo) -> Demo:
    """The demo at the highest of its rates alone."""
    return demo._replace(rates=demo.rates[-1:])


def demo_sweep(scale: ScaleName, seeds: tuple[int, ...]) -> Sweep:
    """The demo: zero bias, and offset -1 with decay."""
    demo = demo_of(scale)
    # All records are kept: maps can be replayed.
    base = dataclasses.replace(demo.config, record_params="all")
    return Sweep(base=base, grids=starts(demo), seeds=seeds)


def starts(demo: Demo) -> tuple[Grid, ...]:
    """Zero bias, and offset -1 with decay, at the rates of a demo."""
    zero = {"learning_rate": demo.rates, "feature_density": (demo.density,)}
    return zero, {**zero, "bias_offset": (-1.0,), "bias_decay": (demo.decay,)}


def race_of(scale: ScaleName) -> tuple[Config, float]:
    """The shape that levers are raced at, and its feature density: the demo's, with half of its
    batch and the authors' periodic schedule.

    Under one cosine a network of this size has not finished by the rule: the falling rate alone
    takes more than a tenth of its loss in the second half, at twice the steps too.
    """
    demo = demo_of(scale)
    base = dataclasses.replace(
        demo.config,
        batch_size=demo.config.batch_size // 2,
        schedule="periodic",
        records_per_octave=1,
    )
    return base, demo.density


def race_with(n_features: int) -> tuple[Config, float]:
    """The same, of the scale whose networks have so many features."""
    races = (race_of("desk"), race_of("smoke"))
    return next(race for race in races if race[0].n_features == n_features)


def basins_sweep(scale: ScaleName, seeds: tuple[int, ...]) -> Sweep:
    """Zero bias and offset -1, each from two draws of initial weights in one world."""
    fastest = starts(at_highest_rate(demo_of(scale)))
    grids = tuple({**grid, "redraw": (0.0, 1.0)} for grid in fastest)
    return Sweep(base=race_of(scale)[0], grids=grids, seeds=seeds)
