import json
import pathlib
import shutil

import numpy as np
import pytest
import running
import xarray as xr

from toymono.command_line.main import main
from toymono.config import InputError, Sweep
from toymono.evidence.results import read_results
from toymono.evidence.tables import run_table
from toymono.sweeps.folder import read_sweep
from toymono.sweeps.plan import plan
from toymono.sweeps.run import run_sweep
from toymono.sweeps.store import read_run

LATER = (
    "connectivity",
    "initialization",
    "matmul_precision",
)  # settings that came after the first runs


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "run"
    run_sweep(running.SWEEP, folder)
    return folder


@pytest.fixture
def older(run, tmp_path):
    """A run of a toymono that knew fewer settings, kept no checksums, no checkpoints, and no
    locks.
    """
    folder = shutil.copytree(
        run, tmp_path / "run", ignore=shutil.ignore_patterns("*.sha256", "checkpoints", ".*")
    )
    _rewrite(
        folder,
        lambda sweep: [sweep["base"].pop(name) for name in LATER] + [sweep.pop("members_per_unit")],
    )
    return folder


def _rewrite(folder, change):
    sweep = json.loads((folder / "sweep.json").read_text())
    change(sweep)
    (folder / "sweep.json").write_text(json.dumps(sweep))


def test_an_older_run_is_read_as_it_is_now(older, run):
    assert read_sweep(older) == read_sweep(run) == running.SWEEP
    (theirs,), (ours,) = read_run(older), read_run(run)
    assert theirs.identical(ours)


def test_the_losses_that_an_older_run_lacks_are_measured_from_its_parameters(older, run):
    (file,) = (older / "units").glob("*.nc")
    with xr.open_dataset(file) as data:
        kept = data.drop_vars(["task_loss", "task_loss_error"]).load()
    kept.to_netcdf(file, engine="h5netcdf")
    (theirs,), (ours,) = read_run(older), read_run(run)
    for name in ("task_loss", "task_loss_error"):
        np.testing.assert_allclose(theirs[name], ours[name], rtol=1e-5)


def test_where_an_older_run_kept_no_parameters_its_loss_is_unknown(older):
    (file,) = (older / "units").glob("*.nc")
    with xr.open_dataset(file) as data:
        kept = data.drop_vars(["task_loss", "task_loss_error"]).isel(param_step=[-1]).load()
    kept.to_netcdf(file, engine="h5netcdf")
    (data,) = read_run(older)
    known = [False] * (kept.sizes["step"] - 1) + [True]
    assert np.isfinite(data.task_loss).all(("seed", "setting")).values.tolist() == known


def test_an_older_run_that_is_done_is_left_alone(older, capsys):
    before = {path: path.read_bytes() for path in older.rglob("*") if path.is_file()}
    main(["resume", str(older)])
    assert "1 unit done" in capsys.readouterr().out
    after = {path: path.read_bytes() for path in older.rglob("*") if path.is_file()}
    assert before == after


def test_an_older_run_that_is_not_done_is_gone_on_with(older, run):
    (file,) = (older / "units").glob("*.nc")
    file.unlink()
    main(["resume", str(older)])
    assert running.arrays(older) == running.arrays(run)


def test_a_unit_keeps_its_name_when_settings_come_to_be_known(older, run):
    (unit,) = plan(read_sweep(older))
    assert (older / "units" / f"{unit.name}.nc").exists()


@pytest.mark.parametrize("verb", ["resume", "table", "figure"])
@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda sweep: sweep["base"].update(momentum=0.9), "momentum"),
        (lambda sweep: sweep.update(order="random"), "order"),
        (lambda sweep: sweep["grids"][0].update(width=[1, 2]), "width"),
        (lambda sweep: sweep["base"].update(task="translate"), "translate"),
    ],
)
def test_a_run_of_a_newer_toymono_is_refused_with_what_is_not_known(
    older, capsys, change, name, verb
):
    _rewrite(older, change)
    before = running.files(older)
    with pytest.raises(SystemExit) as stop:
        main([verb, str(older)])
    assert stop.value.code == 2
    sentence = running.refusal(capsys.readouterr().err)
    assert name in sentence
    assert str(older / "sweep.json") in sentence
    assert running.files(older) == before


def test_what_a_newer_toymono_knows_is_not_left_out_in_silence(older):
    _rewrite(older, lambda sweep: sweep.update(order="random", pace="slow"))
    with pytest.raises(InputError, match=r"knows, but is 'order, pace'; use the newer toymono"):
        read_sweep(older)


def test_every_setting_that_a_sweep_has_is_written(run):
    sweep = json.loads((run / "sweep.json").read_text())
    assert {*sweep} == {*Sweep.__dataclass_fields__, "components"}


@pytest.fixture(scope="module")
def before_components(tmp_path_factory):
    """A run and a results file that toymono wrote before settings came from declarations."""
    folder = tmp_path_factory.mktemp("before")
    shutil.unpack_archive(pathlib.Path(__file__).with_name("before_components.zip"), folder)
    return folder


def test_a_run_and_results_of_before_components_are_read_as_they_were_written(before_components):
    results = read_results(before_components / "results.json").table
    table = run_table(read_run(before_components / "run"))
    assert list(table.bias_offset) == [0, 0, -1, -1] and list(table.seed) == [0, 1, 0, 1]
    for name in ("task_loss", "n_mono", "mean_bias", "block_distance", "n_steps", "activation"):
        theirs = results[name].tolist()
        same = (
            theirs if isinstance(theirs[0], str) else pytest.approx(theirs, rel=1e-5, nan_ok=True)
        )
        assert table[name].tolist() == same


@pytest.mark.long
def test_such_a_run_goes_on_with_the_same_units(before_components, tmp_path):
    folder = shutil.copytree(before_components / "run", tmp_path / "run")
    (file,) = (folder / "units").glob("*.nc")
    theirs = running.arrays(folder)
    assert run_sweep(read_sweep(folder), folder) == [file]
    file.unlink()
    run_sweep(read_sweep(folder), folder)
    ours = running.arrays(folder)
    for (_, name), (dtype, shape, content) in theirs.items():
        one, other = (np.frombuffer(c, dtype) for c in (content, ours[file.name, name][2]))
        assert ours[file.name, name][1] == shape
        np.testing.assert_allclose(one, other, rtol=2e-3, atol=1e-4, err_msg=name)
