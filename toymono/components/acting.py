"""Which components act on a network whose settings give these numbers."""

from collections.abc import Mapping
from numbers import Real
from typing import Any

from toymono.components.component import Component
from toymono.components.registry import components

Numbers = Mapping[str, Any]  # of one member: plain, or traced


def acting(kind: str, numbers: Numbers) -> list[Component]:
    """The components of a kind that act: those whose numbers are given, and are not all known to be
    at their defaults.
    """
    return [
        one
        for one in components(kind).values()
        if {*one.numbers} <= {*numbers} and not is_idle(one, numbers)
    ]


def is_idle(one: Component, numbers: Numbers) -> bool:
    """Whether a component's numbers, as far as they are given, are known to be at their defaults;
    of a number that is traced it is not known.
    """
    given = [(numbers[n], of.default) for n, of in one.numbers.items() if n in numbers]
    return all(isinstance(value, Real) and value == default for value, default in given)
