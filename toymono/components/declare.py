"""Declare components: a decorator for each kind gives a function its name and its numbers.

Flags, checks, stored settings, table columns, axis titles and plans follow from the declaration.
"""

import dataclasses
import hashlib
import importlib
import inspect
import math
import numbers
import pathlib
import struct
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from toymono.errors import InputError, require
from toymono.text_files import read_text

F = TypeVar("F", bound=Callable[..., Any])
_SMALLEST_NORMAL = 2.0**-126  # of float32; processors flush what is smaller to 0


@dataclasses.dataclass(frozen=True)
class Number:
    """A number of a component: what it means, in which unit, and which values it may have.

    `low` and `high` may be reached, `above` may not. A mapped number differs between networks that
    are trained together; a `static` one fixes the compiled program, and is whole where its default
    is.
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

    def checked(self, name: str, value: object) -> float:
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
    """The number in the float32 that it is trained in: infinite if too large, 0 if too small."""
    try:
        (rounded,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return math.inf
    return 0.0 if abs(rounded) < _SMALLEST_NORMAL else rounded


@dataclasses.dataclass(frozen=True)
class Component:
    """One named choice: its kind, its numbers, and the function that does it.

    `facts` hold what else its kind declares. A component without a function is known from the
    folder of a run alone, whose code was not loaded.
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
        """Whether it was declared in a file of a user's."""
        return ":" in self.name

    def __call__(self, *arguments: Any, **more: Any) -> Any:  # noqa: ANN401 (as its kind has it)
        """Apply the function; raises InputError if its code is not loaded."""
        if self.function is None:
            raise InputError(
                f"{self.kind} must be known with its code, but {self.name} is known by name alone; "
                f"name its file: --with {self.module}.py, or import {self.module}"
            )
        return self.function(*arguments, **more)

    def given(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """This component's own numbers among all, under the names that its function has for
        them.
        """
        return {_parameter(self, name): values[name] for name in self.numbers}


def _parameter(component: Component, name: str) -> str:
    is_weight = component.kind == "penalty" and name == _short(component.name)
    return "weight" if is_weight else name


def _short(name: str) -> str:
    return name.rpartition(":")[2]


_known: dict[str, dict[str, Component]] = {}
_OWN = ("activations", "feature_laws", "levers", "optimizers", "penalties", "schedules", "tasks")
OPTIONAL = ("at_start", "after_update", "penalty")  # act on every network whose settings say so


def components(kind: str) -> dict[str, Component]:
    """All known components of a kind, toymono's own first."""
    for name in _OWN:
        importlib.import_module(f"toymono.components.{name}")
    return _known.get(kind, {})


def all_components() -> list[Component]:
    """All known components of every kind."""
    components("activation")
    return [one for of in _known.values() for one in of.values()]


def component(kind: str, name: object) -> Component:
    """The component of this name; a user's is found without its module, too, if only one fits.

    Raises InputError if there is none.
    """
    known = components(kind)
    fits = [c for c in known.values() if name == c.name or name == _short(c.name)]
    own = next(iter(known))
    fix = f"try {own}, or name the file of your own: --with FILE, or import it"
    require(len(fits) == 1, kind, f"one of {', '.join(known)}", name, fix)
    return fits[0]


def component_names(kind: str) -> tuple[str, ...]:
    """The names by which the components of a kind are found."""
    known = components(kind)
    return (*known, *(_short(name) for name in known if ":" in name))


def mapped_numbers(of_users: bool = True) -> dict[str, Number]:
    """The numbers of all known components that may differ between networks trained together."""
    return _numbers(False, of_users)


def static_numbers() -> dict[str, Number]:
    """The numbers of all known components that fix the compiled program."""
    return _numbers(True, True)


def _numbers(static: bool, of_users: bool) -> dict[str, Number]:
    return {
        name: number
        for one in sorted(all_components(), key=lambda one: one.kind not in OPTIONAL)
        for name, number in one.numbers.items()
        if number.static is static and (of_users or not one.is_of_user)
    }


class Source(NamedTuple):
    """The text of a user's file as it was when its components were declared."""

    text: str

    @property
    def sha256(self) -> str:
        """Its checksum, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


_sources: dict[str, Source] = {}


def _remember_source(function: Callable[..., Any]) -> None:
    file = inspect.getsourcefile(function)
    if file and pathlib.Path(file).is_file():
        _sources[function.__module__] = Source(read_text(pathlib.Path(file)))


def source_of(module: str) -> Source | None:
    """The file of a loaded module of components; None where none is loaded, or it has no file."""
    return _sources.get(module)


def remember(component: Component) -> None:
    """Know a component; one with the same kind and name is replaced."""
    for other in (one for of in _known.values() for one in of.values()):
        taken = {*other.numbers} & {*component.numbers}
        same = (other.kind, other.name) == (component.kind, component.name)
        rule = f"a number that no other component has ({other.name} has it)"
        require(same or not taken, component.name, rule, ", ".join(sorted(taken)), "rename it")
    _known.setdefault(component.kind, {})[component.name] = component


def _declared(kind: str, name: str, declared: Mapping[str, Any], **facts: Any) -> Callable[[F], F]:
    """The decorator that makes a function the component of this kind and name."""
    is_word = name.replace("-", "_").isidentifier()
    require(is_word, f"the name of a {kind}", "a word", name, "choose letters, as pairs")
    for number, of in declared.items():
        require(isinstance(of, Number), number, "a toymono.Number", of, "declare it as one")

    def decorate(function: F) -> F:
        parameters = {*inspect.signature(function).parameters}
        missing = ", ".join(sorted({*declared} - parameters))
        require(not missing, f"{kind} {name}", "a function of its numbers", missing, "add them")
        module = function.__module__
        _remember_source(function)
        full = name if module.startswith("toymono.") else f"{module}:{name}"
        own = {
            name if kind == "penalty" and number == "weight" else number: of
            for number, of in declared.items()
        }
        remember(Component(kind, full, own, function, facts))
        return function

    return decorate


def activation(name: str, **static: Number) -> Callable[[F], F]:
    """Declare `f(x, **static)`: hidden activations of pre-activations, "*batch neuron" both.

    Its numbers are static, so that weights and Config alone say what a network computes.
    """
    for number, of in static.items():
        require(of.static, number, "static in an activation", of, "declare it with static=True")
    return _declared("activation", name, static)


def feature_law(
    name: str,
    *,
    draws: Callable[..., Any] | None = None,
    densities: Callable[..., Any] | None = None,
    **mapped: Number,
) -> Callable[[F], F]:
    """Declare `f(key, shape, density, **numbers)`: feature values, shape = (batch, feature).

    What depends on no number may be drawn once for all networks of a seed: then `draws(key, shape)`
    draws it, and f gets it in place of the key. A law of independent features with amplitudes
    uniform on [0, 1) names their `densities(n_features, density)`; theory is refused for others.
    """
    return _declared("feature_law", name, mapped, draws=draws, densities=densities)


def task(name: str, *, is_signed: bool = False) -> Callable[[F], F]:
    """Declare `f(problem, features)`: targets, "batch output", of features, "batch feature".

    Signed features are differences of two draws of the feature law at half the density.
    """
    return _declared("task", name, {}, is_signed=is_signed)


def penalty(name: str, *, weight: Number, **mapped: Number) -> Callable[[F], F]:
    """Declare `f(network, hidden, weight, **numbers)`: what is added to the task loss; hidden
    activations are "batch neuron".

    The setting is named like the penalty. At its default the penalty does nothing, and is left out.
    """
    return _declared("penalty", name, {"weight": weight, **mapped})


def optimizer(name: str, **static: Number) -> Callable[[F], F]:
    """Declare `f(**static)`: an optax transformation of one network at learning rate 1."""
    return _declared("optimizer", name, static)


def schedule(name: str) -> Callable[[F], F]:
    """Declare `f(config, step)`: the learning rate after `step` updates, as a share of its peak."""
    return _declared("schedule", name, {})


def at_start(name: str, **mapped: Number) -> Callable[[F], F]:
    """Declare `f(weights, key, **numbers)`: initial weights from random ones.

    With all its numbers at their defaults it does nothing, and is left out.
    """
    return _declared("at_start", name, mapped)


def after_update(name: str, **mapped: Number) -> Callable[[F], F]:
    """Declare `f(weights, update, **numbers)`: weights after an update; `update` has the fields
    step, n_steps and learning_rate, its peak.

    With all its numbers at their defaults it does nothing, and is left out.
    """
    return _declared("after_update", name, mapped)
