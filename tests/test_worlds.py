"""The sweep of features that are not independent, and the rule by which its experiment judges."""

import numpy as np
import pandas as pd
import pytest

from toymono.evidence.seeds import Interval, interval_over_seeds
from toymono.sweeps.demo import race_of
from toymono.sweeps.presets import preset_sweep
from toymono.sweeps.worlds import FOURS, matched_density


@pytest.fixture
def worlds(load_script):
    return load_script("worlds")


@pytest.mark.parametrize("scale", [pytest.param("desk", marks=pytest.mark.long), "smoke"])
def test_all_dependent_worlds_have_one_mean_density(scale):
    _, density = race_of(scale)
    for config, hyper in preset_sweep("worlds", scale).models():
        law = config.component("feature_law")
        if law.facts["joint"]:
            numbers = config.given("feature_law", hyper)
            joint = law.facts["joint"](config.n_features, hyper.feature_density, **numbers)
            assert np.diag(joint).mean() == pytest.approx(density, rel=1e-4)


def test_as_many_independent_features_are_on_together_as_in_groups():
    base, density = race_of("desk")
    n, partner = base.n_features, 0.5
    matched = matched_density(n, density, partner, FOURS)
    in_groups = (FOURS - 1) * partner + (n - FOURS) * density
    assert (n - 1) * matched == pytest.approx(in_groups)


def _found(*values):
    names = ("together", "beside", "dense")
    return {n: interval_over_seeds(np.array(v)) for n, v in zip(names, values, strict=True)}


LEVEL, FALLEN, UNSURE = [0.0, 0.01, 0.02], [-0.4, -0.41, -0.42], [-0.5, 0.0, -0.2]
VERDICTS = {
    "nothing breaks": (LEVEL, LEVEL, LEVEL),
    "correlation breaks it": (FALLEN, FALLEN, LEVEL),
    "co-occurrence breaks it": (FALLEN, LEVEL, FALLEN),
    "undecided": (UNSURE, LEVEL, LEVEL),
    "untested: too few finished networks": ([-0.4], FALLEN, LEVEL),
}


@pytest.mark.parametrize(("said", "values"), VERDICTS.items())
def test_the_verdict_is_what_the_rule_says_of_the_intervals(worlds, said, values):
    assert worlds.verdict(_found(*values)) == said


def test_differences_are_of_finished_networks_of_the_same_seed(worlds):
    def rows(partner, lift, shares, finished=(True, True, True)):
        settings = {"partner": partner, "lift": lift, "bias_offset": 0.0, "seed": range(3)}
        return pd.DataFrame({**settings, "covered_per_feature": shares, "finished": finished})

    table = pd.concat([rows(1.0, 32, [0.1, 0.2, 0.3]), rows(1 / 32, 1, [0.5, 0.7, 0.9])])
    matched = rows(1.0, 1, [0.5, 0.5, 0.5], (True, True, False))
    found = [
        values.dropna().round(6).tolist()
        for values in worlds.differences(table, matched, 0.0, 1.0).values()
    ]
    assert found == [[-0.4, -0.5, -0.6], [-0.4, -0.3], [0.0, -0.2]]
    assert isinstance(interval_over_seeds(np.array(found[0])), Interval)


def test_the_strongest_tie_is_one_of_which_all_networks_have_finished(worlds):
    def rows(partner, finished):
        return pd.DataFrame({"partner": partner, "finished": finished})

    table = pd.concat([rows(0.1, [True]), rows(0.5, [True, True]), rows(1.0, [True, False])])
    matched = pd.concat([rows(0.5, [True]), rows(1.0, [True])])
    assert worlds.strongest_finished(table, matched) == 0.5
    assert worlds.strongest_finished(table, rows(1.0, [True])) is None
