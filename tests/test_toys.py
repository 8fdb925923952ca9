"""The rules by which the experiments on toys of Elhage et al. judge, on findings made by hand."""

import numpy as np
import pandas as pd
import pytest

from toymono.analysis.polygons import UNCLEAR

RARITIES = 10 ** (np.arange(11) / 10)


def test_of_each_few_seeds_the_network_with_the_least_loss_counts(load_script):
    losses = [3.0, 1.0, 2.0, np.nan, 5.0, 4.0, 0.5]  # the seventh seed begins a third trial
    table = pd.DataFrame({"seed": range(7), "task_loss": losses, "setting": 0, "unit": 0})
    best = load_script("_tries").best_of(table, 3)
    assert best.seed.tolist() == [1, 5, 6]
    assert best.trial.tolist() == [0, 1, 2]


def _found(n_pentagons):
    """So many pentagons, one unclear network, and digons, over eleven rarities, of each trial."""
    rows = [
        (trial, r, 0 if index < n else UNCLEAR if index == n else 1)
        for trial, n in enumerate(n_pentagons)
        for index, r in enumerate(RARITIES)
    ]
    return pd.DataFrame(rows, columns=["trial", "rarity", "polygon"])


def _pairs(**cosines):
    """Two pairs of each of three trials, alike."""
    rows = [(trial, kind, c) for kind, c in cosines.items() for trial in range(3) for _ in "ab"]
    return pd.DataFrame(rows, columns=["trial", "kind", "cosine"])


TWO = {"always together": 0.02, "by chance": -0.4, "never together": -0.98}
THREE = {"always together": 0.5, "by chance": -0.2}


@pytest.mark.parametrize(
    ("n_pentagons", "changes", "said"),
    [
        ((5, 5, 4, 5, 5), {}, ["supported"] * 6),
        ((8,) * 5, {}, ["supported", "refuted", "refuted", *["supported"] * 3]),
        ((2,) * 5, {}, ["refuted", "supported", "refuted", *["supported"] * 3]),
        ((5,) * 5, {"always together": -0.9}, [*["supported"] * 3, *["refuted"] * 2, "supported"]),
        ((5,) * 5, {"never together": 0.0}, [*["supported"] * 5, "refuted"]),
    ],
)
def test_what_lies_in_a_plane_is_judged_as_the_rule_says(load_script, n_pentagons, changes, said):
    plane, n = load_script("superposition_plane"), _found(n_pentagons)
    three = {**THREE, **{k: v for k, v in changes.items() if k in THREE}}
    pairs = plane.of_pairs(_pairs(**{**TWO, **changes}), _pairs(**three))
    assert [*plane.judged({**plane.of_polygons(n), **pairs}).values()] == said


def test_pentagons_end_half_a_step_above_the_last_of_them(load_script):
    plane = load_script("superposition_plane")
    turns = plane.turns(plane.shares(_found((5, 1)), "pentagon"))
    assert turns == pytest.approx(10 ** np.array([0.45, 0.05]))


def test_a_mean_size_of_cosines_ends_at_0(load_script):
    found = _pairs(**{"always together": 0.0})
    found.loc[found.trial == 0, "cosine"] = -0.05
    interval = load_script("superposition_plane").sizes_over_trials(found, "always together")
    assert (interval.low, interval.mean) == (0, pytest.approx(0.05 / 3))


def test_pairs_without_one_of_their_features_do_not_count(load_script):
    found = _pairs(**TWO)
    found.loc[found.index[::2], "cosine"] = np.nan
    assert load_script("superposition_plane").over_trials(found, "never together").mean == -0.98


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((1.0, 1.0, 0.9, 0.0), ["supported"] * 3),
        ((1.0, 1.0, 1.0, 0.0), ["supported", "refuted", "supported"]),
        ((0.5, 0.7, 0.4, 0.3), ["refuted", "supported", "refuted"]),
    ],
)
def test_shares_of_neurons_with_one_feature_are_judged_as_the_rule_says(load_script, shares, said):
    trials, densities = range(3), (1.0, 0.3, 0.1, 0.001)
    rows = [(t, p, s) for t in trials for p, s in zip(densities, shares, strict=True)]
    many = pd.DataFrame(rows, columns=["trial", "density", "alone"]).assign(both=1.0, used=40)
    absolute = load_script("superposition_absolute")
    verdicts = absolute.judged(absolute.measured(many, many))
    assert [*verdicts.values()] == ["supported", *said]
