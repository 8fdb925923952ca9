import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from made_up import store_made_up

from toymono import environment
from toymono.config import Config, InputError, Sweep
from toymono.evidence.tables import by_setting, over_seeds, recorded_table, run_table
from toymono.sweeps.estimates import PROCESS_BYTES, fitted
from toymono.sweeps.folder import read_sweep
from toymono.sweeps.plan import n_members, plan
from toymono.sweeps.run import fitted_here, run_sweep
from toymono.sweeps.store import is_whole, open_run_units, read_run, unit_file

SHAPE = Config(
    n_features=12,
    n_embed=6,
    n_neurons=20,
    batch_size=32,
    n_steps=16,
    record_phase="peak",
    loss_every=4,
)
SWEEP = Sweep(
    base=SHAPE,
    grids=({"learning_rate": (0.003, 0.01, 0.03), "n_neurons": (20, 24)},),
    seeds=(0, 1, 7),
)
SPLIT = {
    9: 2,
    4: 6,
    2: 12,
    1: 18,
}  # members of a unit -> units; 2 shapes of 3 settings with 3 seeds


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((store_made_up, 6), id="made up"),
        *(pytest.param((run_sweep, most), marks=pytest.mark.long) for most in (4, 1)),
    ],
)
def stored(request, tmp_path_factory):
    """A run in one unit for each shape, and the same in small ones."""
    store, most = request.param
    root = tmp_path_factory.mktemp("runs")
    store(SWEEP, root / "whole")
    store(dataclasses.replace(SWEEP, members_per_unit=most), root / "split")
    return root


@pytest.fixture(scope="module")
def whole(stored):
    return stored / "whole"


@pytest.fixture(scope="module")
def split(stored):
    return stored / "split"


@pytest.mark.parametrize("most", SPLIT)
def test_a_sweep_in_small_units_has_the_same_members_in_the_same_order(most):
    units = plan(dataclasses.replace(SWEEP, members_per_unit=most))
    assert len(units) == SPLIT[most]
    assert max(unit.n_members for unit in units) <= most
    members = [
        (u.config, setting, seed) for u in units for setting in u.settings for seed in u.seeds
    ]
    assert members == [
        (u.config, setting, seed) for u in plan(SWEEP) for setting in u.settings for seed in u.seeds
    ]


def test_what_is_trained_in_small_units_is_read_as_if_it_had_been_one(whole, split):
    for ours, theirs in zip(read_run(split), read_run(whole), strict=True):
        assert dict(ours.sizes) == dict(theirs.sizes)
        assert ours.seed.values.tolist() == [0, 1, 7]
        for name in ("loss", "score", "encoder_kernel", "embedding", "learning_rate"):
            got = ours[name].transpose(*theirs[name].dims)
            np.testing.assert_allclose(got, theirs[name], rtol=1e-3, atol=1e-4, err_msg=name)


def test_members_have_the_same_numbers_however_they_are_read(whole, split):
    keys = ["n_neurons", "learning_rate", "seed", "n_mono", "task_loss"]
    tables = [
        run_table(units, recorded_table)[keys] for units in (read_run(whole), open_run_units(split))
    ]
    pd.testing.assert_frame_equal(*tables, rtol=1e-3, check_index_type=False)


def test_intervals_are_over_all_seeds_of_a_setting_though_they_lie_in_several_units(whole, split):
    ours, theirs = (
        over_seeds(run_table(open_run_units(run), recorded_table), ["task_loss"])
        for run in (split, whole)
    )
    assert ours.n.tolist() == [3] * 6
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-2)
    assert by_setting(run_table(open_run_units(split), recorded_table)).ngroups == 6


def test_a_run_with_a_unit_missing_is_read_as_far_as_it_goes(tmp_path):
    folder = tmp_path / "run"
    store_made_up(dataclasses.replace(SWEEP, members_per_unit=6), folder)
    units = plan(read_sweep(folder))
    unit_file(folder, units[1]).unlink()
    assert not is_whole(folder)
    table = run_table(read_run(folder), recorded_table)
    assert len(table) == 18 - units[1].n_members
    assert sorted(table.n_neurons.unique()) == [20, 24]


def test_a_folder_keeps_the_units_that_its_first_start_chose(split):
    before = sorted(file.name for file in (split / "units").glob("*.nc"))
    run_sweep(SWEEP, split, workers=1)
    assert sorted(file.name for file in (split / "units").glob("*.nc")) == before


def test_a_folder_of_an_older_toymono_has_one_unit_for_each_shape(whole, tmp_path):
    content = json.loads((whole / "sweep.json").read_text())
    del content["members_per_unit"]
    (tmp_path / "sweep.json").write_text(json.dumps(content))
    assert read_sweep(tmp_path).members_per_unit is None


def test_long_work_is_split_so_that_every_worker_has_some_and_short_work_is_not():
    long = dataclasses.replace(SWEEP, base=Config(n_steps=2**16))
    assert len(plan(fitted(long, 2, 2**34))) == 2
    assert len(plan(fitted(long, 6, 2**34))) == 6
    assert fitted(SWEEP, 6, 2**34) == SWEEP


def test_no_unit_has_more_members_than_fit_the_memory():
    many = dataclasses.replace(SWEEP, seeds=tuple(range(200)))
    assert max(unit.n_members for unit in plan(fitted(many, 1, 2**34))) <= 64
    tight = plan(fitted(many, 1, 2**19))
    assert max(unit.n_members for unit in tight) < 64
    assert n_members(tight) == 1200


def test_what_a_process_needs_for_itself_is_no_room_for_members(monkeypatch):
    many, workers = dataclasses.replace(SWEEP, seeds=tuple(range(200))), 3
    monkeypatch.setattr(environment, "free_memory", lambda: workers * (PROCESS_BYTES + 2**19))
    assert (
        fitted_here(many, "1/1", workers)
        == fitted(many, workers, 2**19)
        != fitted(many, workers, 2**34)
    )


def test_a_choice_of_one_s_own_is_kept():
    chosen = dataclasses.replace(SWEEP, members_per_unit=5)
    assert fitted(chosen, 8, 2**34) == chosen


@pytest.mark.parametrize("most", [0, -1, True])
def test_a_number_of_members_that_is_none_is_refused(most):
    with pytest.raises(InputError, match=r"^members_per_unit must be a whole number from 1 on"):
        dataclasses.replace(SWEEP, members_per_unit=most)
