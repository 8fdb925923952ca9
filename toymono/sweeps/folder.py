"""The sweep of a run's folder: written when the folder becomes a run, and never changed."""

import dataclasses
import json
import pathlib

from toymono.config import Config, InputError, Sweep, require
from toymono.sweeps.files import locked
from toymono.text_files import read_text, write_text

SWEEP_FILE = "sweep.json"


def claim_folder(folder: pathlib.Path, sweep: Sweep) -> Sweep:
    """Make the folder the run of this sweep, and return it as it is there: an earlier start may
    have chosen the units.

    Raises InputError if the folder already holds another sweep or other files, or cannot be written
    to.
    """
    file = folder / SWEEP_FILE
    if not file.exists():
        # Another job of an array may be writing the very same, and a killed one may have left half
        # of it.
        ours = (SWEEP_FILE, f".{SWEEP_FILE}", "units", "checkpoints")
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
    fix = "name another folder with --out"
    require(
        not different, "out", f"a folder without another run (other {different})", str(folder), fix
    )
    (folder / "units").mkdir(exist_ok=True)
    return theirs


def _write_sweep(sweep: Sweep, file: pathlib.Path) -> None:
    """Write the sweep unless another process of the same run was quicker."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with locked(file, patience=60.0):
            if not file.exists():
                write_text(file, json.dumps(_to_json(sweep), indent=1) + "\n")
    except OSError as error:
        raise InputError(
            f"out must be a folder that can be written to, but {error}; name another folder"
        ) from error


def _differences(mine: Sweep, theirs: Sweep) -> list[str]:
    """Names of the fields in which two sweeps differ: of their bases, grids and seeds."""
    one, other = _to_json(mine), _to_json(theirs)
    fields = [name for name in one["base"] if one["base"][name] != other["base"].get(name)]
    return fields + [name for name in ("grids", "seeds") if one[name] != other[name]]


def _to_json(sweep: Sweep) -> dict:
    return json.loads(json.dumps(dataclasses.asdict(sweep)))


def read_sweep(folder: pathlib.Path) -> Sweep:
    """The sweep a run folder stands for; raises InputError if the folder is not a run."""
    file = folder / SWEEP_FILE
    require(
        file.is_file(),
        "folder",
        f"a run, which has a {SWEEP_FILE}",
        str(folder),
        "make one with `toymono run`",
    )
    known = {field.name for kind in (Config, Sweep) for field in dataclasses.fields(kind)}
    try:
        content = json.loads(read_text(file))
        unknown = ", ".join(sorted({*content, *content["base"]} - known))
        if not unknown:
            grids = tuple(
                {name: tuple(values) for name, values in grid.items()} for grid in content["grids"]
            )
            base, seeds = Config(**content["base"]), tuple(content["seeds"])
            most = content.get("members_per_unit")  # an older toymono did not write it
            return Sweep(base=base, grids=grids, seeds=seeds, members_per_unit=most)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{file} must hold a sweep that toymono wrote, but {error}; restore it or run anew"
        ) from error
    fix = "go on with the newer toymono that wrote it"
    raise InputError(f"{file} must hold settings that this toymono knows, but has {unknown}; {fix}")
