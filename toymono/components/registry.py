"""All known components, by kind and name: toymono's own, and those from users' files."""

import functools
import hashlib
import importlib
import inspect
import pathlib
from collections.abc import Callable
from typing import Any, NamedTuple

from toymono.components import feature_laws, levers
from toymono.components.component import Component, Number, short_name
from toymono.errors import require
from toymono.text_files import read_text

_known: dict[str, dict[str, Component]] = {}
_OWN = (
    "activations",
    "amplitude_laws",
    *(f"feature_laws.{name}" for name in feature_laws.FILES),
    "optimizers",
    "schedules",
    "tasks",
    *(f"levers.{name}" for name in levers.FILES),
    "importances",
)
OPTIONAL = (
    "at_start",
    "in_training",
    "after_update",
    "penalty",
    "importance",
)  # act on every network whose settings say so


def components(kind: str) -> dict[str, Component]:
    """All known components of a kind, toymono's own first."""
    _load_own()
    return _known.get(kind, {})


@functools.cache
def _load_own() -> None:
    for name in _OWN:
        importlib.import_module(f"toymono.components.{name}")


def all_components() -> list[Component]:
    """All known components of every kind."""
    _load_own()
    return [one for of in _known.values() for one in of.values()]


def component(kind: str, name: object) -> Component:
    """The component of this name. The name of a user's component may leave out its module if only
    one fits.

    Raises InputError if there is none.
    """
    known = components(kind)
    fits = [found for full, found in known.items() if name == full] or [
        found for full, found in known.items() if name == short_name(full)
    ]
    rule = f"one of {', '.join(known)}" if known else "declared"
    fix = "name the file that declares it: --with FILE, or import it"
    fix = f"try {next(iter(known))}, or {fix}" if known else fix
    require(len(fits) == 1, kind, rule, name, fix)
    return fits[0]


def component_names(kind: str) -> tuple[str, ...]:
    """The names by which the components of a kind are found."""
    known = components(kind)
    return (*known, *(short_name(name) for name in known if ":" in name))


def neuron_measures() -> dict[str, Component]:
    """The known measures of users' files, by the names of their arrays and columns."""
    return {short_name(name): found for name, found in components("neuron_measure").items()}


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
    """The text of a user's file at the time its components were declared."""

    text: str

    @property
    def sha256(self) -> str:
        """Its checksum, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


_sources: dict[str, Source] = {}


def remember_source(function: Callable[..., Any]) -> None:
    """Keep the text of the file that declares a component, if there is such a file."""
    file = inspect.getsourcefile(function)
    if file and pathlib.Path(file).is_file():
        _sources[function.__module__] = Source(read_text(pathlib.Path(file)))


def source_of(module: str) -> Source | None:
    """The file of a loaded module of components; None if it is not loaded or has no file."""
    return _sources.get(module)


def remember(component: Component) -> None:
    """Add a component to the known ones; it replaces one with the same kind and name."""
    for other in (one for of in _known.values() for one in of.values()):
        taken = {*other.numbers} & {*component.numbers}
        same = (other.kind, other.name) == (component.kind, component.name)
        name = f"a number of {component.name}"
        rule = f"one that no other component has ({other.name} has it)"
        require(same or not taken, name, rule, ", ".join(sorted(taken)), "rename it")
    _known.setdefault(component.kind, {})[component.name] = component
