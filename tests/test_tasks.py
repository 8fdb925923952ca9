import jax
import jax.numpy as jnp
import numpy as np
import pytest

from toymono.config import Config
from toymono.toy.tasks import (
    n_outputs,
    random_problem,
    sample_batch,
    sample_features,
    squared_error,
)

SHAPE = {"n_features": 24, "n_embed": 8, "batch_size": 4096}
KEY = jax.random.key(0)


def _sampled(task, density=0.2, **changes):
    config = Config(task=task, **SHAPE, **changes)
    problem = random_problem(config, jax.random.key(1))
    return (
        problem,
        sample_features(config, KEY, {"feature_density": density}),
        sample_batch(config, problem, KEY, {"feature_density": density}),
    )


def test_the_decoder_is_asked_for_the_features_themselves():
    problem, features, batch = _sampled("decode")
    assert jnp.array_equal(batch.targets, features)
    assert batch.inputs == pytest.approx(np.asarray(features @ problem.embedding.T), abs=1e-5)


def test_the_reprojector_is_asked_for_a_second_projection():
    problem, features, batch = _sampled("reproject")
    assert batch.targets == pytest.approx(np.asarray(features @ problem.readout.T), abs=1e-5)
    assert not jnp.allclose(problem.embedding, problem.readout)


def test_the_absolute_value_is_asked_of_features_with_both_signs():
    problem, features, batch = _sampled("absolute")
    assert jnp.array_equal(batch.targets, jnp.abs(features))
    assert (features < 0).mean() == pytest.approx(float((features > 0).mean()), rel=0.05)
    assert batch.inputs == pytest.approx(np.asarray(features @ problem.embedding.T), abs=1e-5)


def test_each_sign_of_the_absolute_value_task_has_half_the_density():
    _, features, _ = _sampled("absolute", density=0.2)
    on = 1 - 0.9**2  # either of two draws at density 0.1
    assert float((features != 0).mean()) == pytest.approx(
        on, abs=5 * (on * (1 - on) / features.size) ** 0.5
    )


def test_signs_are_split_before_the_power_law_is_clipped():
    config = Config(
        task="absolute", n_features=24, n_embed=8, batch_size=2**15, feature_law="power-law"
    )
    first = sample_features(config, KEY, {"feature_density": 0.5})[:, 0]
    # At half of density 0.5 the commonest feature is on with certainty in both draws: u1 - u2 is
    # never 0.
    assert (first != 0).mean() > 0.999


@pytest.mark.parametrize(("task", "width"), [("decode", 24), ("absolute", 24), ("reproject", 8)])
def test_the_output_is_as_wide_as_the_target(task, width):
    _, _, batch = _sampled(task)
    assert n_outputs(Config(task=task, **SHAPE)) == width == batch.targets.shape[1]


def test_the_loss_is_summed_over_outputs_and_averaged_over_the_batch():
    outputs = jnp.array([[1.0, 2.0], [0.0, 0.0]])
    assert squared_error(outputs, jnp.zeros((2, 2))) == 2.5  # (1 + 4 + 0 + 0) / 2


def test_the_same_key_gives_the_same_batch_and_another_key_another():
    config = Config(**SHAPE)
    again = sample_features(config, KEY, {"feature_density": 0.2})
    assert jnp.array_equal(sample_features(config, KEY, {"feature_density": 0.2}), again)
    assert not jnp.array_equal(
        sample_features(config, jax.random.key(9), {"feature_density": 0.2}), again
    )
