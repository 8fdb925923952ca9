"""A result whose checksum is right is refused in one sentence where it does not hold what its unit
writes.
"""

import hashlib
import shutil

import numpy as np
import pytest
import running
import xarray as xr

from toymono.command_line.main import main
from toymono.config import InputError
from toymono.sweeps.folder import read_sweep
from toymono.sweeps.plan import plan
from toymono.sweeps.schema import coordinates, flaw, layouts
from toymono.sweeps.store import open_run_units, read_run


@pytest.fixture
def rewritten(smoke_run, tmp_path):
    """A function that writes a run's result anew after a change, with the checksum it then has."""
    run = shutil.copytree(smoke_run, tmp_path / "run")
    (file,) = (run / "units").glob("*.nc")

    def rewrite(change):
        changed = change(xr.load_dataset(file, engine="h5netcdf"))
        file.unlink()
        changed.to_netcdf(file, engine="h5netcdf")
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        file.with_name(f"{file.name}.sha256").write_text(f"{digest}  {file.name}\n")
        return file

    return rewrite


def _texts(data, name):
    return data.assign({name: (data[name].dims, data[name].values.astype(str).astype(object))})


def _dated(data):
    steps = data.step.assign_attrs(units="days since 2000-01-01")
    return data.assign_coords(step=steps)


def _twice(data):
    return data.assign_coords(seed=[0, 1, 1])


CHANGES = {
    "renamed": (
        lambda data: data.rename(neuron="unit"),
        "with a score over step, seed, setting, u",
    ),
    "transposed": (lambda data: data.transpose("neuron", ...), "over neuron, step, seed, setting"),
    "reals": (lambda data: data.assign(n_mono=data.n_mono + 0.5), "with a n_mono of float64"),
    "wholes": (lambda data: data.assign(loss=data.loss.astype(int)), "with a loss of int"),
    "texts": (lambda data: _texts(data, "score"), "with a score of "),
    "texts on an axis": (lambda data: _texts(data, "learning_rate"), "with a learning_rate of "),
    "seed twice": (_twice, "with other values of seed than the unit's"),
    "short": (lambda data: data.isel(step=slice(3)), "with other values of step than the unit's"),
    "losses": (lambda data: data.isel(loss_step=slice(1)), "with other values of loss_step"),
    "settings": (lambda data: data.isel(setting=slice(2)), "with 2 on the axis setting, not 6"),
    "rates": (
        lambda data: data.assign_coords(learning_rate=data.learning_rate * 2),
        "with other values of learning_rate",
    ),
    "narrow": (lambda data: data.isel(neuron=slice(2)), "with 2 on the axis neuron, not 32"),
    "number": (lambda data: data.assign_attrs(git_commit=7), "with a git_commit that is no text"),
    "array": (lambda data: data.assign_attrs(device=[1, 2]), "with a device that is no text"),
    "steps": (lambda data: data.assign_attrs(n_steps="many"), "another sweep, with n_steps many"),
    "list": (lambda data: data.assign_attrs(n_steps=[1, 2]), "another sweep, with n_steps"),
    "no map": (lambda data: data.drop_vars("embedding"), "without embedding"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_result_with_other_content_is_refused_in_one_sentence(rewritten, name):
    change, words = CHANGES[name]
    file = rewritten(change)
    for read in (read_run, open_run_units):
        with pytest.raises(InputError, match="a whole result of its unit") as refused:
            read(file.parent.parent)
        assert words in str(refused.value)
        assert str(file) in str(refused.value)
        assert "restore it from a backup, or move it away and run `toymono resume" in str(
            refused.value
        )
        assert "delete" not in str(refused.value)


def test_units_of_time_on_an_axis_are_words_of_no_meaning(rewritten, smoke_data):
    file = rewritten(_dated)
    (read,) = read_run(file.parent.parent)
    assert read.equals(smoke_data)


def test_what_a_newer_toymono_adds_is_left_aside(rewritten, smoke_data):
    file = rewritten(lambda data: data.assign(mood=("neuron", np.arange(32.0)), setting=range(6)))
    (read,) = read_run(file.parent.parent)
    xr.testing.assert_identical(read, smoke_data)


def test_one_unit_s_result_under_another_s_name_is_refused(rewritten, signed_run, capsys):
    file = rewritten(lambda data: data)
    (other,) = (signed_run / "units").glob("*.nc")
    shutil.copy(other, file)
    file.with_name(f"{file.name}.sha256").unlink()
    with pytest.raises(SystemExit, match="2"):
        main(["table", str(file.parent.parent)])
    assert "of another sweep, with n_features 12" in running.refusal(capsys.readouterr().err)


def test_a_run_s_own_result_has_no_flaw_and_every_array_of_the_schema(smoke_run, smoke_data):
    (unit,) = plan(read_sweep(smoke_run))
    assert flaw(smoke_data, unit) is None
    assert {*layouts(unit)} == {*smoke_data.variables}
    assert all(layouts(unit)[n].dtype == smoke_data[n].dtype for n in smoke_data.data_vars)
    assert coordinates(unit)["seed"] == [0, 1, 2]
