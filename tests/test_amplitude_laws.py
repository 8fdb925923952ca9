import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from toymono.analysis.theory import denoisers, feature_moments
from toymono.components.registry import components
from toymono.config import Config, InputError
from toymono.toy.tasks import is_signed, random_problem, sample_features

CONFIG = Config(n_features=8, n_embed=4, batch_size=2**16)
LAWS = {
    "uniform": stats.uniform(),
    "binary": stats.rv_discrete(values=([1], [1.0])),
    "half-normal": stats.halfnorm(),
    "exponential": stats.expon(),
    "signed": stats.uniform(-1, 2),
}


def test_every_law_is_held_against_a_distribution_here():
    assert {name for name in components("amplitude_law") if ":" not in name} == {*LAWS}


@pytest.mark.parametrize("name", LAWS)
def test_a_law_turns_uniform_numbers_into_its_distribution(name):
    quantile = np.linspace(0.01, 0.99, 99)
    found = CONFIG.component("amplitude_law") if name == "uniform" else _of(name)
    values = found(jnp.asarray(quantile))
    np.testing.assert_allclose(values, LAWS[name].ppf(quantile), rtol=2e-3, atol=1e-6)


def _of(name):
    return dataclasses.replace(CONFIG, amplitude_law=name).component("amplitude_law")


@pytest.mark.parametrize("name", LAWS)
def test_a_law_declares_its_moments(name):
    facts, law = _of(name).facts, LAWS[name]
    assert facts["mean"] == pytest.approx(law.mean())
    assert facts["power"] == pytest.approx(law.var() + law.mean() ** 2)


@pytest.mark.parametrize("name", LAWS)
def test_the_law_changes_how_strongly_features_are_on_and_not_how_often(name):
    config, numbers = dataclasses.replace(CONFIG, amplitude_law=name), {"feature_density": 0.2}
    features = np.asarray(sample_features(config, jax.random.key(0), numbers), float)
    moments, error = feature_moments(config, 0.2), 6 * 3 / np.sqrt(2**16)
    assert np.abs((features != 0).mean(axis=0) - 0.2).max() < 5 * 0.4 / np.sqrt(2**16)
    np.testing.assert_allclose(features.mean(axis=0), moments.mean, atol=error)
    np.testing.assert_allclose((features**2).mean(axis=0), moments.power, atol=error)


@pytest.mark.parametrize("task", ["decode", "absolute"])
def test_signed_amplitudes_are_no_differences_of_two_draws(task):
    config = dataclasses.replace(CONFIG, amplitude_law="signed", task=task)
    assert is_signed(config)
    features = np.asarray(sample_features(config, jax.random.key(0), {"feature_density": 1.0}))
    assert stats.kstest(features[:, 0], stats.uniform(-1, 2).cdf).pvalue > 1e-6
    target_mean = 0.5 if task == "absolute" else 0.0
    np.testing.assert_allclose(feature_moments(config, 1.0).target_mean, target_mean)


def test_the_denoisers_are_known_for_uniform_amplitudes_alone():
    config = dataclasses.replace(CONFIG, amplitude_law="binary")
    problem = random_problem(config, jax.random.key(0))
    with pytest.raises(InputError, match="amplitude_law must be uniform"):
        denoisers(config, problem, 0.1, 1)


def test_covariances_are_those_of_the_amplitudes():
    config = dataclasses.replace(CONFIG, amplitude_law="uniform", feature_law="groups")
    together = feature_moments(config, 0.1, lift=5.0).together
    # Amplitudes of 1/2 on average, on together with 5 times the probability of .01.
    assert float(together[0, 1]) == pytest.approx((0.05 - 0.01) / 4)
    assert float(together[0, 2]) == pytest.approx(0, abs=1e-8)
