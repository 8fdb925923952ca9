"""Components in users' files: load a file that the user names, and read from a run's folder what
a file declared, without loading it.

To import a file is to run it. So toymono loads a file only if the user names it, or to train a run
whose folder holds it.
"""

import dataclasses
import importlib.util
import pathlib
import sys
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from toymono.components.component import Component, Number
from toymono.components.registry import remember, source_of
from toymono.errors import InputError, require
from toymono.text_files import read_text


def load_file(file: pathlib.Path, module: str | None = None) -> str:
    """Import a file with components, and return the name of its module: the file's own name.

    A file that is already loaded is not run again. Raises InputError if there is no such file, if
    it cannot be imported, or if another module has its name.
    """
    require(file.is_file(), "with", "a Python file", str(file), "check its name")
    name = module or file.stem
    loaded = source_of(name)
    if loaded is not None:
        same = loaded.text == read_text(file)
        fix = "rename one of the two files, or restart Python"
        require(same, str(file), f"the file already loaded as {name}", "a different file", fix)
        return name
    free = name not in sys.modules and (
        module is not None or _found(name) in (None, file.resolve())
    )
    words = all(map(str.isidentifier, name.split(".")))
    require(free and words, str(file), "named differently from other modules", name, "rename it")
    _run(file, name)
    return name


def _found(name: str) -> pathlib.Path | None:
    """The file that `import name` would find."""
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return None
    return pathlib.Path(spec.origin).resolve() if spec and spec.origin else None


def _run(file: pathlib.Path, name: str) -> None:
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        if isinstance(error, InputError):
            raise
        what = f"{type(error).__name__}: {error}"
        raise InputError(f"{file} must be importable, but {what}; fix it") from error


def described(used: Iterable[Component]) -> dict[str, Any]:
    """What a run's folder says about users' components: each module's checksum and declarations.

    Raises InputError if a module has no file that the run can store.
    """
    found: dict[str, Any] = {}
    for one in used:
        source = source_of(one.module)
        rule, fix = "declared in a file, which the run stores", "move it to a file and import that"
        require(source is not None, one.name, rule, f"in {one.module}, without a file", fix)
        assert source is not None
        of = found.setdefault(one.module, {"sha256": source.sha256, "declared": []})
        numbers = {name: dataclasses.asdict(number) for name, number in one.numbers.items()}
        facts = {name: None if callable(value) else value for name, value in one.facts.items()}
        of["declared"] += [{"kind": one.kind, "name": one.name, "numbers": numbers, "facts": facts}]
    return found


class Declarations(NamedTuple):
    """What a run's folder says about one user's file."""

    sha256: str
    components: tuple[Component, ...]  # without their functions


def declarations(content: Mapping[str, Any]) -> dict[str, Declarations]:
    """What `described` wrote, by module."""
    return {
        module: Declarations(of["sha256"], tuple(map(_component, of["declared"])))
        for module, of in content.items()
    }


def _component(declared: Mapping[str, Any]) -> Component:
    numbers = {name: Number(**number) for name, number in declared["numbers"].items()}
    return Component(declared["kind"], declared["name"], numbers, None, declared["facts"])


def know(folder: pathlib.Path, found: Mapping[str, Declarations]) -> None:
    """Register the components that a run's folder describes, without their code; raises InputError
    if other code is loaded.
    """
    for module, of in found.items():
        loaded = source_of(module)
        same = loaded is None or loaded.sha256 == of.sha256
        fix = f"start again with --with {folder / 'components' / module}.py"
        rule = f"the file that {folder} was made with"
        require(same, f"{module}.py", rule, "a different file", fix)
        if loaded is None:
            for one in of.components:
                remember(one)
