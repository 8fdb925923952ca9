"""Train what a run still lacks: each unit of its sweep whose result file does not exist yet."""

import pathlib
from collections.abc import Callable

from toymono.config import Sweep
from toymono.sweeps.plan import Unit, plan
from toymono.sweeps.store import claim_folder, unit_file, write_unit
from toymono.training.ensemble import Progress, train_ensemble

Report = Callable[[Unit, Progress], None]


def run_sweep(sweep: Sweep, folder: pathlib.Path, report: Report = lambda unit, progress: None) -> list[pathlib.Path]:
    """Train every unit of the sweep that is not done and return the files of all units.

    Running it twice is harmless: done units are left alone. Raises InputError, before anything is
    written, if the folder holds another run. `report` is called about once a second.
    """
    claim_folder(folder, sweep)
    files = []
    for unit in plan(sweep):
        file = unit_file(folder, unit)
        if not file.exists():
            trained = train_ensemble(unit.config, unit.settings, unit.seeds, lambda p, unit=unit: report(unit, p))
            write_unit(folder, unit, trained)
        files.append(file)
    return files
