"""What a component is: its kind, its name, its numbers, and its function."""

import dataclasses
import inspect
import math
import numbers
import struct
from collections.abc import Callable, Mapping
from typing import Any

from toymono.errors import InputError, require

_SMALLEST_NORMAL = 2.0**-126  # of float32; processors flush what is smaller to 0


@dataclasses.dataclass(frozen=True)
class Number:
    """A number of a component: its meaning, its unit and its allowed values.

    Values lie from `low` to `high`, ends included, and strictly above `above`. A mapped number can
    differ between networks that are trained together. A `static` number fixes the compiled program;
    it must be whole if its default is.
    """

    meaning: str
    _: dataclasses.KW_ONLY
    low: float | None = None
    above: float | None = None
    high: float | None = None
    default: float = 0.0
    static: bool = False
    title: str = ""  # on an axis; the name if there is none

    @property
    def rule(self) -> str:
        """Which values are allowed, in words."""
        ends = (("above", self.above), ("at least", self.low), ("at most", self.high))
        words = " and ".join(f"{word} {end:g}" for word, end in ends if end is not None)
        kind = "a whole number" if self.is_whole else "" if self.high is not None else "finite"
        return " and ".join(filter(None, (kind, words)))

    @property
    def is_whole(self) -> bool:
        """Whether its values are whole numbers."""
        return self.static and isinstance(self.default, int)

    def checked(self, name: str, value: Any) -> float:  # noqa: ANN401 (as a user gives it)
        """The value as a plain number; raises InputError unless it is allowed."""
        is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        trained = _as_trained(float(value)) if is_number else math.nan
        holds = (
            math.isfinite(trained)
            and (self.low is None or trained >= self.low)
            and (self.above is None or trained > self.above)
            and (self.high is None or trained <= self.high)
            and (not self.is_whole or trained == int(trained))
        )
        require(holds, name, self.rule, value, f"try {self.default}")
        return int(value) if self.is_whole else float(value)


def _as_trained(value: float) -> float:
    """The number as the float32 that training uses: infinite if too large, 0 if too small."""
    try:
        (rounded,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return math.inf
    return 0.0 if abs(rounded) < _SMALLEST_NORMAL else rounded


@dataclasses.dataclass(frozen=True)
class Component:
    """One named choice: its kind, its numbers, and its function.

    `facts` hold what else its kind declares. A component without a function was read from a run's
    folder, and its code is not loaded.
    """

    kind: str
    name: str  # a user's is module:name
    numbers: Mapping[str, Number]
    function: Callable[..., Any] | None
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def module(self) -> str:
        """The module of a user's component."""
        return self.name.partition(":")[0]

    @property
    def is_of_user(self) -> bool:
        """Whether a user's file declared it."""
        return ":" in self.name

    @property
    def asks(self) -> list[str]:
        """The parameters of its function after the two that all penalties get."""
        return [*inspect.signature(self._loaded).parameters][2:]

    @property
    def _loaded(self) -> Callable[..., Any]:
        """The function; raises InputError if its code is not loaded."""
        if self.function is None:
            raise InputError(
                f"{self.kind} must have its code loaded, but {self.name} has not; "
                f"name its file: --with {self.module}.py, or import {self.module}"
            )
        return self.function

    def __call__(self, *arguments: Any, **more: Any) -> Any:  # noqa: ANN401 (as its kind has it)
        """Apply the function; raises InputError if its code is not loaded."""
        return self._loaded(*arguments, **more)

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """This component's own numbers among all values, under the names of its function's
        parameters; a missing number has its default.
        """
        return {
            _parameter(self, name): values[name] if name in values else number.default
            for name, number in self.numbers.items()
        }


def _parameter(component: Component, name: str) -> str:
    is_weight = component.kind == "penalty" and name == short_name(component.name)
    return "weight" if is_weight else name


def short_name(name: str) -> str:
    """The name without a module before it."""
    return name.rpartition(":")[2]
