"""From a sweep to units of work: the members that share one compiled shape, and what they will cost."""

import dataclasses
import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from toymono.config import Config, Hyper, Sweep, require
from toymono.training.placement import activation_bytes, place
from toymono.training.schedules import last_step, n_losses, record_steps
from toymono.training.train import multiply_adds, n_parameters

T = TypeVar("T")

# What an update costs on a CPU, fitted to what benchmarks/training.py prints: its matrix products' share of the
# machine's own rate, the optimiser's passes over the parameters, and what an update costs however small it is.
_EFFICIENCY = 0.7
_SECONDS_PER_PARAMETER = 5e-9
_SECONDS_PER_UPDATE = 2e-4

_MOST_MEMBERS = 64  # of a unit: cost per member is flat by then, and a unit lost is little lost
_WORTH_SPLITTING = 30.0  # seconds on a laptop; a process takes a few to start and compile
_LAPTOP_RATE = 9e10  # multiply-adds per second


class Unit(NamedTuple):
    """Members trained together in one compiled program: every setting with every seed."""

    config: Config
    settings: tuple[Hyper, ...]
    seeds: tuple[int, ...]

    @property
    def n_members(self) -> int:
        """Settings times seeds."""
        return len(self.settings) * len(self.seeds)

    @property
    def name(self) -> str:
        """Short and unique to the content: the width, and a hash of everything that fixes the result.

        What has its default is left out, so that a result keeps its name when a later toymono knows more settings.
        """
        defaults = {**Config().__dict__, **Hyper._field_defaults}
        models = [{**self.config.__dict__, **setting._asdict()} for setting in self.settings]
        told = [{name: value for name, value in model.items() if value != defaults[name]} for model in models]
        content = json.dumps([told, self.seeds], sort_keys=True)
        return f"k{self.config.n_neurons}-{hashlib.sha256(content.encode()).hexdigest()[:10]}"


def plan(sweep: Sweep) -> list[Unit]:
    """The units of a sweep, in the order in which their shapes first occur."""
    settings: dict[Config, list[Hyper]] = {}
    for config, hyper in sweep.models():
        settings.setdefault(config, []).append(hyper)
    whole = [Unit(config, tuple(hypers), sweep.seeds) for config, hypers in settings.items()]
    return [part for unit in whole for part in _parts(unit, sweep.members_per_unit or unit.n_members)]


def _parts(unit: Unit, most: int) -> Iterator[Unit]:
    """The unit in parts of at most so many members, its members in their order: all seeds of a setting, if they fit."""
    for settings in _even(unit.settings, max(1, most // len(unit.seeds))):
        for seeds in _even(unit.seeds, most // len(settings)):
            yield Unit(unit.config, settings, seeds)


def _even(values: tuple[T, ...], most: int) -> Iterator[tuple[T, ...]]:
    """Runs of values, in order, that differ in length by one at most, none longer than told."""
    n = -(-len(values) // most)
    ends = [len(values) * place // n for place in range(n + 1)]
    return (values[first:last] for first, last in itertools.pairwise(ends))


def is_worth_splitting(units: list[Unit]) -> bool:
    """Whether the units are so much work that several processes do it sooner."""
    return estimated_seconds(units, _LAPTOP_RATE) >= _WORTH_SPLITTING


def fitted(sweep: Sweep, workers: int, free_bytes: int) -> Sweep:
    """The sweep with units small enough that all workers have one and that each fits the memory, if nobody chose."""
    units = plan(sweep)
    most = min(-(-n_members(units) // workers) if is_worth_splitting(units) else _MOST_MEMBERS, _MOST_MEMBERS)
    fits = dataclasses.replace(sweep, members_per_unit=most)
    while most > 1 and max(map(estimated_bytes, plan(fits))) > free_bytes:
        most //= 2
        fits = dataclasses.replace(sweep, members_per_unit=most)
    needed = most < max(unit.n_members for unit in units)
    return fits if sweep.members_per_unit is None and needed else sweep


def shared(units: list[Unit], share: str) -> list[Unit]:
    """Share i of n, told as "i/n" with i from 1 to n: every n-th unit from the i-th on; all shares make up the whole.

    Raises InputError for other words.
    """
    told = re.fullmatch(r"([1-9]\d{0,8})/([1-9]\d{0,8})", share)
    place, n = (int(told[1]), int(told[2])) if told else (1, 0)
    require(place <= n, "unit", "i/n with i from 1 to n, as 2/8", share, "try 1/1")
    return units[place - 1 :: n]


def n_members(units: list[Unit]) -> int:
    """Networks that the units train."""
    return sum(unit.n_members for unit in units)


def estimated_seconds(units: list[Unit], multiply_adds_per_second: float) -> float:
    """Training time on a machine with this matrix-product rate; rough, within a factor of about 1.5."""
    return sum((_estimated_seconds(unit, _EFFICIENCY * multiply_adds_per_second) for unit in units), 0.0)


def _estimated_seconds(unit: Unit, rate: float) -> float:
    member = multiply_adds(unit.config) / rate + _SECONDS_PER_PARAMETER * n_parameters(unit.config)
    return last_step(unit.config) * (_SECONDS_PER_UPDATE + unit.n_members * member)


def estimated_bytes(unit: Unit) -> int:
    """Memory that training a unit needs at once, on its devices; an estimate, kept a little high.

    Each member's parameters, moments and gradients, losses and records; the activations and data of those that are
    trained at the same time.
    """
    config, n_records = unit.config, len(record_steps(unit.config))
    kept = n_records if config.record_params == "all" else 1
    at_once = min(place(config, len(unit.seeds), len(unit.settings)).at_once, unit.n_members)
    member = (5 + kept) * n_parameters(config) + n_losses(config) + 3 * n_records * config.n_neurons
    data = 3 * config.batch_size * config.n_features * max(1, at_once // len(unit.settings))
    worlds = 4 * config.n_embed * config.n_features * len(unit.seeds)
    return 4 * (unit.n_members * member + data + worlds) + at_once * activation_bytes(config)


def stored_bytes(unit: Unit) -> int:
    """Size of a unit's file before compression."""
    config, n_records = unit.config, len(record_steps(unit.config))
    kept = n_records if config.record_params == "all" else 1
    member = kept * n_parameters(config) + n_losses(config) + 3 * n_records * config.n_neurons
    return 4 * (unit.n_members * member + len(unit.seeds) * 2 * config.n_embed * config.n_features)
