"""The toy of Elhage et al. 2022, "Toy Models of Superposition", as sweeps.

Its recipe is that of the authors' notebook: Xavier-normal weights, biases 0, AdamW at a constant
rate of .001 with weight decay .01, 10,000 steps of 1024 samples. Desk scale has a quarter of the
samples.
"""

import dataclasses
from typing import Any, NamedTuple

from toymono.config import Config, Sweep

_BASE = Config(
    n_features=200,
    n_embed=200,
    n_neurons=20,
    batch_size=1024,
    n_steps=10_000,
    architecture="tied",
    embedding="identity",
    activation="identity",
    initialization="xavier",
    optimizer="adamw",
    schedule="constant",
)
_RATE, _SMOKE_RATE = 0.001, 0.01

TOYS = {
    "geometry": "Elhage et al. 2022: 200 equal features in 20 dimensions, at 20 densities",
    "phase-diagram": "Elhage et al. 2022: two features in one dimension, density by importance",
    "relu-hidden": "Elhage et al. 2022: ten features in five ReLU neurons, at ten densities",
}


class _Toy(NamedTuple):
    """Sizes, and what is varied; the desk trains on a quarter of the samples."""

    sizes: dict[str, Any]
    grid: dict[str, tuple[float, ...]]
    desk: dict[str, int]


_TOYS = {
    "geometry": _Toy(
        {},
        {"feature_density": tuple(20 ** (-level / 19) for level in range(20))},
        {"batch_size": 256},
    ),
    "phase-diagram": _Toy(
        {"n_features": 2, "n_embed": 2, "n_neurons": 1},
        {
            "feature_density": tuple(0.01 ** (1 - place / 10) for place in range(11)),
            "importance_decay": tuple(10 ** (place / 5 - 1) for place in range(11)),
        },
        {"batch_size": 512, "n_steps": 5_000},
    ),
    "relu-hidden": _Toy(
        {"n_features": 10, "n_embed": 10, "n_neurons": 5, "activation": "relu"},
        {
            "feature_density": (0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.2, 0.35, 0.5, 0.7),
            "importance_decay": (0.75,),
        },
        {"batch_size": 512, "n_steps": 5_000},
    ),
}
_SMOKE = {
    "geometry": {"n_features": 20, "n_embed": 20, "n_neurons": 4},
    "phase-diagram": {},
    "relu-hidden": {"n_features": 5, "n_embed": 5, "n_neurons": 3},
}
_SMOKE_TRAINING = {"batch_size": 64, "n_steps": 256}
_MOST_PER_UNIT = 60  # members: a unit that is done is kept


def toy_base(name: str, scale: str) -> Config:
    """The shape of one of TOYS and how it is trained, at a scale."""
    toy = _TOYS[name]
    changes = {"paper": {}, "desk": toy.desk, "smoke": {**_SMOKE[name], **_SMOKE_TRAINING}}[scale]
    fields: dict[str, Any] = {**toy.sizes, **changes}
    return dataclasses.replace(_BASE, **fields)


def toy_sweep(name: str, scale: str, seeds: tuple[int, ...]) -> Sweep:
    """One of TOYS at a scale."""
    is_smoke = scale == "smoke"
    grid = {
        axis: tuple(dict.fromkeys((values[0], values[len(values) // 2], values[-1])))
        if is_smoke
        else values
        for axis, values in _TOYS[name].grid.items()
    }
    grid["learning_rate"] = (_SMOKE_RATE if is_smoke else _RATE,)
    return Sweep(
        base=toy_base(name, scale), grids=(grid,), seeds=seeds, members_per_unit=_MOST_PER_UNIT
    )
