"""Train the missing units of a run: those whose result file does not exist yet."""

import contextlib
import functools
import pathlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import jax

from toymono import environment
from toymono.config import Sweep, require
from toymono.sweeps.estimates import PROCESS_BYTES, estimated_bytes, fitted, is_worth_splitting
from toymono.sweeps.files import check
from toymono.sweeps.folder import SWEEP_FILE, claim_folder, load_components, read_sweep
from toymono.sweeps.interruption import asked_to_stop, order
from toymono.sweeps.plan import Unit, plan, share_of, shared
from toymono.sweeps.schema import layouts
from toymono.sweeps.store import Whole, unit_file
from toymono.sweeps.train_unit import Report, train_unit
from toymono.sweeps.workers import train_in_processes


class Engine(NamedTuple):
    """Where to train units, how many at the same time, and how much memory each may use."""

    at_once: int
    bytes_each: int  # to which `fitted` cuts a sweep's units, where it may
    most_bytes: int  # that a single unit may need
    train: Callable[[pathlib.Path, list[Unit], Report, Callable[[], bool]], None]


def run_sweep(
    sweep: Sweep,
    folder: pathlib.Path | str,
    report: Report = lambda unit, progress: None,
    share: str = "1/1",
    workers: Whole | None = None,
    on: str = "here",
) -> list[pathlib.Path]:
    """Train every unit of a sweep that is not done, or of a share of it such as "2/8"; return the
    result files.

    It is safe to call this twice: units that are done are kept, and started ones continue from
    their last checkpoint. `report` is called often enough to show progress. `workers` is the number
    of units trained at the same time. The default is one process per core on CPUs, unless the work
    is short, and one process for all devices on accelerators. `on` is "here", "ray" for a Ray
    cluster of only this machine, or the address of a Ray cluster, which trains a unit on each core
    or GPU.

    Raises InputError before it writes anything if the folder holds another run or if a unit needs
    more memory than is free; later if another process trains a unit, if a result file is damaged,
    or if the folder is not writable. Raises Stopped on Ctrl-C or a termination signal, after it has
    stored all progress.
    """
    folder = pathlib.Path(folder)
    workers = None if workers is None else int(workers)
    known = workers is None or workers >= 1
    require(known, "workers", "a whole number from 1 on", workers, "leave it out")
    if (folder / SWEEP_FILE).exists():
        load_components(folder)
    with _engine(on, workers) as engine:
        sweep = _cut(sweep, share, engine)
        for unit in shared(plan(sweep), share):
            _check_memory(unit, engine.most_bytes)
            layouts(unit)  # raises InputError if a measure's name is taken
        units = shared(plan(claim_folder(folder, sweep)), share)
        missing = _missing(folder, units)
        if missing:
            with asked_to_stop() as stop:
                engine.train(folder, missing, report, stop)
    return [unit_file(folder, unit) for unit in units]


@contextlib.contextmanager
def _engine(on: str, workers: int | None) -> Iterator[Engine]:
    if on == "here":
        yield _processes(workers)
        return
    from toymono.sweeps.cluster import connected
    from toymono.sweeps.ray_tasks import train_in_cluster

    with order(), connected(on, workers) as cluster:
        train = functools.partial(train_in_cluster, cluster)
        yield Engine(cluster.at_once, cluster.bytes_each, cluster.bytes_each, train)


def _processes(workers: int | None) -> Engine:
    at_once, free = workers or n_workers(), environment.free_memory()
    train = functools.partial(_train_here, workers)
    return Engine(at_once, free // at_once - PROCESS_BYTES, free, train)


def _cut(sweep: Sweep, share: str, engine: Engine) -> Sweep:
    _, n_shares = share_of(share)
    return fitted(sweep, engine.at_once * n_shares, engine.bytes_each)


def fitted_here(sweep: Sweep, share: str, workers: int | None) -> Sweep:
    """The sweep, cut into units that keep all workers of each share busy and fit the memory."""
    return _cut(sweep, share, _processes(workers))


def _missing(folder: pathlib.Path, units: list[Unit]) -> list[Unit]:
    """The units without a result file; raises InputError if the file of any other is damaged."""
    missing = [unit for unit in units if not unit_file(folder, unit).exists()]
    for unit in set(units).difference(missing):
        check(unit_file(folder, unit))
    return missing


def _train_here(
    workers: int | None,
    folder: pathlib.Path,
    units: list[Unit],
    report: Report,
    stop: Callable[[], bool],
) -> None:
    """Train units in this process, or in several processes if that is faster."""
    # Decided from the whole sweep, not from what is missing: an interrupted run continues in the
    # same processes, and so ends with the same bits.
    whole = plan(read_sweep(folder))
    if (workers or 1) > 1 or (n_workers() > 1 and is_worth_splitting(whole)):
        n_processes = min(workers or n_workers(), len(units))
        n_threads = max(1, environment.n_cores() // len(whole))
        train_in_processes(folder, units, n_processes, n_threads, report, stop)
    else:
        for unit in units:
            train_unit(folder, unit, report, stop)


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
    rule = f"small enough for the {free / 2**30:.1f} GiB of free memory"
    require(
        needed <= free,
        "a unit",
        rule,
        size,
        "lower n_features, n_neurons, batch_size, n_steps or the member count",
    )
