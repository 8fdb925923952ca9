"""Train what a run still lacks: each unit of its sweep whose result file does not exist yet."""

import pathlib

import jax

from toymono import environment
from toymono.config import Sweep, require
from toymono.sweeps.estimates import estimated_bytes, fitted, is_worth_splitting
from toymono.sweeps.files import check
from toymono.sweeps.interruption import asked_to_stop
from toymono.sweeps.plan import Unit, plan, share_of, shared
from toymono.sweeps.store import claim_folder, unit_file
from toymono.sweeps.work import Report, train_unit
from toymono.sweeps.workers import train_in_processes


def run_sweep(
    sweep: Sweep,
    folder: pathlib.Path,
    report: Report = lambda unit, progress: None,
    share: str = "1/1",
    workers: int | None = None,
) -> list[pathlib.Path]:
    """Train every unit of the sweep that is not done, or of a share of it, "2/8" say, and return their files.

    Running it twice is harmless: done units are left alone, begun ones go on from their last checkpoint. `report` is
    called often enough to show progress. On CPUs as many processes as there are cores train a unit each, unless
    `workers` says how many or the work is short; on accelerators this one does, over all devices.

    Raises InputError, before anything is written, if the folder holds another run or a unit needs more memory than is
    free; and later, if another process trains a unit, a result is not as it was written, or the folder cannot be
    written to. Raises Stopped, once what is made so far is stored, if Ctrl-C or a termination signal asks for it.
    """
    at_once = workers or n_workers()
    sweep = fitted_here(sweep, share, at_once)
    for unit in shared(plan(sweep), share):
        _check_memory(unit)
    whole = plan(claim_folder(folder, sweep))
    units = shared(whole, share)
    todo = [unit for unit in units if not unit_file(folder, unit).exists()]
    for unit in set(units).difference(todo):
        check(unit_file(folder, unit))
    # What is left to do plays no part: an interrupted run ends in the same processes, to the last bit the same.
    in_processes = (workers or 1) > 1 or (n_workers() > 1 and is_worth_splitting(whole))
    with asked_to_stop() as stop:
        if todo and in_processes:
            n_threads = max(1, environment.n_cores() // len(whole))
            train_in_processes(folder, todo, min(at_once, len(todo)), n_threads, report, stop)
        else:
            for unit in todo:
                train_unit(folder, unit, report, stop)
    return [unit_file(folder, unit) for unit in units]


def fitted_here(sweep: Sweep, share: str, at_once: int) -> Sweep:
    """The sweep with units that keep so many workers busy in each share of it, and that fit this machine's memory."""
    _, n_shares = share_of(share)
    return fitted(sweep, at_once * n_shares, environment.free_memory() // at_once)


def n_workers() -> int:
    """Processes that keep this machine busy: one for each core, but one for all devices of another kind."""
    return environment.n_cores() if jax.default_backend() == "cpu" and jax.local_device_count() == 1 else 1


def _check_memory(unit: Unit) -> None:
    needed, free = estimated_bytes(unit), environment.free_memory()
    size = f"{unit.n_members} members that need about {needed / 2**30:.1f} GiB at once"
    rule = f"small enough for the {free / 2**30:.1f} GiB that are free"
    require(
        needed <= free, "a unit", rule, size, "lower n_features, n_neurons, batch_size, n_steps or the member count"
    )
