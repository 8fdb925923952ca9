"""The toy models of Elhage et al. 2022, "Toy Models of Superposition", as sweeps.

The recipe is that of the authors' notebook: Xavier-normal weights, biases 0, AdamW at a constant
rate of .001 with weight decay .01, 10,000 steps of 1024 samples. Desk scale has a quarter of the
samples, or an eighth for the hundred absolute values.
"""

import dataclasses
from typing import Any, NamedTuple

from toymono.config import Config, Sweep
from toymono.sweeps.scales import evenly_spaced

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
    "pentagon": "Elhage et al. 2022: five features in two dimensions, the last of them rarer",
    "two-pairs": "Elhage et al. 2022: two pairs of features in two dimensions, together or never",
    "three-pairs": "Elhage et al. 2022: three pairs of features in two dimensions, always together",
    "absolute-few": "Elhage et al. 2022: three absolute values from six ReLU neurons",
    "absolute-many": "Elhage et al. 2022: a hundred absolute values from forty ReLU neurons",
}


class _Toy(NamedTuple):
    """Sizes, what is varied, and how the desk trains on fewer samples."""

    sizes: dict[str, Any]
    grids: tuple[dict[str, tuple[float, ...]], ...]
    desk: dict[str, int]


def _shape(n: int, k: int, **more: str) -> dict[str, Any]:
    """n features, which are the inputs, and k hidden neurons."""
    return {"n_features": n, "n_embed": n, "n_neurons": k, **more}


def _one_rarer(rarity: float) -> dict[str, tuple[float, ...]]:
    """The last of five features is `rarity` times rarer; the others are on with probability .05."""
    mean = _OTHERS_DENSITY * (4 + 1 / rarity) / 5
    return {"rarity": (rarity,), "feature_density": (mean,)}


def _paired(density: float, *lifts: float) -> dict[str, tuple[float, ...]]:
    return {"feature_density": (density,), "lift": lifts}


_OTHERS_DENSITY = 0.05
_PAIR_DENSITIES = (0.04, 0.02, 0.01)  # no pair collapses to one direction below .05
_ABSOLUTE = {
    "architecture": "untied",
    "activation": "relu",
    "task": "absolute",
    "amplitude_law": "signed",
}
_QUARTER, _SHORT = {"batch_size": 256}, {"batch_size": 512, "n_steps": 5_000}

_TOYS = {
    "geometry": _Toy(
        {}, ({"feature_density": tuple(20 ** (-level / 19) for level in range(20))},), _QUARTER
    ),
    "phase-diagram": _Toy(
        _shape(2, 1),
        (
            {
                "feature_density": tuple(0.01 ** (1 - level / 10) for level in range(11)),
                "importance_decay": tuple(10 ** (level / 5 - 1) for level in range(11)),
            },
        ),
        _SHORT,
    ),
    "relu-hidden": _Toy(
        _shape(10, 5, activation="relu"),
        (
            {
                "feature_density": (0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.2, 0.35, 0.5, 0.7),
                "importance_decay": (0.75,),
            },
        ),
        _SHORT,
    ),
    "pentagon": _Toy(
        _shape(5, 2, feature_law="one-rarer"),
        tuple(_one_rarer(10 ** (level / 10)) for level in range(11)),
        _QUARTER,
    ),
    "two-pairs": _Toy(
        _shape(4, 2, feature_law="groups"),
        tuple(_paired(p, 1 / p, 1.0, 0.0) for p in _PAIR_DENSITIES),
        _QUARTER,
    ),
    "three-pairs": _Toy(
        _shape(6, 2, feature_law="groups"),
        tuple(_paired(p, 1 / p, 1.0) for p in _PAIR_DENSITIES),
        _QUARTER,
    ),
    "absolute-few": _Toy(_shape(3, 6, **_ABSOLUTE), ({"feature_density": (1.0, 0.3)},), _SHORT),
    "absolute-many": _Toy(
        _shape(100, 40, **_ABSOLUTE),
        (
            {
                "feature_density": (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001),
                "importance_decay": (0.8,),
            },
        ),
        {**_SHORT, **_QUARTER},
    ),
}
_SMOKE = {
    "geometry": {"n_features": 20, "n_embed": 20, "n_neurons": 4},
    "relu-hidden": {"n_features": 5, "n_embed": 5, "n_neurons": 3},
    "absolute-many": {"n_features": 10, "n_embed": 10, "n_neurons": 4},
}
_SMOKE_TRAINING = {"batch_size": 64, "n_steps": 256}
_MOST_PER_UNIT = 60  # members: a unit that is done is kept


def toy_base(name: str, scale: str) -> Config:
    """The shape of one of TOYS and how it is trained, at a scale."""
    toy = _TOYS[name]
    changes = {"paper": {}, "desk": toy.desk, "smoke": {**_SMOKE.get(name, {}), **_SMOKE_TRAINING}}[
        scale
    ]
    fields: dict[str, Any] = {**toy.sizes, **changes}
    return dataclasses.replace(_BASE, **fields)


def toy_sweep(name: str, scale: str, seeds: tuple[int, ...]) -> Sweep:
    """One of TOYS at a scale; smoke takes the ends and the middle of what is varied."""
    is_smoke, grids = scale == "smoke", _TOYS[name].grids
    if is_smoke:
        short = [
            {axis: evenly_spaced(values, 3) for axis, values in grid.items()} for grid in grids
        ]
        grids = evenly_spaced(tuple(short), 3)
    rate = {"learning_rate": (_SMOKE_RATE if is_smoke else _RATE,)}
    return Sweep(
        base=toy_base(name, scale),
        grids=tuple({**grid, **rate} for grid in grids),
        seeds=seeds,
        members_per_unit=_MOST_PER_UNIT,
    )
