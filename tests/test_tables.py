import os
import subprocess
import sys

import jax
import numpy as np
import pandas as pd
import pytest

from toymono.analysis.losses import task_loss
from toymono.config import Hyper
from toymono.evidence.tables import (
    MEASURES,
    SETTINGS,
    _anatomies_of,
    brief,
    identifying_settings,
    member_table,
    over_seeds,
    run_table,
    training_loss,
    varying_settings,
)
from toymono.sweeps.store import read_member
from toymono.sweeps.workers import XLA_THREADS
from toymono.toy.world import make_world


def test_the_table_has_a_row_for_every_member_with_settings_and_measures(smoke_data):
    table = member_table(smoke_data)
    assert len(table) == 18
    assert {"n_neurons", "task", *Hyper(), "seed", *MEASURES} <= set(table.columns)
    row = table[(table.seed == 2) & (table.setting == 4)].iloc[0]
    assert row.learning_rate == float(smoke_data.learning_rate[4])
    assert row.n_mono == int(smoke_data.n_mono.sel(seed=2)[-1, 4])


def test_the_training_loss_is_the_mean_over_the_last_schedule_period(smoke_data):
    # At smoke scale the period is 64 steps and a loss is kept every 16: the last four.
    expected = smoke_data.loss.values[..., -4:].mean(-1)
    np.testing.assert_allclose(training_loss(smoke_data), expected, rtol=1e-6)


def test_the_task_loss_is_that_of_the_recorded_network_and_not_of_its_training(smoke_data):
    table = member_table(smoke_data)
    for seed, setting in ((0, 1), (2, 5)):
        stored = read_member(smoke_data, seed, setting)
        key = make_world(stored.config, seed).key_probe
        loss = task_loss(stored.config, stored.params, stored.problem, key, stored.hyper)
        row = table[(table.seed == seed) & (table.setting == setting)].iloc[0]
        assert row.task_loss == pytest.approx(float(loss.mean), rel=1e-5)
        assert row.task_loss_error == pytest.approx(float(loss.error), rel=1e-3)


def test_mono_counts_are_given_per_neuron_and_per_feature(smoke_data):
    table = member_table(smoke_data)
    np.testing.assert_allclose(table.mono_per_neuron, table.n_mono / 32)
    np.testing.assert_allclose(table.mono_per_feature, table.n_mono / 16)


def test_a_number_of_another_law_is_blank_and_not_its_default(smoke_data):
    table = run_table([smoke_data])
    table.loc[table.setting == 3, ["feature_law", "lift"]] = "groups", 4.0
    shown = brief(table)
    assert shown.lift[table.setting == 3].eq(4).all()
    assert shown.lift[table.setting != 3].isna().all()
    assert over_seeds(table, ["task_loss"]).lift.dropna().tolist() == [4]
    assert sum("lift" in settings for settings in identifying_settings(table, table)) == 3


def test_settings_that_differ_in_a_number_not_in_use_stay_two(smoke_data):
    table = run_table([smoke_data])
    n = over_seeds(table, ["task_loss"]).n.tolist()
    again = table[table.setting == 3].assign(lift=4.0)
    assert over_seeds(pd.concat([table, again]), ["task_loss"]).n.tolist() == [*n, 3]


def test_a_diverged_member_is_kept_and_flagged(smoke_data):
    smoke_data.loss[0, 3, -1] = np.nan
    smoke_data.diverged[0, 3] = True
    table = run_table([smoke_data])
    lost = table[table.diverged]
    assert len(table) == 18
    assert lost[["seed", "setting"]].values.tolist() == [[0, 3]]
    assert not lost.finished.item()
    assert over_seeds(table, ["task_loss"]).n.tolist() == [3, 3, 3, 2, 3, 3]


def test_units_of_a_run_are_numbered_through(smoke_data):
    table = run_table([smoke_data, smoke_data])
    assert table.index.tolist() == list(range(36))
    assert table.unit.tolist() == [0] * 18 + [1] * 18


def test_only_settings_that_differ_are_shown(smoke_data):
    table = run_table([smoke_data])
    assert varying_settings(table) == ["learning_rate", "bias_offset", "bias_decay"]
    assert brief(table).columns[:4].tolist() == [
        "learning_rate",
        "bias_offset",
        "bias_decay",
        "seed",
    ]


def test_over_seeds_gives_mean_interval_and_n():
    settings = dict.fromkeys(SETTINGS, 0)
    table = pd.DataFrame(
        [{**settings, "unit": 0, "setting": 0, "diverged": False, "n_mono": n} for n in (1, 2, 3)]
    )
    (row,) = over_seeds(table, ["n_mono"]).to_dict("records")
    # t(2) at 97.5 % is 4.30265, so the half width is 4.30265 / sqrt(3); a count is not negative
    assert row == {
        "n": 3,
        "n_mono": 2.0,
        "n_mono_low": 0.0,
        "n_mono_high": pytest.approx(2 + 2.48414, abs=1e-4),
    }


@pytest.mark.long
def test_runs_of_one_shape_and_kind_share_a_program_and_others_do_not(smoke_data):
    jax.clear_caches()
    for changed in ({}, {"batch_size": 7, "schedule": "constant", "task": "absolute"}):
        other = smoke_data.assign_attrs(changed)
        member_table(other)
        member_table(other.assign_attrs(n_steps=9, optimizer="adam"))
    assert _anatomies_of._cache_size() == 2


TAKEN_APART = """
import jax
from toymono.analysis.specimen import Specimen, kind_of
from toymono.config import Config
from toymono.evidence.tables import _anatomies_of
from toymono.toy.tasks import lone_targets, random_problem

config, keys = Config(), jax.random.split(jax.random.key(0), 4)
problems = jax.vmap(lambda key: random_problem(config, key))(jax.random.split(keys[0], 3))
targets = jax.vmap(lambda problem: lone_targets(config, problem))(problems)
shapes = ((3, 2, 64, 256), (3, 2, 256), (3, 2, 256, 128))
weights = (jax.random.normal(key, of) / 8 for key, of in zip(keys[1:], shapes))
jax.block_until_ready(
    _anatomies_of(Specimen(*weights, problems.embedding, targets, kind_of(config)))
)
"""


@pytest.mark.long
def test_networks_of_the_demo_s_shape_are_taken_apart_on_two_threads():
    # Mapped all at once they were not: XLA's two threads waited for each other.
    environment = {**os.environ, XLA_THREADS: "2"}
    subprocess.run([sys.executable, "-c", TAKEN_APART], env=environment, timeout=240, check=True)


def test_a_member_is_named_by_what_differs_and_among_many_settings_by_what_is_not_default():
    few = pd.DataFrame({**dict.fromkeys(SETTINGS, 1), "bias_offset": [0.0, -1.0], "seed": [0, 0]})
    assert identifying_settings(few, few)[0] == {"bias_offset": 0.0, "seed": 0}
    axes = ("bias_offset", "hidden_noise", "dropout", "l4_share", "mono_loss", "l1", "n_groups")
    rows = [{name: 0.5 if name == axis else 0.0 for name in axes} for axis in axes]
    many = pd.DataFrame([{**dict.fromkeys(SETTINGS, 1), **row, "seed": 0} for row in rows])
    many["n_groups"] = many.n_groups + 1.0
    assert identifying_settings(many, many)[1] == {"hidden_noise": 0.5, "seed": 0}
    assert identifying_settings(many, many)[-1] == {"n_groups": 1.5, "seed": 0}
    many["dropout"] = [np.nan] * len(axes)
    assert all("dropout" not in settings for settings in identifying_settings(many, many))
