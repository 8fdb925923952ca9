"""The named sweeps: batches of the paper's Table 1 and the demo, each at three scales.

A scale fixes sizes and steps. What it changes against the paper stands beside the number.
"""

import dataclasses
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from toymono.config import Config, Sweep

ScaleName = Literal["paper", "laptop", "smoke"]

LEARNING_RATES = (0.001, 0.003, 0.005, 0.007, 0.01, 0.03)  # Table 1


class Scale(NamedTuple):
    """The paper's defaults at one size."""

    config: Config
    feature_density: float
    decay_factor: float  # the paper's bias decay is multiplied by this, so that decay * lr * steps keeps its worth


SCALES: dict[ScaleName, Scale] = {
    "paper": Scale(
        Config(n_features=512, n_embed=64, n_neurons=1024, batch_size=8192, n_steps=2**17),
        feature_density=1 / 64,
        decay_factor=1.0,
    ),
    # Twice the density: N * eps / d falls from 1/8 to 1/16, and a feature is still seen 16 times in a batch.
    "laptop": Scale(
        Config(n_features=128, n_embed=64, n_neurons=256, batch_size=512, n_steps=2**13),
        feature_density=1 / 32,
        decay_factor=2**17 / 2**13,
    ),
    # Seconds, for tests: too small and too short to say anything about monosemanticity.
    "smoke": Scale(
        Config(n_features=16, n_embed=8, n_neurons=32, batch_size=64, n_steps=1024, schedule_period=64),
        feature_density=1 / 8,
        decay_factor=2**17 / 2**10,
    ),
}


class Preset(NamedTuple):
    """A named sweep: what it is for, and how it is built at a scale."""

    title: str
    build: Callable[[Scale], tuple[Config, tuple[dict[str, tuple[Any, ...]], ...]]]


def _lr1(scale: Scale) -> tuple[Config, tuple[dict[str, tuple[Any, ...]], ...]]:
    return scale.config, ({"learning_rate": LEARNING_RATES, "feature_density": (scale.feature_density,)},)


def _lr3(scale: Scale) -> tuple[Config, tuple[dict[str, tuple[Any, ...]], ...]]:
    config, (grid,) = _lr1(scale)
    return config, ({**grid, "bias_offset": (-1.0,), "bias_decay": (0.03 * scale.decay_factor,)},)


def _demo(scale: Scale) -> tuple[Config, tuple[dict[str, tuple[Any, ...]], ...]]:
    config, (zero,) = _lr1(scale)
    _, (negative,) = _lr3(scale)
    three = {"learning_rate": (0.003, 0.01, 0.03)}
    # Over the first half of training this takes the biases to e^-4 of their start at the lowest rate.
    gentle = {"bias_decay": (4 / (0.003 * config.n_steps / 2),)}
    # A quarter of the batch keeps it under two minutes on two cores.
    short = dataclasses.replace(config, batch_size=config.batch_size // 4)
    return short, (zero | three, negative | three | gentle)


PRESETS: dict[str, Preset] = {
    "demo": Preset("zero bias against offset -1 with decay, at three learning rates", _demo),
    "LR1": Preset("learning rates from zero bias (Figs 1 left, 3, 4, 5)", _lr1),
    "LR3": Preset("learning rates from offset -1 with decay (Figs 1 right, 7, 10, 11)", _lr3),
}


def preset_sweep(name: str, scale: ScaleName, seeds: tuple[int, ...] = (0, 1, 2)) -> Sweep:
    """The sweep of a preset at a scale; the paper ran every setting once, toymono with at least three seeds."""
    config, grids = PRESETS[name].build(SCALES[scale])
    return Sweep(base=config, grids=grids, seeds=seeds)
