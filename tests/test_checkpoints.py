import dataclasses
import json
import shutil
import signal

import jax
import numpy as np
import pytest
import running

from toymono.command_line.main import main
from toymono.config import InputError, Sweep
from toymono.sweeps import checkpoints
from toymono.sweeps.checkpoints import checkpoint_folder, read_checkpoint, write_checkpoint
from toymono.sweeps.folder import claim_folder
from toymono.sweeps.interruption import Stopped
from toymono.sweeps.plan import plan
from toymono.sweeps.store import read_run, unit_file
from toymono.sweeps.train_unit import train_unit
from toymono.training.ensemble import snapshots

(UNIT,) = plan(running.SWEEP)
STEPS = (1, 2, 4, 8, 16, 32)  # before the last, 64
# Integers among the optimiser's numbers, numbers that are not finite, weights that do not exist,
# parameters at the end.
OTHER = dataclasses.replace(
    running.CONFIG,
    optimizer="adam",
    activation="x-exp",
    connectivity="random",
    record_params="last",
)
OTHER_SWEEP = Sweep(
    base=OTHER, grids=({"learning_rate": (0.003, 30.0), "weight_density": (0.5,)},), seeds=(0, 1)
)


def _trained(folder, sweep, stop_at=None):
    """Train the one unit of a sweep, and stop at a report."""
    claim_folder(folder, sweep)
    (unit,), reports = plan(sweep), []
    train_unit(
        folder, unit, lambda unit, at: reports.append(at.step), lambda: len(reports) == stop_at
    )
    return reports


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    assert _trained(folder, running.SWEEP) == [*STEPS, 64]
    return running.arrays(folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A run with two checkpoints, as a process leaves them that is killed just before it drops the
    older one.
    """
    folder = tmp_path_factory.mktemp("made")
    claim_folder(folder, running.SWEEP)
    home, kept = checkpoint_folder(folder, UNIT), folder / "kept"
    for snapshot in snapshots(UNIT.config, UNIT.settings, UNIT.seeds):
        if snapshot.step in (8, 16):
            write_checkpoint(folder, UNIT, snapshot)
            shutil.copytree(home, kept, dirs_exist_ok=True)
    shutil.rmtree(home)
    kept.rename(home)
    return folder


@pytest.fixture
def run(made, tmp_path):
    return shutil.copytree(made, tmp_path / "run")


def _same(one, other):
    for ours, theirs in zip(*map(jax.tree.leaves, (one, other)), strict=True):
        ours, theirs = np.asarray(ours), np.asarray(theirs)
        assert (ours.dtype, ours.shape, ours.tobytes()) == (
            theirs.dtype,
            theirs.shape,
            theirs.tobytes(),
        )


@pytest.mark.parametrize(
    "sweep",
    [
        pytest.param(running.SWEEP, id="lamb"),
        pytest.param(OTHER_SWEEP, id="adam", marks=pytest.mark.long),
    ],
)
def test_a_snapshot_is_read_back_to_the_last_bit(tmp_path, sweep):
    (unit,) = plan(sweep)
    for snapshot in snapshots(unit.config, unit.settings, unit.seeds):
        if snapshot.step in (1, 32):
            write_checkpoint(tmp_path, unit, snapshot)
            read = read_checkpoint(tmp_path, unit)
            assert read.step == snapshot.step
            assert jax.tree.structure(read) == jax.tree.structure(snapshot)
            _same(read, snapshot)


@pytest.mark.parametrize("stop_at", range(1, 1 + len(STEPS)))
def test_a_unit_stopped_anywhere_and_resumed_ends_as_if_it_had_not_been(tmp_path, whole, stop_at):
    with pytest.raises(Stopped):
        _trained(tmp_path, running.SWEEP, stop_at=stop_at)
    assert running.arrays(tmp_path) == {}
    assert _trained(tmp_path, running.SWEEP) == [*STEPS, 64][stop_at:]
    assert running.arrays(tmp_path) == whole


def test_a_unit_that_another_process_has_done_is_left_alone_but_not_if_it_is_damaged(tmp_path):
    _trained(tmp_path, running.SWEEP)
    assert _trained(tmp_path, running.SWEEP) == []
    file = unit_file(tmp_path, UNIT)
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(InputError, match=f"^{file} must be"):
        _trained(tmp_path, running.SWEEP)


@pytest.mark.long
def test_a_unit_of_another_kind_stopped_twice_ends_as_if_it_had_not_been(tmp_path):
    for _ in range(2):
        with pytest.raises(Stopped):
            _trained(tmp_path / "stopped", OTHER_SWEEP, stop_at=3)
    assert _trained(tmp_path / "stopped", OTHER_SWEEP) == [64]
    _trained(tmp_path / "whole", OTHER_SWEEP)
    assert any(np.isnan(values["loss"]).any() for values in read_run(tmp_path / "whole"))
    assert running.arrays(tmp_path / "stopped") == running.arrays(tmp_path / "whole")


def test_asked_at_the_last_step_a_unit_is_done(tmp_path, whole):
    _trained(tmp_path, running.SWEEP, stop_at=7)
    assert running.arrays(tmp_path) == whole


def _largest(folder):
    return max(
        (path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
    )


def _truncate(home, step):
    file = _largest(home / step)
    file.write_bytes(file.read_bytes()[:-1])


def _flip(home, step):
    file = _largest(home / step)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _other_versions(home, step):
    content = json.loads((home / f"{step}.json").read_text())
    content["versions"]["jaxlib"] = "0.0.1"
    (home / f"{step}.json").write_text(json.dumps(content))


def _other_record(home, step):
    content = json.loads((home / f"{step}.json").read_text())
    del content["versions"]["record"]  # as those written before records had a loss
    (home / f"{step}.json").write_text(json.dumps(content))


def _lists_nothing(home, step):
    _garbled(json.dumps({"versions": checkpoints._versions(), "sha256": {}}))(home, step)
    shutil.rmtree(home / step)


def _garbled(content):
    return lambda home, step: (home / f"{step}.json").write_bytes(content.encode("latin1"))


DAMAGES = {
    "a file is truncated": _truncate,
    "a bit is flipped": _flip,
    "a file is gone": lambda home, step: _largest(home / step).unlink(),
    "a file too many": lambda home, step: (home / step / "more").write_text("more"),
    "all files are gone": lambda home, step: shutil.rmtree(home / step),
    "the list is gone": lambda home, step: (home / f"{step}.json").unlink(),
    "the list is empty": _garbled(""),
    "the list is a list": _garbled("[]"),
    "the list lists nothing": _lists_nothing,
    "the list is no text": _garbled("\xff\xfe\x00"),
    "the list is nested": _garbled("[" * 100_000),
    "other versions made it": _other_versions,
    "its records hold something else": _other_record,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_of_a_damaged_checkpoint_nothing_is_read(run, damage):
    home = checkpoint_folder(run, UNIT)
    assert read_checkpoint(run, UNIT).step == 16
    damage(home, "16")
    assert read_checkpoint(run, UNIT).step == 8
    damage(home, "8")
    assert read_checkpoint(run, UNIT) is None


@pytest.mark.parametrize(("damaged", "first"), [((), 32), (("16",), 16), (("16", "8"), 1)])
def test_past_a_damaged_checkpoint_training_ends_as_if_there_had_been_none(
    run, whole, damaged, first
):
    for step in damaged:
        _flip(checkpoint_folder(run, UNIT), step)
    reports = _trained(run, running.SWEEP)
    assert reports[0] == first
    assert running.arrays(run) == whole


def test_a_checkpoint_takes_the_place_of_older_ones_and_of_half_written_ones(run):
    home, last = checkpoint_folder(run, UNIT), read_checkpoint(run, UNIT)
    (home / "32.orbax-checkpoint-tmp").mkdir()
    (home / ".16.json.123").write_text("{")
    write_checkpoint(run, UNIT, last._replace(step=33))
    assert {path.name for path in home.iterdir()} == {"33", "33.json"}
    write_checkpoint(run, UNIT, last)  # an earlier step: the later ones were not whole
    assert {path.name for path in home.iterdir()} == {"16", "16.json"}


def test_a_unit_that_is_done_keeps_no_checkpoints(run):
    assert checkpoint_folder(run, UNIT).is_dir()
    _trained(run, running.SWEEP)
    assert not checkpoint_folder(run, UNIT).exists()


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_run_which_says_how_to_go_on(tmp_path, whole, number):
    out, hurry = tmp_path / "run", tmp_path / "hurry"
    claim_folder(out, running.SWEEP)
    with running.started("resume", out, first=running.HURRIED, folder=hurry) as process:
        running.wait_until(lambda: running.starts(hurry))
        process.send_signal(number)
        status, error = running.ended(process)
    assert status == 1
    assert error.endswith(f"stopped; progress is kept. Continue with: toymono resume {out}\n")
    assert read_checkpoint(out, UNIT) is not None
    main(["resume", str(out)])
    assert running.arrays(out) == whole


def test_ctrl_c_before_a_run_begins_ends_without_a_traceback(made, monkeypatch):
    def interrupted(folder):
        raise KeyboardInterrupt

    monkeypatch.setattr("toymono.sweeps.folder.read_sweep", interrupted)
    with pytest.raises(SystemExit, match=r"^stopped$"):
        main(["resume", str(made)])
