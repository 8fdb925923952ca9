import dataclasses
import itertools
import signal
import time

import jax
import numpy as np
import psutil
import pytest
import running

from toymono import environment
from toymono.command_line.main import main
from toymono.config import Hyper
from toymono.sweeps import train_unit
from toymono.sweeps.folder import claim_folder
from toymono.sweeps.plan import Unit, plan
from toymono.sweeps.run import run_sweep
from toymono.sweeps.store import to_dataset
from toymono.training import placement
from toymono.training.ensemble import train_ensemble

SAME = (
    "--n-features 8 --n-embed 4 --n-neurons 8 --batch-size 16 --n-steps 64 --record-phase peak"
).split()
PARTS = dataclasses.replace(running.SWEEP, members_per_unit=2)  # two units
# A process may not write a file larger than this, as if the disk were full.
FULL = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
# To root, permissions say nothing unless it gives up the powers CAP_DAC_OVERRIDE and
# CAP_DAC_READ_SEARCH.
BOUND = """
import ctypes, os
if os.getuid() == 0:
    header, powers = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    libc = ctypes.CDLL(None)
    libc.capget(header, powers)
    powers[0] &= ~0b110
    assert libc.capset(header, powers) == 0
"""
# Half of a program, where the disk is full, would stay in the cache of all tests.
NO_HALF_PROGRAM = 'import os\nos.environ["JAX_ENABLE_COMPILATION_CACHE"] = "0"\n'


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What the two units end with if nothing goes wrong."""
    folder = tmp_path_factory.mktemp("whole")
    claim_folder(folder, PARTS)
    main(["resume", str(folder)])
    return running.arrays(folder)


@pytest.fixture
def out(tmp_path):
    claim_folder(tmp_path / "run", PARTS)
    return tmp_path / "run"


def _refused(tmp_path, first, *args):
    """The one sentence in which a process ends, with status 2, that runs this code first."""
    first = f"{NO_HALF_PROGRAM}{first}"
    with running.started(*args, first=first, folder=tmp_path / "first") as process:
        status, error = running.ended(process)
    assert status == 2, error
    return running.refusal(error)


def _ends_well(out, whole):
    main(["resume", str(out)])
    assert running.arrays(out) == whole
    assert not list((out / "checkpoints").glob("*"))


@pytest.mark.long
@pytest.mark.parametrize(("size", "workers"), [(2000, "1"), (20_000, "2")])
def test_a_disk_that_is_full_when_a_result_is_written_ends_in_one_sentence(
    tmp_path, out, whole, size, workers
):
    sentence = _refused(tmp_path, FULL.format(size=size), "resume", out, "--workers", workers)
    assert f"continue with: toymono resume {out}" in sentence
    assert {path.suffix for path in (out / "units").iterdir()} <= {".lock"}
    _ends_well(out, whole)


@pytest.mark.long
@pytest.mark.parametrize("size", [100, 2000])
def test_a_disk_that_is_full_when_a_checkpoint_is_written_ends_in_one_sentence(
    tmp_path, out, whole, size
):
    hurry = f"{running.HURRIED}\ntrain_unit.SECONDS_BETWEEN_CHECKPOINTS = 0.0\n"
    sentence = _refused(tmp_path, hurry + FULL.format(size=size), "resume", out)
    assert "must be able to store a checkpoint" in sentence
    assert f"continue with: toymono resume {out}" in sentence
    assert not list((out / "checkpoints").glob("*/*.json"))
    _ends_well(out, whole)


def test_a_full_disk_takes_no_run(tmp_path):
    sentence = _refused(
        tmp_path, FULL.format(size=0), "run", "demo", "--scale", "smoke", "--out", tmp_path / "run"
    )
    assert "out must be a folder that can be written to" in sentence
    assert not (tmp_path / "run" / "sweep.json").exists()


@pytest.mark.parametrize("lost", [(), pytest.param(("units",), marks=pytest.mark.long)])
def test_a_read_only_folder_is_refused_in_one_sentence(tmp_path, out, lost):
    for name in lost:
        (out / name).rmdir()
    folders, before = [path for path in (out, out / "units") if path.exists()], running.files(out)
    for folder in folders:
        folder.chmod(0o555)
    sentence = _refused(tmp_path, BOUND, "resume", out)
    assert "Permission denied" in sentence
    assert str(out) in sentence
    assert running.files(out) == before


@pytest.mark.long
def test_a_read_only_run_that_is_done_is_read(tmp_path, out, whole):
    main(["resume", str(out)])
    for folder in (out, out / "units"):
        folder.chmod(0o555)
    for command in ("resume", "table"):
        with running.started(command, out, first=BOUND, folder=tmp_path / "first") as process:
            assert running.ended(process)[0] == 0
    assert running.arrays(out) == whole


@pytest.fixture
def hurry(tmp_path):
    """A folder for what processes of toymono do first, in which a file holds them at their first
    snapshot.
    """
    (tmp_path / "hurry").mkdir()
    (tmp_path / "hurry" / "hold").touch()
    return tmp_path / "hurry"


@pytest.mark.long
def test_of_two_processes_on_one_run_the_second_is_told_to_wait(out, whole, hurry):
    with running.started("resume", out, first=running.HURRIED, folder=hurry) as first:
        running.wait_until(lambda: running.starts(hurry))
        with running.started("resume", out) as second:
            status, error = running.ended(second)
        assert status == 2
        assert (
            "one process at a time, but another is training it; wait until it is done"
            in running.refusal(error)
        )
        (hurry / "hold").unlink()
        assert running.ended(first)[0] == 0
    assert running.arrays(out) == whole
    with running.started("resume", out) as third:
        assert running.ended(third) == (0, "")


@pytest.mark.long
def test_two_processes_started_at_once_leave_a_whole_run(tmp_path, whole):
    command = ("run", "custom", *SAME, "--out", tmp_path / "run")
    with running.started(*command) as one, running.started(*command) as other:
        ends = [running.ended(process) for process in (one, other)]
    assert 0 in [status for status, _ in ends]
    for status, error in ends:
        assert status == 0 or "another is training it" in running.refusal(error)
    main(["resume", str(tmp_path / "run")])
    assert len(running.arrays(tmp_path / "run")) > 20
    main([*map(str, command[:-1]), str(tmp_path / "alone")])
    assert running.arrays(tmp_path / "run") == running.arrays(tmp_path / "alone")


@pytest.mark.long
def test_where_a_worker_is_killed_the_other_units_are_finished(out, whole, hurry):
    with running.started(
        "resume", out, "--workers", 2, first=running.HURRIED, folder=hurry
    ) as process:
        running.wait_until(lambda: len(running.starts(hurry)) == 2)
        worker = psutil.Process(process.pid).children()[0]
        name = worker.cmdline()[-1]
        worker.send_signal(signal.SIGKILL)
        (hurry / "hold").unlink()
        status, error = running.ended(process)
    assert status == 2
    sentence = running.refusal(error)
    assert f"the process of {name} died by signal 9, perhaps because memory ran out; " in sentence
    assert sentence.endswith(f"continue with: toymono resume {out}")
    assert len(list((out / "units").glob("*.nc"))) == 1
    assert not (out / "units" / f"{name}.nc").exists()
    _ends_well(out, whole)


EXHAUSTED = """
import jax
from toymono.sweeps import train_unit

def exhausted(config, settings, seeds, since=None):
    if settings[0].learning_rate > 0.01:
        jax.numpy.zeros((2**50,)) + 1
    yield from snapshots(config, settings, seeds, since)

snapshots, train_unit.snapshots = train_unit.snapshots, exhausted
"""


@pytest.mark.long
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_unit_for_which_the_memory_runs_out_is_named_in_one_sentence(
    tmp_path, out, whole, workers
):
    (unit,) = (unit for unit in plan(PARTS) if unit.settings[0].learning_rate > 0.01)
    sentence = _refused(tmp_path, EXHAUSTED, "resume", out, "--workers", workers)
    assert (
        f"{unit.name} must fit in memory, but RESOURCE_EXHAUSTED: Out of memory allocating"
        in sentence
    )
    assert sentence.endswith(f"continue with: toymono resume {out}")
    assert len(list((out / "units").glob("*.nc"))) == 1
    _ends_well(out, whole)


# Workers get too little address space to load JAX in, on any machine.
NARROW = """
import resource, sys
if "toymono.sweeps.workers" in sys.orig_argv:
    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
"""


@pytest.mark.long
def test_workers_without_memory_to_begin_with_die_in_one_sentence(tmp_path, out, whole):
    sentence = _refused(tmp_path, NARROW, "resume", out, "--workers", "2")
    for unit in plan(PARTS):
        assert f"the process of {unit.name} died " in sentence
    _ends_well(out, whole)


def _of_member(trained, setting):
    ours = (*jax.tree.leaves(trained.records), *jax.tree.leaves(trained.params))
    return [trained.losses[:, setting].tobytes(), *(leaf[:, :, setting].tobytes() for leaf in ours)]


@pytest.mark.parametrize(
    ("batch_size", "instead"),
    [pytest.param(8192, [], marks=pytest.mark.long), (32, [Hyper(0.02)])],
)
def test_a_member_that_diverges_is_flagged_and_the_others_are_as_without_it(batch_size, instead):
    """To the last bit, where each is computed alone, and where several are, as long as their number
    is the same.
    """
    config = dataclasses.replace(
        running.CONFIG, batch_size=batch_size, activation="x-exp", optimizer="adam"
    )
    settings, seeds = (Hyper(0.003), Hyper(0.01), Hyper(30.0)), (0, 1)
    assert instead or placement.place_members(config, 2, 3).at_once == 1
    together = train_ensemble(config, settings, seeds)
    without = train_ensemble(config, [*settings[:2], *instead], seeds)
    for calm in range(2):
        assert _of_member(together, calm) == _of_member(without, calm)
    assert not np.isfinite(together.losses[:, 2]).all()
    flagged = to_dataset(Unit(config, settings, seeds), together).diverged
    assert flagged.dims == ("seed", "setting")
    assert flagged.values.tolist() == [[False, False, True]] * 2


@pytest.mark.long
@pytest.mark.parametrize("jump", [-1e8, 1e4])
def test_a_clock_that_jumps_changes_neither_results_nor_when_checkpoints_come(
    tmp_path, monkeypatch, jump
):
    monkeypatch.setattr(environment, "git_commit", lambda: "the same")
    (calm,), written = run_sweep(running.SWEEP, tmp_path / "calm"), []
    clock, write = itertools.count(time.time(), jump), train_unit.write_checkpoint
    monkeypatch.setattr(
        train_unit, "write_checkpoint", lambda *args: written.append(args[2].step) or write(*args)
    )
    monkeypatch.setattr(time, "time", lambda: next(clock))
    (file,) = run_sweep(running.SWEEP, tmp_path / "jumps")
    assert file.read_bytes() == calm.read_bytes()
    assert written == []  # it took less than a minute
    monkeypatch.setattr(train_unit, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    (file,) = run_sweep(running.SWEEP, tmp_path / "checkpoints")
    assert file.read_bytes() == calm.read_bytes()
    assert written == [1, 2, 4, 8, 16, 32]
