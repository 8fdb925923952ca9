"""The authors' own program against ours, at the same settings: three seeds each, to the same last
step.

authors_small.jsonl holds results of the program that the authors released, run on a CPU: N 128, d
32, k 256, batch 512, 2^13 steps, density 1/64; `task_loss` is the mean of the losses logged every
16th of the last 1024 steps, which `training_loss` is of ours.
"""

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
THEIRS = [name for name in Hyper._fields if name in AUTHORS]
SETTINGS = {
    name: Hyper(**rows.iloc[0][THEIRS].astype(float)) for name, rows in AUTHORS.groupby("setting")
}


@pytest.fixture(scope="module")
def ours():
    shape = ["n_features", "n_embed", "n_neurons", "batch_size", "n_steps"]
    config = Config(**{name: int(AUTHORS[name][0]) for name in shape}, record_phase="peak")
    unit = Unit(config, tuple(SETTINGS.values()), (0, 1, 2))
    data = to_dataset(unit, train_ensemble(*unit))
    losses = training_loss(data).to_series().rename("training_loss")
    table = member_table(data).join(losses, on=["seed", "setting"])
    return {name: table[table.setting == place] for place, name in enumerate(SETTINGS)}


def _theirs(name):
    return AUTHORS[AUTHORS.setting == name]


@pytest.mark.parametrize("name", SETTINGS)
def test_the_mean_training_loss_is_within_four_percent_of_the_authors(ours, name):
    assert ours[name].training_loss.mean() == pytest.approx(
        _theirs(name).task_loss.mean(), rel=0.04
    )


@pytest.mark.parametrize("name", SETTINGS)
def test_the_mean_mono_count_is_within_the_authors_seeds_widened_by_half_and_three(ours, name):
    counts = _theirs(name).n_mono
    slack = 0.5 * (counts.max() - counts.min()) + 3
    assert counts.min() - slack <= ours[name].n_mono.mean() <= counts.max() + slack


@pytest.mark.parametrize("name", SETTINGS)
def test_the_mean_bias_is_within_three_hundredths_of_the_authors(ours, name):
    assert ours[name].mean_bias.mean() == pytest.approx(_theirs(name).mean_bias.mean(), abs=0.03)


def test_no_member_diverged(ours):
    assert not any(rows.diverged.any() for rows in ours.values())
