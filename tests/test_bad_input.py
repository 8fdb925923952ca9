"""Command lines, sweeps and run folders by the thousand: each runs, or ends in one sentence and
exit status 2.

And nothing outside the run's folder is written.
"""

import contextlib
import io
import itertools
import json
import pathlib
import shutil

import drawing
import pytest
import running
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from toymono import environment
from toymono.command_line.main import main
from toymono.config import InputError, Sweep
from toymono.sweeps import run, train_unit
from toymono.sweeps.folder import claim_folder, read_sweep
from toymono.sweeps.plan import plan
from toymono.sweeps.run import run_sweep

TWO_RATES = ({"learning_rate": (0.003, 0.03)},)
SWEEP = Sweep(base=drawing.BASE, grids=TWO_RATES, seeds=(0,), members_per_unit=1)


@pytest.fixture(scope="module", autouse=True)
def _one_size():
    """No time is spent on measuring the machine, and no other size than the one that is compiled is
    trained.
    """
    train_unit = run.train_unit

    def train_known(folder, unit, *more):
        if unit.config == drawing.BASE and unit.n_members == 1:
            train_unit(folder, unit, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environment, "multiply_adds_per_second", lambda: 1e11)
        patch.setattr(environment, "git_commit", lambda: "the same")
        patch.setattr(run, "train_unit", train_known)
        yield


def _for_many(n_examples, strategy, test, *sure):
    """Hold a test against these values for sure, and against so many drawn ones (which depend on
    what is imported).
    """
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    limited = settings(
        max_examples=n_examples, deadline=None, derandomize=True, suppress_health_check=checks
    )
    for value in sure:
        test = example(value)(test)
    limited(given(strategy)(test))()


@contextlib.contextmanager
def _fresh(home):
    """A folder with somebody's thesis in it, gone afterwards."""
    (home / "mine").mkdir(parents=True)
    (home / "mine" / "thesis.tex").write_text("mine")
    try:
        yield home
    finally:
        shutil.rmtree(home)


def _content(folder):
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def _said(home, *args, own=None):
    """Exit status and output of a command, which must be well: it runs, or refuses, and writes to
    its folder alone.
    """
    before, out, error = _content(home), io.StringIO(), io.StringIO()
    with contextlib.chdir(home), contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            main([*args])
            status = 0
        except SystemExit as stop:
            status = stop.code or 0
    assert status in (0, 2), (status, error.getvalue())
    if status == 2:
        assert len(running.refusal(error.getvalue())) > len("error: ") + 10
    after = _content(home)
    for path in before.keys() | after.keys():
        ours = own is not None and (path.is_relative_to(own) or own.is_relative_to(path))
        assert ours or before.get(path, "") == after.get(path, ""), path
    return status, out.getvalue()


@pytest.mark.long
def test_any_command_line_runs_or_is_refused_in_one_sentence(tmp_path):
    statuses = []

    def test(args):
        with _fresh(tmp_path / "home") as home:
            outs = [home / value for flag, value in itertools.pairwise(args) if flag == "--out"]
            trains = (
                outs and "--dry-run" not in args and not outs[-1].name.startswith(("mine", "."))
            )
            statuses.append(_said(home, *args, own=outs[-1] if trains else None)[0])

    _for_many(300, drawing.commands, test)
    assert set(statuses) == {0, 2}


@pytest.mark.long
def test_any_sweep_is_read_or_refused_in_one_sentence(tmp_path):
    statuses = []

    def test(content):
        with _fresh(tmp_path / "home") as home:
            (home / "run").mkdir()
            (home / "run" / "sweep.json").write_text(json.dumps(content))
            status, _ = _said(home, "resume", "run", "--workers", "1", own=home / "run")
            statuses.append(status)
            with contextlib.suppress(InputError):
                assert plan(read_sweep(home / "run")) or status == 2
            assert _said(home, "table", "run")[0] == 2 or list(
                (home / "run" / "units").glob("*.nc")
            )

    _for_many(300, drawing.sweeps(), test)
    assert set(statuses) == {0, 2}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "whole"
    run_sweep(SWEEP, folder)
    return folder


@pytest.fixture(scope="module")
def begun(whole, tmp_path_factory):
    """A run of which one unit is done and one has a checkpoint."""
    folder, reports = tmp_path_factory.mktemp("runs") / "begun", []
    claim_folder(folder, SWEEP)
    done, half = plan(SWEEP)
    for file in (whole / "units").glob(f"{done.name}.nc*"):
        shutil.copy(file, folder / "units")
    with contextlib.suppress(train_unit.Stopped):
        train_unit.train_unit(
            folder, half, lambda unit, at: reports.append(at), lambda: len(reports) == 2
        )
    return folder


def _files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _has_checksums(folder, sound):
    """Draw again where a result is damaged and its checksum gone: that is how an older toymono left
    its results.
    """
    for file in (sound / "units").glob("*.nc"):
        ours, checksum = (folder / "units" / name for name in (file.name, f"{file.name}.sha256"))
        assume(checksum.exists() or not ours.is_file() or ours.read_bytes() == file.read_bytes())


def _results(folder):
    return {file.name: file.read_bytes() for file in (folder / "units").glob("*.nc")}


@pytest.mark.long
def test_any_damaged_run_is_mended_or_refused_in_one_sentence(tmp_path, whole, begun):
    results, table = _results(whole), _said(tmp_path, "table", str(begun), "--json")

    statuses = []

    def test(damages):
        with _fresh(tmp_path / "home") as home:
            folder = pathlib.Path(shutil.copytree(begun, home / "run"))
            for position, damage in damages:
                files = _files(folder)
                damage(files[round(position * (len(files) - 1))])
            _has_checksums(folder, begun)
            said, same = _said(home, "table", "run", "--json"), _same_sweep(folder)
            assert said[0] == 2 or said == table or not same
            status, _ = _said(home, "resume", "run", "--workers", "1", own=folder)
            statuses.append(status)
            assert status == 2 or _results(folder) == results or not same

    position = _files(begun).index(begun / "sweep.json") / (len(_files(begun)) - 1)
    no_sweep = [(position, lambda file: file.write_bytes(b""))]
    _for_many(100, st.lists(drawing.damages(), min_size=1, max_size=3), test, no_sweep, [])
    assert set(statuses) == {0, 2}


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
@pytest.mark.parametrize("workers", ["0", "-1"])
def test_no_workers_are_refused_as_such(tmp_path, capsys, workers, more):
    with pytest.raises(SystemExit):
        main(["run", "demo", "--workers", workers, "--out", str(tmp_path / "run"), *more])
    assert f"workers must be at least 1, but is {workers}" in running.refusal(
        capsys.readouterr().err
    )
    assert not list(tmp_path.iterdir())


def _same_sweep(folder):
    try:
        return read_sweep(folder) == SWEEP
    except InputError:
        return False
