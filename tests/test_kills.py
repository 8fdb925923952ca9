import random
import signal
import time

import psutil
import pytest
import running

from toymono.command_line.main import main
from toymono.config import Config, Sweep
from toymono.sweeps.folder import claim_folder
from toymono.sweeps.plan import plan

# 600 snapshots for each unit, slowed to about 20 s in all.
BASE = Config(
    n_features=8, n_embed=4, n_neurons=8, batch_size=16, n_steps=4800, record_phase="peak"
)
MOMENTS = random.Random(2211_09169)


def _sweep(n_seeds):
    return Sweep(
        base=BASE,
        grids=({"bias_offset": (0.0, -1.0)},),
        seeds=tuple(range(n_seeds)),
        members_per_unit=2,
    )


def _whole(folder, sweep):
    """What an uninterrupted run of this sweep ends with, in as many processes as there are
    units.
    """
    claim_folder(folder, sweep)
    main(["resume", str(folder), "--workers", str(len(plan(sweep)))])
    return running.arrays(folder)


def _begun(hurry):
    return sum(map(len, running.starts(hurry).values()))


def _kill_sometime(process, hurry, kill):
    """Kill a process: at any moment soon after training goes on, or, every fourth time, of its
    start.
    """
    before = _begun(hurry)
    if kill % 4:
        running.wait_until(lambda: _begun(hurry) > before or process.poll() is not None)
        time.sleep(MOMENTS.uniform(0.0, 1.2))
    else:
        time.sleep(MOMENTS.uniform(0.0, 8.0))
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=running.PATIENCE)


@pytest.mark.long
def test_a_run_killed_many_times_ends_as_if_it_had_not_been(tmp_path):
    n_units, n_kills = 2, 12
    sweep, out, hurry = _sweep(n_units), tmp_path / "killed", tmp_path / "hurry"
    whole = _whole(tmp_path / "whole", sweep)
    claim_folder(out, sweep)
    command = ("resume", out, "--workers", n_units)
    for kill in range(n_kills):
        with running.started(*command, first=running.HURRIED, folder=hurry) as process:
            _kill_sometime(process, hurry, kill)
        assert not list((out / "units").glob("*.nc")), f"done before kill {kill + 1} of {n_kills}"
        running.wait_until(lambda: not _workers(out), 60.0)
    with running.started(*command, first=running.HURRIED, folder=hurry) as process:
        assert running.ended(process)[0] == 0
    assert running.arrays(out) == whole
    for steps in running.starts(hurry).values():
        assert steps == sorted(steps)  # nothing that was kept is lost again
        assert len(set(steps)) > n_kills // 4  # and training did go on from checkpoints
        assert steps[-1] > 100
    assert {path.suffix for path in (out / "units").iterdir()} == {".nc", ".sha256", ".lock"}
    assert not list((out / "checkpoints").iterdir())


def _workers(out):
    """Processes that train a unit of a run, wherever they hang in the tree of processes."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if (
            "toymono.sweeps.workers" in words
            and str(out) in words
            and process.status() != psutil.STATUS_ZOMBIE
        ):
            found.append(process)
    return found


@pytest.mark.long
def test_workers_end_soon_after_whoever_started_them_is_killed(tmp_path):
    sweep, out, hurry = _sweep(2), tmp_path / "run", tmp_path / "hurry"
    claim_folder(out, sweep)
    with running.started(
        "resume", out, "--workers", 2, first=running.HURRIED, folder=hurry
    ) as process:
        running.wait_until(lambda: len(running.starts(hurry)) == 2)
        workers = _workers(out)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=running.PATIENCE)
    assert len(workers) == 2
    _, alive = psutil.wait_procs(workers, timeout=60.0)
    assert not alive
    for unit in plan(sweep):  # each kept what it had
        assert list((out / "checkpoints" / unit.name).glob("*.json"))
