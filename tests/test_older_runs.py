import json
import shutil

import numpy as np
import pytest
import running
import xarray as xr

from toymono.command_line.main import main
from toymono.config import InputError, Sweep
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
        lambda told: [told["base"].pop(name) for name in LATER] + [told.pop("members_per_unit")],
    )
    return folder


def _rewrite(folder, change):
    told = json.loads((folder / "sweep.json").read_text())
    change(told)
    (folder / "sweep.json").write_text(json.dumps(told))


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
    assert "1 unit(s) done" in capsys.readouterr().out
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
        (lambda told: told["base"].update(momentum=0.9), "momentum"),
        (lambda told: told.update(order="random"), "order"),
        (lambda told: told["grids"][0].update(width=[1, 2]), "width"),
        (lambda told: told["base"].update(task="translate"), "translate"),
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
    _rewrite(older, lambda told: told.update(order="random", pace="slow"))
    with pytest.raises(
        InputError, match=r"knows, but has order, pace; go on with the newer toymono"
    ):
        read_sweep(older)


def test_every_setting_that_a_sweep_has_is_written(run):
    told = json.loads((run / "sweep.json").read_text())
    assert {*told} == {*Sweep.__dataclass_fields__}
