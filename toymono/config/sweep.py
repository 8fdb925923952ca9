"""Sweep: which models to train."""

import dataclasses
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from toymono.components.component import Component
from toymono.components.registry import (
    OPTIONAL,
    all_components,
    component,
    components,
    static_numbers,
)
from toymono.config.config import FILLED_BY_COMPONENTS, KINDS_CHOSEN, Config, is_whole
from toymono.config.hyper import Hyper, known_numbers
from toymono.errors import require


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sweep:
    """Which models to train: the union of some grids over a base, each model with every seed.

    A grid maps names of Hyper or Config fields to tuples of values; it stands for all combinations
    of these values. A number that no grid names keeps its default in Hyper. Raises InputError for
    unknown names and bad values.
    """

    base: Config
    grids: tuple[Mapping[str, tuple[Any, ...]], ...] = ({},)
    seeds: tuple[int, ...] = (0, 1, 2)
    members_per_unit: int | None = (
        None  # how many may be trained and stored together; None: all of a shape
    )

    def __post_init__(self) -> None:
        most = self.members_per_unit
        require(
            most is None or (is_whole(most) and most >= 1),
            "members_per_unit",
            "a whole number from 1 on",
            most,
            "leave it out",
        )
        object.__setattr__(self, "grids", _checked_grids(self.grids))
        object.__setattr__(self, "seeds", _checked_seeds(self.seeds))
        for _ in self.models():
            pass  # building every model checks every value

    def models(self) -> Iterator[tuple[Config, Hyper]]:
        """Every setting once, in the order of the grids."""
        named = {name for grid in self.grids for name in grid} & {*known_numbers()}
        seen = set()
        for grid in self.grids:
            for point in itertools.product(*grid.values()):
                model = _model(self.base, named, dict(zip(grid, point, strict=True)))
                if model not in seen:
                    seen.add(model)
                    yield model


def used_components(sweep: Sweep) -> list[Component]:
    """The users' components that a sweep needs, each once."""
    of_number = {name: c for c in all_components() for name in c.numbers}
    used: dict[tuple[str, str], Component] = {}
    for config, hyper in sweep.models():
        named = (
            *(config.component(kind) for kind in KINDS_CHOSEN),
            *(of_number[name] for name in hyper if name in of_number),
            *(component("neuron_measure", name) for name in config.measures),
        )
        used |= {(c.kind, c.name): c for c in named if c.is_of_user}
    return [*used.values()]


def _several(value: object) -> list[Any] | None:
    """The values of a tuple, list, range or array, as plain Python; None for anything else."""
    plain = value.tolist() if hasattr(value, "tolist") else value
    return list(plain) if isinstance(plain, tuple | list | range) else None


def _checked_grids(grids: object) -> tuple[dict[str, tuple[Any, ...]], ...]:
    several, fix = _several(grids), "use ({},) for a single setting"
    holds = several is not None and len(several) > 0
    require(holds, "grids", "a tuple of at least one grid", grids, fix)
    return tuple(_checked_grid(grid) for grid in several or ())


def _checked_grid(grid: Any) -> dict[str, tuple[Any, ...]]:  # noqa: ANN401 (as a user gives it)
    rule, fix = "a mapping from names to values", "try {'learning_rate': (0.003, 0.01)}"
    require(isinstance(grid, Mapping), "a grid", rule, grid, fix)
    axes = {name: _several(values) or [] for name, values in grid.items()}
    for name, values in axes.items():
        rule = "a tuple of at least one value"
        require(len(values) > 0, name, rule, grid[name], "add one")
    return {name: tuple(values) for name, values in axes.items()}


def _checked_seeds(seeds: object) -> tuple[int, ...]:
    several = _several(seeds) or []
    require(len(several) > 0, "seeds", "at least one whole number, in a tuple", seeds, "try 0 1 2")
    for seed in several:
        allowed = is_whole(seed) and 0 <= seed < 2**32
        require(allowed, "seeds", "whole numbers from 0 to 2^32 - 1", seed, "try 0 1 2")
    different = len(set(several)) == len(several)
    require(different, "seeds", "different from each other", seeds, "drop the repeated ones")
    return tuple(map(int, several))


def _model(base: Config, named: set[str], values: dict[str, Any]) -> tuple[Config, Hyper]:
    """One model of a sweep whose grids name these mapped numbers."""
    mapped, static = known_numbers(), static_numbers()
    fields = {*vars(base)} - {*FILLED_BY_COMPONENTS}
    for name in values:
        known = name in mapped or name in static or name in fields
        fix = "see `toymono run custom --help`"
        require(known, "a grid's axis", "the name of a setting", name, fix)
    options = {name: value for name, value in values.items() if name in static}
    chosen = {name: value for name, value in values.items() if name in fields}
    config = dataclasses.replace(
        base, **chosen, options=tuple({**_kept(base, chosen), **options}.items())
    )
    needed = named | {*config.component("feature_law").numbers}
    given = {name: mapped[name].checked(name, values[name]) for name in values if name in mapped}
    defaults = {name: number.default for name, number in mapped.items() if name in needed}
    hyper = Hyper(**{**defaults, **given})
    _check_together(config, hyper)
    return config, hyper


def _kept(base: Config, chosen: Mapping[str, Any]) -> dict[str, float]:
    """The options of the base, without those of components that `chosen` replaces."""
    given = dict(base.options)
    for kind in KINDS_CHOSEN:
        if kind in chosen and base.component(kind) != component(kind, chosen[kind]):
            for name in base.component(kind).numbers:
                given.pop(name, None)
    return given


def _check_together(config: Config, hyper: Hyper) -> None:
    """Raise InputError if settings contradict each other."""
    most = 1 / hyper.learning_rate
    rule = f"at most 1 / learning_rate = {most:g}"
    fix = "lower it, as biases would change sign at every step"
    require(bool(hyper.bias_decay <= most), "bias_decay", rule, hyper.bias_decay, fix)
    law = config.component("feature_law")
    if law.facts.get("check"):
        numbers = config.given("feature_law", hyper)
        law.facts["check"](config.n_features, hyper.feature_density, **numbers)
    used = config.connectivity == "random" or hyper.weight_density == 1
    rule, fix = "1 where connectivity is dense", "set connectivity to random"
    require(bool(used), "weight_density", rule, hyper.weight_density, fix)
    _check_levers(config, hyper)


def _check_levers(config: Config, hyper: Hyper) -> None:
    """Raise InputError if a lever acts on an array that the network does not have."""
    for lever in (lever for kind in OPTIONAL for lever in components(kind).values()):
        lacking = ", ".join(sorted({*lever.facts.get("needs", ())} - config.parts.arrays))
        for name, number in lever.numbers.items() if lacking else ():
            value = hyper.get(name, number.default)
            rule = f"{number.default:g} where architecture is {config.architecture}"
            fix = f"leave it out, as that network has no {lacking}"
            require(bool(value == number.default), name, rule, value, fix)
