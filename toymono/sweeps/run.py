"""Train what a run still lacks: each unit of its sweep whose result file does not exist yet."""

import functools
import pathlib
from collections.abc import Callable

import jax

from toymono import environment
from toymono.config import Sweep, require
from toymono.sweeps.estimates import PROCESS_BYTES, estimated_bytes, fitted, is_worth_splitting
from toymono.sweeps.files import check
from toymono.sweeps.folder import claim_folder, read_sweep
from toymono.sweeps.interruption import asked_to_stop, order
from toymono.sweeps.plan import Unit, plan, share_of, shared
from toymono.sweeps.store import unit_file
from toymono.sweeps.train_unit import Report, train_unit
from toymono.sweeps.workers import train_in_processes


def run_sweep(
    sweep: Sweep,
    folder: pathlib.Path,
    report: Report = lambda unit, progress: None,
    share: str = "1/1",
    workers: int | None = None,
    on: str = "here",
) -> list[pathlib.Path]:
    """Train every unit of the sweep that is not done, or of a share of it, "2/8" say, and return
    their files.

    Running it twice is harmless: done units are left alone, begun ones go on from their last
    checkpoint. `report` is called often enough to show progress. On CPUs as many processes as there
    are cores train a unit each, unless `workers` says how many or the work is short; on
    accelerators this one does, over all devices. `on` is "here", or "ray" for a Ray cluster of this
    machine alone, or the address of one: its nodes train a unit on each core or GPU.

    Raises InputError, before anything is written, if the folder holds another run or a unit needs
    more memory than is free; and later, if another process trains a unit, a result is not as it was
    written, or the folder cannot be written to. Raises Stopped, once what is made so far is stored,
    if Ctrl-C or a termination signal asks for it.
    """
    if on == "here":
        fits = fitted_here(sweep, share, workers or n_workers())
        train = functools.partial(_train_here, workers=workers, report=report)
        return _train_missing(fits, folder, share, environment.free_memory(), train)
    from toymono.sweeps.cluster import connected
    from toymono.sweeps.ray_tasks import train_in_cluster

    with order(), connected(on, workers) as cluster:
        _, n_shares = share_of(share)
        fits = fitted(sweep, cluster.at_once * n_shares, cluster.bytes_each)
        train = functools.partial(train_in_cluster, cluster, report=report)
        return _train_missing(fits, folder, share, cluster.bytes_each, train)


def _train_missing(
    sweep: Sweep, folder: pathlib.Path, share: str, free_bytes: int, train: Callable[..., None]
) -> list[pathlib.Path]:
    """Check all that can be checked, train the units of a share that are not done, and return its
    files.
    """
    for unit in shared(plan(sweep), share):
        _check_memory(unit, free_bytes)
    units = shared(plan(claim_folder(folder, sweep)), share)
    todo = [unit for unit in units if not unit_file(folder, unit).exists()]
    for unit in set(units).difference(todo):
        check(unit_file(folder, unit))
    if todo:
        with asked_to_stop() as stop:
            train(folder, todo, stop=stop)
    return [unit_file(folder, unit) for unit in units]


def _train_here(
    folder: pathlib.Path,
    units: list[Unit],
    workers: int | None,
    report: Report,
    stop: Callable[[], bool],
) -> None:
    """Train units of a run in this process, or in others if that is sooner."""
    # What is left to do plays no part: an interrupted run ends in the same processes, to the last
    # bit the same.
    whole = plan(read_sweep(folder))
    if (workers or 1) > 1 or (n_workers() > 1 and is_worth_splitting(whole)):
        n_threads = max(1, environment.n_cores() // len(whole))
        train_in_processes(
            folder, units, min(workers or n_workers(), len(units)), n_threads, report, stop
        )
    else:
        for unit in units:
            train_unit(folder, unit, report, stop)


def fitted_here(sweep: Sweep, share: str, at_once: int) -> Sweep:
    """The sweep with units that keep so many workers busy in each share of it, and that fit this
    machine's memory.
    """
    _, n_shares = share_of(share)
    return fitted(sweep, at_once * n_shares, environment.free_memory() // at_once - PROCESS_BYTES)


def n_workers() -> int:
    """Processes that keep this machine busy: one for each core, but one for all devices of another
    kind.
    """
    return (
        environment.n_cores()
        if jax.default_backend() == "cpu" and jax.local_device_count() == 1
        else 1
    )


def _check_memory(unit: Unit, free: int) -> None:
    needed = estimated_bytes(unit)
    size = f"{unit.n_members} members that need about {needed / 2**30:.1f} GiB at once"
    rule = f"small enough for the {free / 2**30:.1f} GiB that are free"
    require(
        needed <= free,
        "a unit",
        rule,
        size,
        "lower n_features, n_neurons, batch_size, n_steps or the member count",
    )
