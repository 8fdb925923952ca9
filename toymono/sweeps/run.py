"""Train what a run still lacks: each unit of its sweep whose result file does not exist yet."""

import pathlib
from collections.abc import Callable

from toymono import environment
from toymono.config import Sweep, require
from toymono.sweeps.files import check, locked
from toymono.sweeps.plan import Unit, estimated_bytes, plan, shared
from toymono.sweeps.store import claim_folder, unit_file, write_unit
from toymono.training.ensemble import Progress, train_ensemble

Report = Callable[[Unit, Progress], None]


def run_sweep(
    sweep: Sweep,
    folder: pathlib.Path,
    report: Report = lambda unit, progress: None,
    share: str = "1/1",
) -> list[pathlib.Path]:
    """Train every unit of the sweep that is not done, or of a share of it, "2/8" say, and return their files.

    Running it twice is harmless: done units are left alone. `report` is called often enough to show progress.
    Raises InputError, before anything is written, if the folder holds another run or a unit needs more memory
    than is free; and if another process trains it, or a result in it is not as it was written.
    """
    units = shared(plan(sweep), share)
    for unit in units:
        _check_memory(unit)
    claim_folder(folder, sweep)
    for unit in units:
        with locked(unit_file(folder, unit)):
            _train(unit, folder, report)
    return [unit_file(folder, unit) for unit in units]


def _train(unit: Unit, folder: pathlib.Path, report: Report) -> None:
    if (file := unit_file(folder, unit)).exists():
        check(file)
    else:
        trained = train_ensemble(unit.config, unit.settings, unit.seeds, lambda p: report(unit, p))
        write_unit(folder, unit, trained)


def _check_memory(unit: Unit) -> None:
    needed, free = estimated_bytes(unit), environment.free_memory()
    size = f"{unit.n_members} members that need about {needed / 2**30:.1f} GiB at once"
    rule = f"small enough for the {free / 2**30:.1f} GiB that are free"
    require(
        needed <= free, "a unit", rule, size, "lower n_features, n_neurons, batch_size, n_steps or the member count"
    )
