import json
import shutil

import pandas as pd
import pytest
from made_up import store_made_up

from toymono.config import Config, InputError, Sweep
from toymono.evidence.results import (
    by_batch,
    find_results,
    joined,
    measured_results,
    read_results,
    results_of_run,
    write_results,
)
from toymono.sweeps.store import read_run

SHAPE = Config(n_features=8, n_embed=4, n_neurons=8, n_steps=4, record_phase="peak")


@pytest.fixture
def results(smoke_run):
    return results_of_run(smoke_run)


def test_a_run_is_known_as_the_batch_and_scale_it_is(results):
    assert (results.batch, results.scale, results.is_whole) == ("demo", "smoke", True)
    assert len(results.table) == 18


def test_a_sweep_of_the_user_s_own_is_no_batch(tmp_path):
    store_made_up(Sweep(base=SHAPE), tmp_path / "run")
    assert results_of_run(tmp_path / "run").batch == "custom"


def test_results_are_read_back_as_they_were_to_six_digits(results, tmp_path):
    again = read_results(write_results(results, tmp_path / "demo.json"))
    assert again._replace(table=None) == results._replace(table=None)
    pd.testing.assert_frame_equal(
        again.table[results.table.columns],
        results.table,
        rtol=1e-5,
        check_dtype=False,
        check_index_type=False,
    )


def test_what_is_not_a_number_is_null_in_the_file(results, tmp_path):
    results.table.loc[0, "mono_bias"] = float("nan")
    content = write_results(results, tmp_path / "demo.json").read_text()
    assert "NaN" not in content
    assert json.loads(content)["members"][0]["mono_bias"] is None


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", "[" * 100_000, '{"batch": "B1", "members": 3}']
)
def test_another_file_is_refused_with_its_name(tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(InputError, match=r"a\.json must hold a batch's results"):
        read_results(tmp_path / "a.json")


def test_results_without_a_measure_are_refused(results, tmp_path):
    file = write_results(results, tmp_path / "a.json")
    content = json.loads(file.read_text())
    for member in content["members"]:
        del member["n_mono"]
    file.write_text(json.dumps(content))
    with pytest.raises(InputError, match="without n_mono"):
        read_results(file)


@pytest.mark.parametrize(
    ("name", "value"),
    [("n_mono", "many"), ("seed", 0.5), ("diverged", None), ("learning_rate", [1]), ("task", 3)],
)
def test_results_of_other_kinds_are_refused(results, tmp_path, name, value):
    file = write_results(results, tmp_path / "a.json")
    content = json.loads(file.read_text())
    content["members"][1][name] = value
    file.write_text(json.dumps(content))
    with pytest.raises(InputError, match=rf"a\.json must be .*.with a {name} of"):
        read_results(file)


def test_results_are_found_in_runs_files_and_folders_with_both(smoke_run, results, tmp_path):
    shutil.copytree(smoke_run, tmp_path / "run")
    file = write_results(results, tmp_path / "demo.json")
    (tmp_path / "figure.json").write_text('{"data": []}')
    for path, count in ((smoke_run, 1), (file, 1), (tmp_path, 2)):
        assert [found.batch for found in find_results([path])] == ["demo"] * count
    with pytest.raises(InputError, match="a run, or a folder with runs or results"):
        list(find_results([tmp_path / "run" / "units"]))


def test_a_member_whose_decay_has_more_digits_than_a_file_is_found_twice(smoke_run, tmp_path):
    results = results_of_run(smoke_run)  # with a decay of 4 / (.003 * 512)
    again = joined(read_results(write_results(results, tmp_path / "demo.json")), results)
    pd.testing.assert_series_equal(again.table.bias_decay, results.table.bias_decay)


def test_a_member_found_twice_counts_once(results):
    tables = by_batch(
        [results, results._replace(table=results.table.sample(frac=1, random_state=0))], "smoke"
    )
    assert len(tables["demo"]) == 18


def test_members_that_differ_in_a_component_s_number_alone_all_count(results, smoke_run, tmp_path):
    jumps = [results.table.assign(activation="jump-relu", jump=jump) for jump in (0.1, 1 / 3)]
    both = measured_results(smoke_run, read_run(smoke_run), pd.concat(jumps, ignore_index=True))
    again = joined(read_results(write_results(both, tmp_path / "demo.json")), both)
    assert len(again.table) == 36 and set(again.table.jump) == {0.1, 0.333333}
    assert len(by_batch([both, both], "smoke")["demo"]) == 36


def test_a_batch_may_come_in_seed_by_seed(results):
    first, others = (
        results._replace(table=results.table[results.table.seed.isin(s)]) for s in ((0,), (1, 2))
    )
    both = joined(first, others)
    keys = ["seed", "learning_rate", "bias_offset"]
    ours, theirs = (
        table.sort_values(keys).n_mono.tolist() for table in (both.table, results.table)
    )
    assert ours == theirs
    assert both.provenance == results.provenance


def test_of_a_member_trained_twice_the_later_counts(results):
    later = results._replace(
        table=results.table.assign(n_mono=77), provenance={**results.provenance, "device": "new"}
    )
    both = joined(results, later)
    assert set(both.table.n_mono) == {77}
    assert len(both.table) == len(results.table)
    assert both.provenance["device"].endswith("; new")


def test_results_of_two_batches_are_not_joined(results):
    with pytest.raises(InputError, match="demo smoke"):
        joined(results, results._replace(batch="LR1"))


def test_other_scales_and_unfinished_runs_are_left_out(results):
    assert by_batch([results], "desk") == {}
    assert by_batch([results._replace(is_whole=False)], "smoke") == {}


def test_a_run_with_a_unit_missing_is_not_whole(tmp_path):
    files = store_made_up(Sweep(base=SHAPE, grids=({"n_neurons": (8, 9)},)), tmp_path / "run")
    files[1].unlink()
    assert not results_of_run(tmp_path / "run").is_whole
