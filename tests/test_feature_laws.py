"""What every law promises: the densities that it is given, and who comes with whom."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from toymono.analysis.theory import baselines, feature_moments, interference
from toymono.components.feature_laws.copulas import joint_of_gaussians
from toymono.config import Config, InputError, Sweep
from toymono.toy.tasks import random_problem, sample_batch, sample_features

N, P, BATCH = 15, 0.1, 100_000
LAWS = {
    "pairs, together": ("groups", {}, {"lift": 4.0}),
    "pairs, always together": ("groups", {}, {"lift": 10.0}),
    "pairs, exclusive": ("groups", {}, {"lift": 0.0}),
    "triples, seldom together": ("groups", {"group_size": 3}, {"lift": 0.4}),
    "trees of three levels": ("trees", {"tree_depth": 3}, {"child_share": 0.4}),
    "trees and free samples": ("trees", {"branching": 4}, {"child_share": 0.2, "dependence": 0.6}),
    "neighbours": ("copula", {}, {"neighbour_correlation": 0.5}),
    "neighbours apart": ("copula", {}, {"neighbour_correlation": -0.5}),
    "common factors": ("low-rank-copula", {"factor_rank": 3}, {"factor_scale": 0.5}),
}


def _config(law, options, **changes):
    return Config(n_features=N, n_embed=5, feature_law=law, options=options, **changes)


def _sampled(law, options, numbers, batch=BATCH, **changes):
    config = _config(law, options, batch_size=batch, **changes)
    return np.asarray(sample_features(config, jax.random.key(7), {"feature_density": P, **numbers}))


def _joint(law, options, numbers):
    config = _config(law, options)
    known = config.component("feature_law")
    given = known.given({**dict(config.options), **numbers})
    return np.asarray(known.facts["joint"](N, P, **given), float)


@pytest.mark.parametrize(("law", "options", "numbers"), LAWS.values(), ids=LAWS)
def test_pairs_are_on_together_as_often_as_the_law_says(law, options, numbers):
    on = _sampled(law, options, numbers) != 0
    expected = _joint(law, options, numbers)
    found = (on.T.astype(float) @ on) / BATCH
    # Five standard errors of a binomial proportion, and what one sample more or less would change.
    error = 5 * np.sqrt(expected * (1 - expected) / BATCH) + 1 / BATCH
    assert np.all(np.abs(found - expected) <= error)


@pytest.mark.parametrize(("law", "options", "numbers"), LAWS.values(), ids=LAWS)
def test_the_mean_density_is_the_one_given(law, options, numbers):
    assert np.diag(_joint(law, options, numbers)).mean() == pytest.approx(P, rel=1e-5)


@pytest.mark.parametrize(("law", "options", "numbers"), LAWS.values(), ids=LAWS)
def test_amplitudes_are_uniform_and_say_nothing_of_each_other(law, options, numbers):
    features = _sampled(law, options, numbers)
    for one in features[:, 0][features[:, 0] > 0], features[:, 1][features[:, 1] > 0]:
        assert stats.kstest(one, "uniform").pvalue > 1e-6
    both = features[(features[:, 0] > 0) & (features[:, 1] > 0)]
    if len(both) > 100:
        assert abs(np.corrcoef(both[:, 0], both[:, 1])[0, 1]) < 5 / np.sqrt(len(both))


def test_lift_is_how_much_more_often_one_of_a_pair_comes_with_the_other():
    joint = _joint("groups", {}, {"lift": 4.0})
    assert joint[0, 1] == pytest.approx(4 * P * P, rel=1e-5)
    assert joint[1, 2] == pytest.approx(P * P, rel=1e-5)  # of two pairs


def test_a_group_that_always_comes_together_is_whole_or_off():
    on = _sampled("groups", {"group_size": 5}, {"lift": 1 / P}) != 0
    assert {*on.reshape(-1, 5).sum(axis=1)} == {0, 5}


def test_an_exclusive_group_never_has_two():
    on = _sampled("groups", {"group_size": 5}, {"lift": 0.0}) != 0
    assert on.reshape(-1, 5).sum(axis=1).max() == 1


def test_groups_of_lift_1_are_independent():
    joint = _joint("groups", {"group_size": 3}, {"lift": 1.0})
    np.testing.assert_allclose(joint, np.where(np.eye(N), P, P * P), rtol=1e-5)


def test_a_child_is_on_only_with_its_parent_and_without_its_siblings():
    on = _sampled("trees", {"tree_depth": 4}, {"child_share": 0.45}) != 0  # 15 features: one tree
    for child in range(1, 15):
        assert not np.any(on[:, child] & ~on[:, (child - 1) // 2])
    for first in range(1, 15, 2):
        assert not np.any(on[:, first] & on[:, first + 1])


def test_a_child_comes_with_its_share_of_its_parent():
    joint = _joint("trees", {"tree_depth": 3}, {"child_share": 0.4})
    rates = np.diag(joint)
    parent_of = {child: (child - 1) // 2 for child in range(1, 7)}
    for child, parent in parent_of.items():
        assert joint[child, parent] / rates[parent] == pytest.approx(0.4, rel=1e-5)
        assert rates[child] == pytest.approx(joint[child, parent], rel=1e-5)


def test_the_last_tree_may_be_cut_short():
    joint = _joint("trees", {"branching": 3}, {})  # 15 features: trees of 4, 4, 4 and 3
    assert joint[13, 14] == joint[1, 2] == 0
    assert joint[12, 13] == pytest.approx(joint[13, 13])


@pytest.mark.parametrize(("rho", "lift"), [(0.4, 7.0), (-0.4, 0.02)])
def test_the_correlation_of_gaussians_is_not_that_of_sparse_features(rho, lift):
    """Known numbers at density 1/64: P(both) is 7 times, and a fiftieth of, the product."""
    both = joint_of_gaussians(1 / 64, np.array([[1.0, rho], [rho, 1.0]]))[0, 1]
    assert float(both) * 64**2 == pytest.approx(lift, rel=0.1)


@pytest.mark.parametrize("rho", [-0.8, 0.0, 0.95])
@pytest.mark.parametrize("density", [0.02, 0.3])
def test_the_integral_over_correlations_is_the_normal_distribution(density, rho):
    height = stats.norm.ppf(density)
    law = stats.multivariate_normal(cov=[[1, rho], [rho, 1]])
    both = joint_of_gaussians(density, np.array([[1.0, rho], [rho, 1.0]]))[0, 1]
    assert float(both) == pytest.approx(float(law.cdf([height, height])), abs=3e-5)


@pytest.mark.parametrize(("law", "options", "numbers"), LAWS.values(), ids=LAWS)
def test_theory_knows_the_covariances_of_features_that_hang_together(law, options, numbers):
    config = _config(law, options, batch_size=BATCH, amplitude_law="binary")
    problem = random_problem(config, jax.random.key(0))
    batch = sample_batch(config, problem, jax.random.key(3), {"feature_density": P, **numbers})
    inputs, targets = np.asarray(batch.inputs, float), np.asarray(batch.targets, float)
    moments = feature_moments(config, P, **numbers)
    error = 6 / np.sqrt(BATCH)
    np.testing.assert_allclose(moments.covered(jnp.eye(N)), np.cov(targets.T), atol=error)
    with_constant = np.column_stack([inputs, np.ones(BATCH)])
    fitted = with_constant @ np.linalg.lstsq(with_constant, targets, rcond=None)[0]
    linear = ((fitted - targets) ** 2).sum(axis=1).mean()
    assert float(baselines(config, problem, P, **numbers).linear) == pytest.approx(linear, rel=0.02)
    overlap = np.asarray(problem.embedding.T @ problem.embedding)
    seen = targets @ (overlap - np.diag(np.diag(overlap)))
    found = interference(config, problem, P, **numbers)
    np.testing.assert_allclose(found.mean, seen.mean(axis=0), atol=6 * seen.std() / np.sqrt(BATCH))
    np.testing.assert_allclose(found.sigma, seen.std(axis=0), rtol=0.05)


BAD = {
    "a lift that no density allows": (
        "groups", {}, {"lift": 11.0}, "lift must be at most 1 / feature_density = 10",
    ),
    "exclusive features that are on too often": (
        "groups", {"group_size": 11}, {"lift": 0.5}, "group_size must be at most 1 / feature_den",
    ),
    "children who cannot exclude each other": (
        "trees", {"branching": 3}, {"child_share": 0.4}, "child_share must be at most 1 / branch",
    ),
    "a tree of more features than there are": (
        "trees", {"tree_depth": 5}, {}, "a tree must be at most n_features = 15 features",
    ),
    "roots that are on more than always": (
        "trees", {"tree_depth": 4}, {"child_share": 0.05}, "feature_density must be at most 0.07",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("law", "options", "numbers", "said"), BAD.values(), ids=BAD)
def test_numbers_that_do_not_go_together_are_refused_in_one_sentence(law, options, numbers, said):
    grid = {"feature_density": (P,), **{name: (value,) for name, value in numbers.items()}}
    with pytest.raises(InputError) as refused:
        Sweep(base=_config(law, options), grids=(grid,))
    assert said in str(refused.value)
