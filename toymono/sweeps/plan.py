"""Cut a sweep into units: members that share one compiled shape, in parts of limited size."""

import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from typing import NamedTuple, TypeVar

from toymono.config import Config, Hyper, Sweep, require

T = TypeVar("T")


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
        """The width and a hash of everything that fixes the result: short and unique.

        Settings at their defaults are left out, so that a result keeps its name when a later
        toymono has more settings.
        """
        defaults = {**Config().__dict__, **Hyper()}
        models = [{**self.config.__dict__, **setting} for setting in self.settings]
        models = [
            {name: value for name, value in model.items() if value != defaults.get(name)}
            for model in models
        ]
        content = json.dumps([models, self.seeds], sort_keys=True)
        return f"k{self.config.n_neurons}-{hashlib.sha256(content.encode()).hexdigest()[:10]}"

    @property
    def title(self) -> str:
        """What it trains, for the progress display: "k 256, learning_rate 0.003 to 0.03,
        bias_offset -1, 3 seeds: 12 networks"; numbers at their defaults are left out.
        """
        parts = [f"k {self.config.n_neurons}"]
        for name, default in Hyper().items():
            values = [float(setting.get(name, default)) for setting in self.settings]
            low, high = min(values), max(values)
            if (low, high) != (default, default):
                parts.append(f"{name} {low:.3g}" + (f" to {high:.3g}" if high > low else ""))
        n_seeds, n = len(self.seeds), self.n_members
        parts.append(f"seed {self.seeds[0]}" if n_seeds == 1 else f"{n_seeds} seeds")
        return f"{', '.join(parts)}: {n} network{'s' if n > 1 else ''}"


def plan(sweep: Sweep) -> list[Unit]:
    """The units of a sweep, in the order in which their shapes first occur."""
    settings: dict[Config, list[Hyper]] = {}
    for config, hyper in sweep.models():
        settings.setdefault(config, []).append(hyper)
    whole = [Unit(config, tuple(hypers), sweep.seeds) for config, hypers in settings.items()]
    return [
        part for unit in whole for part in _parts(unit, sweep.members_per_unit or unit.n_members)
    ]


def _parts(unit: Unit, most: int) -> Iterator[Unit]:
    """Cut the unit into parts of at most `most` members, in order; all seeds of a setting stay
    together if they fit.
    """
    for settings in _even(unit.settings, max(1, most // len(unit.seeds))):
        for seeds in _even(unit.seeds, most // len(settings)):
            yield Unit(unit.config, settings, seeds)


def _even(values: tuple[T, ...], most: int) -> Iterator[tuple[T, ...]]:
    """Cut values into stretches, in order, none longer than `most`; lengths differ by at most 1."""
    n = -(-len(values) // most)
    ends = [len(values) * i // n for i in range(n + 1)]
    return (values[first:last] for first, last in itertools.pairwise(ends))


def shared(units: list[Unit], share: str) -> list[Unit]:
    """Share i of n, written "i/n" with i from 1 to n: every n-th unit, starting with the i-th.

    Raises InputError for other strings.
    """
    number, n = share_of(share)
    return units[number - 1 :: n]


def share_of(share: str) -> tuple[int, int]:
    """The i and n of "i/n"; raises InputError for other strings."""
    match = re.fullmatch(r"([1-9]\d{0,8})/([1-9]\d{0,8})", share)
    number, n = (int(match[1]), int(match[2])) if match else (1, 0)
    require(number <= n, "unit", "i/n with i from 1 to n, such as 2/8", share, "try 1/1")
    return number, n


def n_members(units: list[Unit]) -> int:
    """Networks that the units train."""
    return sum(unit.n_members for unit in units)
