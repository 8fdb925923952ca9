import json
import shutil

import numpy as np
import pytest
import xarray as xr

from toymono.analysis.record import measure
from toymono.config import Config, Hyper, InputError, Sweep
from toymono.sweeps.folder import claim_folder, read_sweep
from toymono.sweeps.plan import plan
from toymono.sweeps.run import run_sweep
from toymono.sweeps.store import open_run_units, read_member, read_run, unit_file
from toymono.text_files import written_whole
from toymono.toy.world import make_world


@pytest.fixture
def copied_run(smoke_run, tmp_path):
    """A run that may be damaged; an older toymono wrote no checksums, which would find any damage
    first.
    """
    return shutil.copytree(smoke_run, tmp_path / "run", ignore=shutil.ignore_patterns("*.sha256"))


def test_a_file_says_under_names_what_is_in_it(smoke_data):
    sizes = {"seed": 3, "setting": 6, "neuron": 32, "feature": 16, "embed": 8, "output": 16}
    assert {name: smoke_data.sizes[name] for name in sizes} == sizes
    assert smoke_data.score.dims == ("step", "seed", "setting", "neuron")
    assert smoke_data.decoder_kernel.dims == ("param_step", "seed", "setting", "neuron", "output")
    assert smoke_data.learning_rate.dims == ("setting",)
    assert smoke_data.seed.values.tolist() == [0, 1, 2]


def test_a_file_says_what_made_it(smoke_data):
    for name in (
        "jax_version",
        "flax_version",
        "toymono_version",
        "device",
        "git_commit",
        "matmul_precision",
    ):
        assert smoke_data.attrs[name], name
    assert smoke_data.attrs["n_neurons"] == 32


def test_the_same_command_twice_gives_the_same_bytes(smoke_run, smoke_sweep, tmp_path):
    (file,) = run_sweep(smoke_sweep, tmp_path / "again")
    assert file.read_bytes() == (smoke_run / "units" / file.name).read_bytes()


def test_a_done_unit_is_left_alone(copied_run, smoke_sweep):
    (file,) = (copied_run / "units").glob("*.nc")
    before = file.stat().st_mtime_ns
    assert run_sweep(smoke_sweep, copied_run) == [file]
    assert file.stat().st_mtime_ns == before


def test_a_member_read_back_measures_as_it_was_recorded(smoke_data):
    member = read_member(smoke_data, seed=1, setting=2)
    assert member.config.n_neurons == 32
    assert member.hyper == Hyper(learning_rate=0.03, feature_density=0.125)
    world = make_world(member.config, 1)
    np.testing.assert_allclose(member.problem.embedding, world.problem.embedding, atol=1e-6)
    record = measure(member.config, member.params, member.problem, world.key_probe, member.hyper)
    stored = smoke_data.sel(seed=1).isel(setting=2, step=-1)
    for name in set(record._fields) - {"own"}:
        np.testing.assert_allclose(stored[name], getattr(record, name), atol=1e-5, err_msg=name)


def test_a_sweep_is_read_back_as_it_was(smoke_run, smoke_sweep):
    assert read_sweep(smoke_run) == smoke_sweep


def test_another_sweep_in_the_same_folder_is_refused_and_nothing_changes(copied_run, smoke_sweep):
    before = {file: file.read_bytes() for file in copied_run.rglob("*") if file.is_file()}
    other = Sweep(base=Config(n_steps=5), grids=smoke_sweep.grids, seeds=(8,))
    with pytest.raises(InputError, match=r"^out must be .*differs in .*n_steps.*seeds"):
        run_sweep(other, copied_run)
    assert {file: file.read_bytes() for file in copied_run.rglob("*") if file.is_file()} == before


def test_a_folder_of_other_files_is_not_taken(tmp_path, smoke_sweep):
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(InputError, match=r"^out must be a new or empty folder"):
        claim_folder(tmp_path, smoke_sweep)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"^folder must be a run"):
        read_run(tmp_path)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"base": {"n_steps": -1}, "grids": [{}], "seeds": [0]}']
)
def test_a_sweep_file_of_another_make_is_refused_with_its_name(copied_run, content):
    (copied_run / "sweep.json").write_text(content)
    with pytest.raises(InputError, match=r"sweep\.json must hold a sweep"):
        read_sweep(copied_run)


def test_a_truncated_result_is_refused_with_its_name(copied_run):
    (file,) = (copied_run / "units").glob("*.nc")
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InputError, match=f"{file.name} must be a result"):
        read_run(copied_run)


@pytest.mark.parametrize("lost", ["n_mono", "encoder_bias", "learning_rate", "embedding"])
def test_a_result_without_a_variable_is_refused_with_its_name(copied_run, lost):
    (file,) = (copied_run / "units").glob("*.nc")
    data = xr.load_dataset(file, engine="h5netcdf").drop_vars(lost)
    file.unlink()
    data.to_netcdf(file, engine="h5netcdf")
    with pytest.raises(
        InputError, match=f"{file.name} must be a whole result of its unit, but is 'without {lost}'"
    ):
        read_run(copied_run)


def test_a_result_from_before_a_setting_existed_has_its_default(copied_run):
    (file,) = (copied_run / "units").glob("*.nc")
    data = xr.load_dataset(file, engine="h5netcdf").drop_vars("weight_density")
    del data.attrs["connectivity"]
    file.unlink()
    data.to_netcdf(file, engine="h5netcdf")
    (read,) = read_run(copied_run)
    assert read.attrs["connectivity"] == "dense"
    assert read.weight_density.values.tolist() == [1.0] * 6
    assert read_member(read, seed=0, setting=0).hyper.weight_density == 1.0


def test_a_result_with_a_seed_too_few_is_refused(copied_run):
    (file,) = (copied_run / "units").glob("*.nc")
    data = xr.load_dataset(file, engine="h5netcdf").isel(seed=slice(2))
    file.unlink()
    data.to_netcdf(file, engine="h5netcdf")
    with pytest.raises(InputError, match="must be a whole result"):
        read_run(copied_run)


def test_a_run_that_lost_its_units_folder_goes_on(copied_run, smoke_sweep):
    shutil.rmtree(copied_run / "units")
    claim_folder(copied_run, smoke_sweep)
    assert (copied_run / "units").is_dir()


def test_a_sweep_too_large_for_the_memory_is_refused_before_anything_is_written(tmp_path):
    sweep = Sweep(base=Config(n_neurons=2**29))
    with pytest.raises(
        InputError, match=r"^a unit must be small enough for the .* GiB of free memory"
    ):
        run_sweep(sweep, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_result_that_cannot_be_finished_leaves_nothing_behind(tmp_path):
    with pytest.raises(RuntimeError), written_whole(tmp_path / "result") as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert not list(tmp_path.iterdir())


def test_units_of_a_run_are_found_by_their_content(smoke_run, smoke_sweep):
    (unit,) = plan(smoke_sweep)
    assert unit_file(smoke_run, unit).exists()
    assert not unit_file(smoke_run, unit._replace(seeds=(9,))).exists()
    assert json.loads((smoke_run / "sweep.json").read_text())["seeds"] == [0, 1, 2]


def test_a_result_opens_without_toymono(smoke_run):
    (file,) = (smoke_run / "units").glob("*.nc")
    with xr.open_dataset(file, engine="h5netcdf") as data:
        assert "score" in data


def test_a_result_with_a_flipped_bit_is_neither_read_nor_trained_over(
    smoke_run, smoke_sweep, tmp_path
):
    run = shutil.copytree(smoke_run, tmp_path / "run")
    (file,) = (run / "units").glob("*.nc")
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    for use in (lambda: read_run(run), lambda: run_sweep(smoke_sweep, run)):
        with pytest.raises(InputError, match=f"{file.name} must be as toymono wrote it"):
            use()
    assert file.read_bytes() == bytes(content)


def test_a_folder_in_which_a_claim_was_killed_can_be_claimed(smoke_sweep, tmp_path):
    (tmp_path / ".sweep.json.123").write_text("{")
    claim_folder(tmp_path, smoke_sweep)
    assert read_sweep(tmp_path) == smoke_sweep


def test_a_result_of_another_sweep_under_this_one_s_name_is_refused(copied_run):
    (file,) = (copied_run / "units").glob("*.nc")
    data = xr.load_dataset(file, engine="h5netcdf").assign_attrs(task="absolute")
    file.unlink()
    data.to_netcdf(file, engine="h5netcdf")
    with pytest.raises(InputError, match="of another sweep, with task absolute"):
        read_run(copied_run)


def test_what_is_read_when_it_is_used_is_what_is_read_at_once(smoke_run, smoke_data):
    (data,) = open_run_units(smoke_run)
    xr.testing.assert_identical(data.load(), smoke_data)


def test_a_damaged_sweep_is_one_sentence_to_a_run_that_would_go_on(copied_run, smoke_sweep):
    (copied_run / "sweep.json").write_text("{")
    with pytest.raises(InputError, match="must hold a sweep that toymono wrote"):
        run_sweep(smoke_sweep, copied_run)
