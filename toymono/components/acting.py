"""Find the components that act on a network with given numbers."""

from collections.abc import Mapping
from numbers import Real
from typing import Any

from toymono.components.component import Component
from toymono.components.registry import components

Numbers = Mapping[str, Any]  # of one member: plain, or traced


def acting(kind: str, numbers: Numbers) -> list[Component]:
    """The components of a kind that act: all their numbers are given, and not all of these are
    known to be at their defaults.
    """
    return [
        one
        for one in components(kind).values()
        if {*one.numbers} <= {*numbers} and not is_idle(one, numbers)
    ]


def is_idle(one: Component, numbers: Numbers) -> bool:
    """Whether all given numbers of a component are known to be at their defaults. The value of a
    traced number is not known.
    """
    given = [(numbers[n], of.default) for n, of in one.numbers.items() if n in numbers]
    return all(isinstance(value, Real) and value == default for value, default in given)
