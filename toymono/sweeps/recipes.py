"""Cheaper ways to train the paper's network, compared before one was chosen for scale desk.

All use one seed, RECIPE_SEED, on which no claim is judged.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any, NamedTuple

from toymono.config import Config, Sweep
from toymono.sweeps.paper import FEATURE_DENSITY, N_NEURONS

RECIPE_SEED = 100
_FOLDS = (
    0.05 * 0.01 * 2**14
)  # decay * learning rate * steps: the biases fall to e^-4 of their start in the first half


class Recipe(NamedTuple):
    """One way to train: all that differs between recipes."""

    learning_rate: float
    n_steps: int
    batch_size: int = 512
    optimizer: str = "lamb-clamped"
    schedule: str = "cosine"
    bias_offset: float = -1.0
    folds: float = _FOLDS

    def grid(self) -> dict[str, tuple[Any, ...]]:
        """The one setting of this recipe."""
        names = ("learning_rate", "n_steps", "batch_size", "optimizer", "schedule", "bias_offset")
        decay = self.folds / (self.learning_rate * self.n_steps) if self.bias_offset else 0.0
        return {name: (getattr(self, name),) for name in names} | {"bias_decay": (decay,)}


RECIPES = (
    *(Recipe(0.01, 2**14, batch) for batch in (512, 256, 128)),
    Recipe(0.01, 2**13, 512),
    Recipe(0.01, 2**15, 256),
    Recipe(0.01, 2**15, 128),
    Recipe(0.01, 2**13, 256),
    Recipe(0.01, 2**13, 128),
    Recipe(0.01, 2**14, folds=3 * _FOLDS),
    Recipe(0.01, 2**14, schedule="periodic"),
    Recipe(0.003, 2**14, optimizer="adam"),
    Recipe(0.001, 2**14, optimizer="adam"),
    Recipe(0.005, 2**15, 256, bias_offset=0.0),
    Recipe(0.005, 2**15, 256),
    Recipe(0.003, 2**14, 256),
)


def recipe_sweep(shape: Config, seeds: tuple[int, ...]) -> Sweep:
    """All recipes for a shape; other widths than the paper's get proportional steps and batches."""
    smaller = N_NEURONS // shape.n_neurons
    recipes = (
        r._replace(n_steps=r.n_steps // smaller, batch_size=max(1, r.batch_size // smaller))
        for r in RECIPES
    )
    base = dataclasses.replace(
        shape, batch_size=512 // smaller, n_steps=2**14 // smaller, schedule="cosine"
    )
    return Sweep(base=base, grids=tuple(_grids(recipes)), seeds=seeds)


def _grids(recipes: Iterator[Recipe]) -> Iterator[dict[str, tuple[Any, ...]]]:
    return ({"feature_density": (FEATURE_DENSITY,), **recipe.grid()} for recipe in recipes)
