"""The authors' own program against ours, at the same settings and to the same last step.

authors_small.jsonl holds results of the program that the authors released, run on a CPU: N 128, d
32, k 256, batch 512, 2^13 steps, density 1/64, three seeds; `task_loss` is the mean of the losses
logged every 16th of the last 1024 steps, which `training_loss` is of ours.
"""

import functools
import json
import pathlib

import pandas as pd
import pytest

from toymono.config import Config, Hyper
from toymono.evidence.tables import member_table, training_loss
from toymono.sweeps.plan import Unit
from toymono.sweeps.store import to_dataset
from toymono.training.ensemble import train_ensemble

AUTHORS = pd.DataFrame(
    json.loads(line)
    for line in (pathlib.Path(__file__).parent / "authors_small.jsonl").read_text().splitlines()
)
THEIRS = [name for name in Hyper() if name in AUTHORS]
SETTINGS = {
    name: Hyper(**rows.iloc[0][THEIRS].astype(float)) for name, rows in AUTHORS.groupby("setting")
}


SEEDS = (0, 1, 2)
pytestmark = [pytest.mark.long, pytest.mark.parametrize("name", SETTINGS)]


@functools.cache
def _trained():
    shape = ["n_features", "n_embed", "n_neurons", "batch_size", "n_steps"]
    config = Config(**{name: int(AUTHORS[name][0]) for name in shape}, record_phase="peak")
    unit = Unit(config, tuple(SETTINGS.values()), SEEDS)
    data = to_dataset(unit, train_ensemble(*unit))
    losses = training_loss(data).to_series().rename("training_loss")
    table = member_table(data).join(losses, on=["seed", "setting"])
    return {name: table[table.setting == setting] for setting, name in enumerate(SETTINGS)}


def _theirs(name):
    return AUTHORS[AUTHORS.setting == name]


def test_the_mean_training_loss_is_within_four_percent_of_the_authors(name):
    ours, theirs = _trained()[name].training_loss, _theirs(name).task_loss
    assert ours.mean() == pytest.approx(theirs.mean(), rel=0.04)


def test_the_mean_mono_count_is_within_the_authors_seeds_widened_by_half_and_three(name):
    counts = _theirs(name).n_mono
    slack = 0.5 * (counts.max() - counts.min()) + 3
    ours = _trained()[name].n_mono.mean()
    assert counts.min() - slack <= ours <= counts.max() + slack


def test_the_mean_bias_is_within_three_hundredths_of_the_authors(name):
    ours, theirs = _trained()[name].mean_bias, _theirs(name).mean_bias
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.03)


def test_no_member_diverged(name):
    assert not _trained()[name].diverged.any()
