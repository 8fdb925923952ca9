"""The three scales, and the one rule that converts the paper's numbers to each."""

import itertools
import math
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from toymono.config import Config, Hyper
from toymono.sweeps.paper import (
    BATCH_SIZE,
    FEATURE_DENSITY,
    N_EMBED,
    N_FEATURES,
    N_NEURONS,
    N_STEPS,
    Grid,
)

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
        name: evenly_spaced(values, scale.values_per_axis) for name, values in numbers.items()
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


def evenly_spaced(values: tuple[Any, ...], most: int | None) -> tuple[Any, ...]:
    """At most so many of the values, evenly spaced, both ends among them."""
    if most is None or len(values) <= most:
        return values
    return tuple(values[round(i * (len(values) - 1) / (most - 1))] for i in range(most))
