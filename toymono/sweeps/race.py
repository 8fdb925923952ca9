"""The race of levers: the strengths of each, chosen beforehand, at equal multiply-adds.

Every lever is tried at the same number of strengths. A lever's multiply-adds besides the network's
own products are taken from its batch size, so that all networks of a race take the same number of
steps and multiply-adds.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from toymono.config import Config, Sweep
from toymono.sweeps.paper import Grid

FOLDS = 7  # biases fall to e^-7 of their start in the first half of training
RATE = 0.01
_MOST_OF_STEP = 0.8  # of its work that a lever alone may take
NO_LEVER, PAPER_LEVER = "no lever", "offset and decay"


class Lever(NamedTuple):
    """One lever: the setting that is varied, its values, and what goes with it."""

    axis: str
    values: tuple[Any, ...]
    fixed: Mapping[str, Any] = {}
    costs_sample: int = 0  # multiply-adds more for each sample
    costs_step: int = 0  # multiply-adds more for each step

    def grids(self, base: Config) -> list[dict[str, tuple[Any, ...]]]:
        """Its settings, each with the batch that its cost leaves: one grid for each value."""
        return [
            {self.axis: (value,)}
            | {name: (of,) for name, of in self.fixed.items()}
            | self._batch(base, value)
            for value in self.values
        ]

    def _batch(self, base: Config, value: Any) -> dict[str, tuple[int]]:  # noqa: ANN401
        n_neurons = value if self.axis == "n_neurons" else base.n_neurons
        per_sample = _products(base) * n_neurons + self.costs_sample
        work, steps = base.batch_size * _products(base) * base.n_neurons, base.n_steps
        while self.costs_step > _MOST_OF_STEP * work:  # fewer steps, each with more samples
            work, steps = 2 * work, steps // 2
        found = {"batch_size": (work - self.costs_step) // per_sample, "n_steps": steps}
        return {name: (of,) for name, of in found.items() if of != getattr(base, name)}


def _products(config: Config) -> int:
    """Multiply-adds of an update for each sample and neuron: see `training.train.multiply_adds`."""
    return 2 * config.n_embed + 3 * config.n_features


class _Shape(NamedTuple):
    """What strengths depend on: sizes, density, and the decay that takes biases to e^-7."""

    n: int
    d: int
    k: int
    density: float
    decay: float

    @property
    def block(self) -> int:
        """Neurons of the always-on linear block."""
        return self.d + 1

    def decays(self) -> tuple[float, ...]:
        """The decay, and weaker and stronger ones."""
        return tuple(self.decay * factor for factor in (0.25, 0.5, 1, 2, 4))


def levers(base: Config, density: float) -> dict[str, dict[str, Lever]]:
    """The levers of the race by family and name, for networks of this shape; the first is none."""
    decay = FOLDS / (RATE * base.n_steps / 2)
    of = _Shape(base.n_features, base.n_embed, base.n_neurons, density, decay)
    return {
        "training": _of_training(of),
        "biases": _of_biases(of),
        "bias adaptation": _of_adaptation(of),
        "weights": _of_weights(of),
        "activations": _of_activations(of),
        "overlap and loss": _of_losses(of),
    }


def _of_training(of: _Shape) -> dict[str, Lever]:
    widths = (of.k // 4, of.k // 2, 3 * of.k // 2, 2 * of.k, 4 * of.k)
    periods = (32, 64, 128, 256, 512)  # of which a minimum lies within 3 % of the same steps
    return {
        NO_LEVER: Lever("learning_rate", (RATE,)),
        "learning rate": Lever("learning_rate", (0.003, 0.005, 0.02, 0.03, 0.05)),
        "annealing": Lever("schedule_period", periods),
        "width": Lever("n_neurons", widths),
        "noise": Lever("hidden_noise", (0.01, 0.03, 0.07, 0.1, 0.15)),
        "dropout": Lever("dropout", (0.02, 0.05, 0.1, 0.2, 0.3)),
    }


def _of_biases(of: _Shape) -> dict[str, Lever]:
    offset = {"bias_offset": -1.0}
    offsets = (-0.125, -0.25, -0.5, -1.0, -2.0)
    low = -2 * (of.n * of.density / (9 * of.d)) ** 0.5  # where the theory has the biases
    firing = {**offset, "firing_rate": of.density / 4}
    speed = {**offset, "full_speed": RATE}
    return {
        PAPER_LEVER: Lever("bias_offset", offsets, {"bias_decay": of.decay}),
        "decay after offset -1": Lever("bias_decay", of.decays(), offset),
        "decay until firing": Lever("silent_decay", of.decays(), firing, of.d * of.k),
        "decay with speed": Lever("speed_decay", of.decays(), speed),
        "pull on biases": Lever(
            "negative_bias", (0.01, 0.1, 1.0, 10.0, 100.0), {"bias_target": low}
        ),
    }


def _of_adaptation(of: _Shape) -> dict[str, Lever]:
    adapted, exempt = {"bias_adaptation": 0.01}, {"n_exempt": float(of.block)}
    groups = {**adapted, "highest_rate": 0.5, "n_groups": 10.0}
    rates = tuple(of.density * share for share in (0.25, 0.5, 1, 2, 4))
    lowest = (1e-4, 1e-3, of.density / 4, of.density / 2, of.density)
    again = of.d * of.k  # the pre-activations of a sample
    return {
        "one rate": Lever("highest_rate", rates, adapted, again),
        "one rate, block exempt": Lever("highest_rate", rates, adapted | exempt, again),
        "groups": Lever("lowest_rate", lowest, groups, again),
        "groups, block exempt": Lever("lowest_rate", lowest, groups | exempt, again),
    }


def _of_weights(of: _Shape) -> dict[str, Lever]:
    rates = (0.003, 0.005, 0.01, 0.02, 0.03)
    return {
        "L1 on weights": Lever("l1_weights", (1e-7, 1e-6, 3e-6, 1e-5, 1e-4)),
        "weight decay": Lever("weight_decay", (0.03, 0.1, 0.3, 0.5, 1.0)),
        "negative weight decay": Lever("weight_decay", (-0.03, -0.1, -0.3, -0.5, -1.0)),
        "unit decoder": Lever("learning_rate", rates, {"unit_decoder": 1.0}),
        "pruning": Lever("kept_weights", (0.03, 0.1, 0.3, 0.5, 0.7)),
    }


def _of_activations(of: _Shape) -> dict[str, Lever]:
    many, few = (
        tuple(dict.fromkeys(max(1, of.k // f) for f in shares)) for shares in (_MANY_ON, _FEW_ON)
    )
    top, jump = {"activation": "top-k"}, {"activation": "jump-relu"}
    jumps = (0.01, 0.03, 0.1, 0.2, 0.4)
    return {
        "L1 on activations": Lever("l1", (1e-4, 1e-3, 3e-3, 1e-2, 3e-2)),
        "top-k": Lever("n_on", many, top),
        "top-k, linear path": Lever("n_on", few, {**top, "n_always": of.block}),
        "jump ReLU": Lever("jump", jumps, jump),
        "jump ReLU, linear path": Lever("jump", jumps, {**jump, "n_smooth": of.block}),
    }


_MANY_ON, _FEW_ON = (32, 16, 8, 4, 2), (128, 64, 32, 16, 8)  # one of so many neurons


def _of_losses(of: _Shape) -> dict[str, Lever]:
    lone = 2 * of.n * of.k * of.d  # answers to all features, and their gradient
    cosines = 3 * of.k * of.k * of.n
    weights = (1e-2, 1e-1, 0.3, 1.0, 10.0)
    alike = 2 * of.k * of.n
    return {
        "overlap of neurons": Lever("neuron_overlap", (1e-4, 1e-3, 1e-2, 1e-1, 1.0), {}, 0, lone),
        "overlap of features": Lever("feature_overlap", weights, {}, 0, lone),
        "overlap at random strengths": Lever("random_overlap", weights, {}, 0, lone),
        "overlap of outputs": Lever(
            "decoder_overlap", (1e-3, 1e-2, 3e-2, 0.1, 1.0), {}, 0, cosines
        ),
        "L4 loss": Lever("l4_share", (0.2, 0.4, 0.6, 0.8, 1.0)),
        "MonoLoss": Lever("mono_loss", (1e-3, 1e-2, 3e-2, 1e-1, 1.0), {}, alike),
    }


class Entry(NamedTuple):
    """One setting of the race."""

    family: str
    lever: str
    strength: float  # the value of what is varied
    grid: Grid  # this setting alone


def entries(base: Config, density: float) -> list[Entry]:
    """Every lever at every strength; two levers may share a setting."""
    common = {"feature_density": (density,), "learning_rate": (RATE,)}
    return [
        Entry(family, name, strength, {**common, **grid})
        for family, found in levers(base, density).items()
        for name, lever in found.items()
        for strength, grid in zip(lever.values, lever.grids(base), strict=True)
    ]


def race_sweep(base: Config, density: float, seeds: tuple[int, ...], whole: bool) -> Sweep:
    """All levers at all strengths, each setting trained apart, so that no network pays for the
    levers of others. If it is not whole, every fourth setting, of one shape together.
    """
    found = entries(base, density)[:: 1 if whole else 4]
    grids, most = tuple(entry.grid for entry in found), len(seeds) if whole else None
    return Sweep(base=base, grids=grids, seeds=seeds, members_per_unit=most)
