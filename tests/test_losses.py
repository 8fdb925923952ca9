import dataclasses

import jax
import jax.numpy as jnp
import pytest
from cases import PROBLEM, config

from toymono.analysis.losses import N_SAMPLES, sampled_loss
from toymono.toy.tasks import sample_features

CONFIG, KEY, DENSITY = config(), jax.random.key(3), 0.3
NUMBERS = {"feature_density": DENSITY}
# Answering 0 to three features that are on with probability eps: eps / 3 each.
ZERO = 3 * DENSITY / 3


def _zero(inputs):
    return jnp.zeros((len(inputs), 3))


def test_the_loss_of_the_answer_0_is_what_is_asked_for_squared():
    loss = sampled_loss(CONFIG, _zero, PROBLEM, KEY, NUMBERS)
    assert float(loss.mean) == pytest.approx(ZERO, abs=4 * float(loss.error))


def test_its_standard_error_is_that_of_the_samples():
    # Var |f|^2 for three independent features: 3 (eps / 5 - eps^2 / 9).
    spread = (3 * (DENSITY / 5 - DENSITY**2 / 9)) ** 0.5
    loss = sampled_loss(CONFIG, _zero, PROBLEM, KEY, NUMBERS)
    assert float(loss.error) == pytest.approx(spread / N_SAMPLES**0.5, rel=0.02)


def test_networks_of_any_batch_size_answer_the_same_samples():
    other = dataclasses.replace(CONFIG, batch_size=8)
    losses = [sampled_loss(c, _zero, PROBLEM, KEY, NUMBERS) for c in (CONFIG, other)]
    assert float(losses[0].mean) == float(losses[1].mean)


def test_another_key_draws_other_samples():
    one, other = (
        sampled_loss(CONFIG, _zero, PROBLEM, jax.random.key(seed), NUMBERS) for seed in (3, 4)
    )
    assert float(one.mean) != float(other.mean)


def test_more_samples_give_a_smaller_error():
    few, many = (
        float(sampled_loss(CONFIG, _zero, PROBLEM, KEY, NUMBERS, n).error) for n in (2**12, 2**16)
    )
    assert few / many == pytest.approx(4, rel=0.1)


def test_samples_follow_the_law_of_the_features():
    features = sample_features(dataclasses.replace(CONFIG, batch_size=2**14), KEY, NUMBERS)
    assert float((features > 0).mean()) == pytest.approx(DENSITY, abs=0.02)
