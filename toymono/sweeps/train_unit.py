"""Train one unit, from the start or from its last checkpoint, and write its file."""

import contextlib
import pathlib
import time
from collections.abc import Callable, Iterator

import jax

from toymono.config import InputError
from toymono.sweeps.checkpoints import drop_checkpoints, read_checkpoint, write_checkpoint
from toymono.sweeps.files import check, locked
from toymono.sweeps.interruption import Stopped
from toymono.sweeps.plan import Unit
from toymono.sweeps.store import unit_file, write_unit
from toymono.training.ensemble import Progress, finished, progress, snapshots
from toymono.training.schedules import last_step

SECONDS_BETWEEN_CHECKPOINTS = 60.0

Report = Callable[[Unit, Progress], None]


def train_unit(
    folder: pathlib.Path,
    unit: Unit,
    report: Report,
    stop: Callable[[], bool],
    patience: float = 0.0,
) -> None:
    """Train a unit of the run in the folder unless it is done; it is safe to call this twice.

    When `stop()` is true, it writes a checkpoint and raises Stopped. Raises InputError if another
    process trains the unit for more than `patience` seconds, if the unit's file is damaged, if the
    folder is not writable, or if memory runs out.
    """
    file = unit_file(folder, unit)
    with locked(file, patience), _in_memory(folder, unit):
        if file.exists():
            return check(file)
        last, saved = read_checkpoint(folder, unit), time.monotonic()
        for last in snapshots(unit.config, unit.settings, unit.seeds, last):  # noqa: B020 (the first is where it starts)
            report(unit, progress(unit.config, last))
            asked, late = stop(), time.monotonic() - saved >= SECONDS_BETWEEN_CHECKPOINTS
            if (asked or late) and last.step < last_step(unit.config):
                write_checkpoint(folder, unit, last)
                saved = time.monotonic()
                if asked:
                    raise Stopped
        try:
            write_unit(folder, unit, finished(unit.config, unit.seeds, last))
        except OSError as error:
            fix = f"free disk space, then continue with: toymono resume {folder}"
            raise InputError(f"{file} must be written, but {error}; {fix}") from error
        drop_checkpoints(folder, unit)


@contextlib.contextmanager
def _in_memory(folder: pathlib.Path, unit: Unit) -> Iterator[None]:
    """Raise InputError if memory runs out, on the host or on a device."""
    try:
        yield
    except (MemoryError, jax.errors.JaxRuntimeError) as error:
        words = str(error).splitlines() or ["memory ran out"]
        if isinstance(error, jax.errors.JaxRuntimeError) and "RESOURCE_EXHAUSTED" not in words[0]:
            raise
        fewer = "free memory, or train fewer units at a time with --workers"
        fix = f"{fewer}, then continue with: toymono resume {folder}"
        raise InputError(f"{unit.name} must fit in memory, but {words[0]}; {fix}") from error
