"""Checkpoints: the state of a unit's training, as Orbax files with a list of their checksums.

A checkpoint counts if its list exists and names the current versions, and if every file is
undamaged. Any other is ignored: training then starts from an older one, or from the beginning.
"""

import json
import pathlib
import shutil
import tempfile
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from toymono import environment
from toymono.analysis.record import Record
from toymono.components.component import short_name
from toymono.config import InputError
from toymono.sweeps.files import checksum
from toymono.sweeps.plan import Unit
from toymono.text_files import read_text, write_text
from toymono.toy.world import make_world
from toymono.training.ensemble import Snapshot
from toymono.training.members import stack_settings
from toymono.training.train import TrainState, start

_ROOM_BESIDE = 2**17  # bytes; what a checkpoint needs more than its arrays


def checkpoint_folder(folder: pathlib.Path, unit: Unit) -> pathlib.Path:
    """Where a unit's checkpoints are while it is trained."""
    return folder / "checkpoints" / unit.name


def write_checkpoint(folder: pathlib.Path, unit: Unit, snapshot: Snapshot) -> None:
    """Store a snapshot, and then drop the older ones."""
    import orbax.checkpoint as ocp  # a second to import, and short runs never need it

    home, step = checkpoint_folder(folder, unit), snapshot.step
    home.mkdir(parents=True, exist_ok=True)
    _drop(home, lambda other: other == str(step))  # what a killed process left
    arrays = _arrays(snapshot)
    try:
        _find_room(home, sum(array.nbytes for array in arrays.values()))
        # Orbax's asynchronous ways wait by the clock of the day, and give up where that jumps.
        with ocp.Checkpointer(ocp.StandardCheckpointHandler()) as orbax:
            orbax.save(home.absolute() / str(step), args=ocp.args.StandardSave(arrays))
        content = {"versions": _versions(), "sha256": _checksums(home / str(step))}
        write_text(home / f"{step}.json", json.dumps(content, indent=1) + "\n")
    except (OSError, ValueError, RuntimeError) as error:
        fix = f"free disk space, then continue with: toymono resume {folder}"
        raise InputError(
            f"{home} must be able to store a checkpoint of {unit.name}, but {error}; {fix}"
        ) from error
    _drop(home, lambda other: other != str(step))


def _find_room(home: pathlib.Path, n_bytes: int) -> None:
    """Raise OSError if the disk is too full; Orbax would print pages of tracebacks."""
    with tempfile.TemporaryFile(dir=home) as room:
        for _ in range(0, n_bytes + _ROOM_BESIDE, _ROOM_BESIDE):
            room.write(bytes(_ROOM_BESIDE))


def _arrays(snapshot: Snapshot) -> dict[str, np.ndarray]:
    """Every array of a snapshot under a name; records and kept parameters are stacked."""
    records = [{**r._asdict(), **r.own} for r in snapshot.records]
    recorded = {
        f"record.{name}": np.stack([record[name] for record in records])
        for name in records[0]
        if name != "own"
    }
    kept = [np.stack(leaves) for leaves in zip(*map(jax.tree.leaves, snapshot.params), strict=True)]
    members = [np.asarray(leaf) for leaf in jax.tree.leaves(snapshot.members)]
    numbered = {"member": members, "params": kept}
    return recorded | {
        f"{name}.{n}": leaf for name, leaves in numbered.items() for n, leaf in enumerate(leaves)
    }


def _snapshot(unit: Unit, step: int, arrays: dict[str, np.ndarray]) -> Snapshot:
    """The snapshot that these arrays are of."""
    config, numbers = unit.config, stack_settings(unit.settings).shared
    alone: TrainState = jax.eval_shape(lambda: start(config, numbers, make_world(config, 0)))

    def tree(name: str, like: Any) -> Any:  # noqa: ANN401 (a pytree of the same structure)
        structure = jax.tree.structure(like)
        return jax.tree.unflatten(
            structure, [arrays[f"{name}.{n}"] for n in range(structure.num_leaves)]
        )

    own = {short_name(m): arrays[f"record.{short_name(m)}"] for m in config.measures}
    named: dict[str, Any] = {n: arrays[f"record.{n}"] for n in Record._fields if n != "own"}
    named["own"] = own
    records = Record(**named)
    params = _unstacked(tree("params", alone.params)) if "params.0" in arrays else ()
    return Snapshot(step, tree("member", alone), _unstacked(records), params)


def _unstacked(stacked: Any) -> tuple[Any, ...]:  # noqa: ANN401 (any pytree)
    n = len(jax.tree.leaves(stacked)[0])
    return tuple(jax.tree.map(lambda leaf, index=index: leaf[index], stacked) for index in range(n))


def _versions() -> dict[str, str]:
    """What must agree for training to go on bit for bit."""
    now = environment.versions()
    same = {name: now[name] for name in ("toymono", "jax", "jaxlib")}
    # An editable installation keeps its version when its records change.
    return {**same, "device": environment.devices()[0], "record": " ".join(Record._fields)}


def _checksums(folder: pathlib.Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): checksum(path) for path in files}


def _steps(home: pathlib.Path) -> list[int]:
    """Steps of which there is anything, latest first."""
    names = {_step_of(path) for path in home.iterdir()} if home.is_dir() else set()
    return sorted((int(name) for name in names if name.isdecimal()), reverse=True)


def _step_of(path: pathlib.Path) -> str:
    """The step that a checkpoint, its list, or what is half written of either, is of."""
    return path.name.lstrip(".").split(".")[0]


def _drop(home: pathlib.Path, unwanted: Callable[[str], bool]) -> None:
    """Delete the checkpoints of unwanted steps, each list of checksums before its files."""
    for path in sorted(
        (path for path in home.iterdir() if unwanted(_step_of(path))), key=pathlib.Path.is_dir
    ):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _is_whole(home: pathlib.Path, step: int) -> bool:
    try:
        content = json.loads(read_text(home / f"{step}.json"))
        return (
            content["versions"] == _versions()
            and content["sha256"] == _checksums(home / str(step)) != {}
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def read_checkpoint(folder: pathlib.Path, unit: Unit) -> Snapshot | None:
    """The latest undamaged snapshot that the same versions and device made, or None."""
    import orbax.checkpoint as ocp

    home = checkpoint_folder(folder, unit)
    step = next((step for step in _steps(home) if _is_whole(home, step)), None)
    if step is None:
        return None
    with ocp.StandardCheckpointer() as orbax:
        return _snapshot(unit, step, orbax.restore(home.absolute() / str(step)))


def drop_checkpoints(folder: pathlib.Path, unit: Unit) -> None:
    """Delete what a unit that is done no longer needs."""
    shutil.rmtree(checkpoint_folder(folder, unit), ignore_errors=True)
