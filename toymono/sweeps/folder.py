"""The sweep of a run's folder: written when the folder becomes a run, and never changed."""

import contextlib
import dataclasses
import json
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

from toymono.components.registry import source_of
from toymono.components.user_files import (
    Declarations,
    declarations,
    described,
    know,
    load_file,
)
from toymono.config import Config, InputError, Sweep, require, used_components
from toymono.sweeps.files import checksum, locked
from toymono.text_files import read_text, write_text

SWEEP_FILE = "sweep.json"
COMPONENTS = "components"  # key in it, and the folder of the files of users


def claim_folder(folder: pathlib.Path, sweep: Sweep) -> Sweep:
    """Make the folder the run of this sweep, and return the sweep as the folder has it: an earlier
    start may have chosen the units.

    Raises InputError if the folder already holds another sweep or other files, or cannot be written
    to.
    """
    file = folder / SWEEP_FILE
    if not file.exists():
        # Another job of an array may be writing the very same, and a killed one may have left half
        # of it.
        ours = (SWEEP_FILE, f".{SWEEP_FILE}", "units", "checkpoints", COMPONENTS)
        strangers = folder.is_dir() and any(
            not path.name.startswith(ours) for path in folder.iterdir()
        )
        empty = not folder.exists() or (folder.is_dir() and not strangers)
        require(
            empty,
            "out",
            "a new or empty folder, or the same run's",
            str(folder),
            "name another folder with --out",
        )
        _write_sweep(sweep, file)
    theirs = read_sweep(folder)
    different = ", ".join(_differences(sweep, theirs))
    rule = f"a folder without another run (this one differs in {different})"
    require(not different, "out", rule, str(folder), "name another folder with --out")
    (folder / "units").mkdir(exist_ok=True)
    return theirs


def _write_sweep(sweep: Sweep, file: pathlib.Path) -> None:
    """Write the sweep unless another process of the same run was quicker."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with locked(file, patience=60.0):
            if not file.exists():
                content = _to_json(sweep)
                _keep_files(file.parent, content[COMPONENTS])
                write_text(file, json.dumps(content, indent=1) + "\n")
    except OSError as error:
        raise InputError(
            f"out must be a folder that can be written to, but {error}; name another folder"
        ) from error


def _differences(mine: Sweep, theirs: Sweep) -> list[str]:
    """Names of the fields in which two sweeps differ: of their bases, grids and seeds."""
    one, other = _to_json(mine), _to_json(theirs)
    fields = [name for name in one["base"] if one["base"][name] != other["base"].get(name)]
    modules = one[COMPONENTS].keys() | other[COMPONENTS].keys()
    files = [f"{m}.py" for m in modules if one[COMPONENTS].get(m) != other[COMPONENTS].get(m)]
    return fields + files + [name for name in ("grids", "seeds") if one[name] != other[name]]


def _to_json(sweep: Sweep) -> dict:
    content = {**dataclasses.asdict(sweep), COMPONENTS: described(used_components(sweep))}
    return json.loads(json.dumps(content))


def _keep_files(folder: pathlib.Path, described: Mapping[str, Any]) -> None:
    for module in described:
        file, source = _kept(folder, module), source_of(module)
        assert source is not None
        file.parent.mkdir(exist_ok=True)
        write_text(file, source.text)


def _kept(folder: pathlib.Path, module: str) -> pathlib.Path:
    return folder / COMPONENTS / f"{module}.py"


def _stored_sweep(folder: pathlib.Path) -> tuple[dict[str, Any], dict[str, Declarations]]:
    """What a run's file says about its sweep, and about users' components by module.

    Raises InputError if the folder is not a run, or if the file is damaged or from a newer toymono.
    """
    file, fix = folder / SWEEP_FILE, "make one with `toymono run`"
    require(file.is_file(), "folder", f"a run, which has a {SWEEP_FILE}", str(folder), fix)
    known = {field.name for kind in (Config, Sweep) for field in dataclasses.fields(kind)}
    with _readable(folder):
        content = json.loads(read_text(file))
        found = declarations(content.pop(COMPONENTS, {}))
        unknown = ", ".join(sorted({*content, *content["base"]} - known))
    fix = "use the newer toymono that wrote it"
    require(not unknown, str(file), "of settings that this toymono knows", unknown, fix)
    return content, found


@contextlib.contextmanager
def _readable(folder: pathlib.Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        file, fix = folder / SWEEP_FILE, "restore it, or start a new run"
        raise InputError(
            f"{file} must hold a sweep that toymono wrote, but {error}; {fix}"
        ) from error


def load_components(folder: pathlib.Path) -> None:
    """Import the files with users' components in a run's folder, if it has any.

    Raises InputError if a file changed since the run was started.
    """
    _, found = _stored_sweep(folder)
    for module, of in found.items():
        if source_of(module) is None:
            file = _kept(folder, module)
            same = file.is_file() and checksum(file) == of.sha256
            fix = "restore it; a changed file needs a new run"
            rule = "the file that the run was started with"
            require(same, str(file), rule, "a changed file", fix)
            load_file(file, module)


def read_sweep(folder: pathlib.Path) -> Sweep:
    """The sweep of a run's folder; raises InputError if the folder is not a run."""
    content, found = _stored_sweep(folder)
    know(folder, found)
    with _readable(folder):
        return _sweep(content)


def _sweep(content: Mapping[str, Any]) -> Sweep:
    grids = tuple(
        {name: tuple(values) for name, values in grid.items()} for grid in content["grids"]
    )
    base, seeds = Config(**content["base"]), tuple(content["seeds"])
    most = content.get("members_per_unit")  # an older toymono did not write it
    return Sweep(base=base, grids=grids, seeds=seeds, members_per_unit=most)
