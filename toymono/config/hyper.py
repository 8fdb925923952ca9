"""Hyper: the numbers that can differ between members."""

import functools
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Union

from toymono.components.component import Number
from toymono.components.registry import mapped_numbers, static_numbers
from toymono.config.config import LATER, Config
from toymono.errors import require

if TYPE_CHECKING:
    from jax import Array

Scalar = Union[float, "Array"]

CORE_NUMBERS = {
    "learning_rate": Number(
        "learning rate per step, at the schedule's maximum",
        above=0,
        default=0.007,
        title="learning rate (peak)",
    ),
    "feature_density": Number(
        "mean probability that a feature is on (eps in the paper)",
        above=0,
        high=1,
        default=1 / 32,
    ),
}

# Files always hold these; they hold another number only if some member is not at its default.
ALWAYS_WRITTEN = (*CORE_NUMBERS, "bias_offset", "bias_decay", "l1", "weight_density")


def known_numbers() -> dict[str, Number]:
    """All numbers that can differ between members, with those of loaded users' files."""
    return CORE_NUMBERS | mapped_numbers()


def setting_numbers() -> dict[str, Number]:
    """All numbers that a setting may have, mapped or static, with those of loaded users' files."""
    return known_numbers() | static_numbers()


@functools.cache
def own_numbers() -> dict[str, Number]:
    """The numbers that every member has: toymono's own, in the order of their declarations."""
    return CORE_NUMBERS | mapped_numbers(of_users=False)


def left_out() -> dict[str, float | str]:
    """The settings that files leave out if all members have the default, with these defaults."""
    numbers = {n: of.default for n, of in own_numbers().items() if n not in ALWAYS_WRITTEN}
    return numbers | {name: getattr(Config(), name) for name in LATER}


class Hyper(Mapping[str, Scalar]):
    """The numbers that can differ between members, by name: floats, or arrays with a member axis.

    It has every number of toymono's own components, at its default unless you give it, and only
    those numbers of users' components that you give. It is immutable; each number is also an
    attribute.
    """

    __slots__ = ("_values",)
    _values: dict[str, Scalar]

    def __init__(self, learning_rate: Scalar | None = None, **values: Scalar) -> None:
        if learning_rate is not None:
            values["learning_rate"] = learning_rate
        known = known_numbers()
        for name in values:
            rule, fix = f"one of {', '.join(known)}", "check the spelling"
            require(name in known, "a number's name", rule, name, fix)
        whole = {name: number.default for name, number in own_numbers().items()} | values
        object.__setattr__(self, "_values", whole)

    def __getitem__(self, name: str) -> Scalar:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Scalar:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(f"Hyper has no number {name!r}")
        return self._values[name]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"Hyper is immutable; make another: hyper.replace({name}=...)")

    def __reduce__(self) -> tuple:
        return _hyper, (self._values,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hyper) and bool(self._values == other._values)

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __repr__(self) -> str:
        own = own_numbers()
        shown = [n for n in self if n in CORE_NUMBERS or n not in own or self[n] != own[n].default]
        return f"Hyper({', '.join(f'{name}={self[name]!r}' for name in shown)})"

    def replace(self, **values: Scalar) -> "Hyper":
        """A copy with these numbers changed."""
        return Hyper(**{**self._values, **values})


def _hyper(values: dict[str, Scalar]) -> Hyper:
    """Unpickle numbers in a process that has not loaded the user's file yet."""
    hyper = object.__new__(Hyper)
    object.__setattr__(hyper, "_values", values)
    return hyper
