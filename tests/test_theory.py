import dataclasses

import jax
import numpy as np
import pytest

from toymono.analysis.handbuilt import hand_built
from toymono.analysis.theory import (
    baselines,
    denoisers,
    feature_moments,
    input_projector,
    interference,
    predicted_losses,
    unresolved,
)
from toymono.config import Config, InputError
from toymono.toy.model import network
from toymono.toy.tasks import (
    lone_targets,
    project,
    random_problem,
    sample_batch,
    sample_features,
    squared_error,
)

CONFIG = Config(n_features=32, n_embed=16, n_neurons=96, batch_size=65536)
TASKS = ("decode", "reproject", "absolute")
DENSITY = 1 / 16
KEY = jax.random.key(5)


def _task(task, **changes):
    config = dataclasses.replace(CONFIG, task=task, **changes)
    return config, random_problem(config, jax.random.key(0))


@pytest.mark.parametrize("law", ["uniform", "power-law"])
@pytest.mark.parametrize("task", TASKS)
def test_moments_are_those_of_samples(task, law):
    config, _ = _task(task, feature_law=law)
    values = np.asarray(sample_features(config, KEY, {"feature_density": DENSITY}), float)
    found = feature_moments(config, DENSITY)
    error = 5 * 65536**-0.5  # five standard errors of a number whose square has mean below 1
    np.testing.assert_allclose(found.mean, values.mean(0), atol=error)
    np.testing.assert_allclose(found.power, (values**2).mean(0), atol=error)
    np.testing.assert_allclose(found.target_mean, np.abs(values).mean(0), atol=error)


def test_the_zero_loss_of_the_decoder_is_n_eps_over_3():
    config, problem = _task("decode")
    assert float(baselines(config, problem, DENSITY).zero) == pytest.approx(
        32 * DENSITY / 3, rel=1e-5
    )


@pytest.mark.parametrize("task", TASKS)
def test_baselines_are_the_losses_of_the_best_constant_and_the_best_fitted_line(task):
    config, problem = _task(task)
    batch = sample_batch(config, problem, KEY, {"feature_density": DENSITY})
    inputs, targets = np.asarray(batch.inputs, float), np.asarray(batch.targets, float)
    found = baselines(config, problem, DENSITY)
    with_constant = np.column_stack([inputs, np.ones(len(inputs))])
    fitted = with_constant @ np.linalg.lstsq(with_constant, targets, rcond=None)[0]

    def loss(outputs):
        return ((outputs - targets) ** 2).sum(1).mean()

    assert float(found.zero) == pytest.approx(loss(0), rel=0.02)
    assert float(found.constant) == pytest.approx(loss(targets.mean(0)), rel=0.02)
    assert float(found.linear) == pytest.approx(loss(fitted), rel=0.02)


def test_a_lossless_embedding_needs_no_more_than_a_line():
    config, problem = _task("decode", n_embed=32)
    assert float(baselines(config, problem, DENSITY).linear) == pytest.approx(0, abs=1e-4)


def test_interference_has_the_moments_that_samples_have():
    config, problem = _task("decode")
    features = sample_features(config, KEY, {"feature_density": DENSITY})
    seen = project(features, problem.embedding) @ problem.embedding - features
    found = interference(config, problem, DENSITY)
    np.testing.assert_allclose(found.mean, seen.mean(0), atol=0.01)
    np.testing.assert_allclose(found.sigma, seen.std(0), rtol=0.05)


def test_the_input_projector_keeps_what_the_input_determines_and_nothing_else():
    config, problem = _task("decode")
    projector = np.asarray(input_projector(problem))
    np.testing.assert_allclose(projector @ projector, projector, atol=1e-5)
    assert np.trace(projector) == pytest.approx(16, abs=1e-3)
    np.testing.assert_allclose(problem.embedding @ unresolved(config, problem), 0, atol=1e-5)


@pytest.mark.parametrize("task", ["decode", "reproject"])
@pytest.mark.parametrize("n_kinks", [1, 2])
def test_the_scalar_errors_are_those_that_samples_have(task, n_kinks):
    config, problem = _task(task)
    features = sample_features(config, KEY, {"feature_density": DENSITY})
    seen = (
        project(features, problem.embedding) @ problem.embedding
        - interference(config, problem, DENSITY).mean
    )
    found = denoisers(config, problem, DENSITY, n_kinks)
    cleaned = jax.vmap(lambda one, z: one(z), in_axes=(0, 1), out_axes=1)(found, seen)
    assert float(((cleaned - features) ** 2).mean()) == pytest.approx(
        float(found.error.mean()), rel=0.05
    )


def test_predictions_are_ordered_and_below_the_best_line():
    config, problem = _task("decode")
    found = predicted_losses(config, problem, DENSITY)
    assert (
        baselines(config, problem, DENSITY).linear
        > found.one_kink
        > found.two_kinks
        > found.posterior_mean
        > 0
    )


def test_the_account_of_two_signs_is_refused():
    config, problem = _task("absolute")
    with pytest.raises(InputError, match=r"^task must be decode or reproject, but is 'absolute'"):
        predicted_losses(config, problem, DENSITY)


@pytest.mark.parametrize("task", ["decode", pytest.param("reproject", marks=pytest.mark.long)])
def test_the_hand_built_network_computes_the_consistency_projection(task):
    config, problem = _task(task)
    features = sample_features(
        dataclasses.replace(config, batch_size=200), KEY, {"feature_density": DENSITY}
    )
    inputs = project(features, problem.embedding)
    found = denoisers(config, problem, DENSITY, 2)
    seen = inputs @ problem.embedding - interference(config, problem, DENSITY).mean
    cleaned = jax.vmap(lambda one, z: one(z), in_axes=(0, 1), out_axes=1)(found, seen)
    exact = features @ (lone_targets(config, problem) @ input_projector(problem)).T
    expected = exact + cleaned @ unresolved(config, problem).T
    outputs = network(config, hand_built(config, problem, DENSITY))(inputs)
    np.testing.assert_allclose(outputs, expected, atol=1e-4)


def test_the_predicted_loss_is_that_of_errors_without_correlation():
    config, problem = _task("decode")
    features = sample_features(config, KEY, {"feature_density": DENSITY})
    seen = (
        project(features, problem.embedding) @ problem.embedding
        - interference(config, problem, DENSITY).mean
    )
    cleaned = jax.vmap(lambda one, z: one(z), in_axes=(0, 1), out_axes=1)(
        denoisers(config, problem, DENSITY, 1), seen
    )
    errors = np.random.default_rng(0).permuted(np.asarray(cleaned - features), axis=0)
    errors -= errors.mean(0)
    loss = ((errors @ np.asarray(unresolved(config, problem)).T) ** 2).sum(1).mean()
    assert loss == pytest.approx(
        float(predicted_losses(config, problem, DENSITY).one_kink), rel=0.05
    )


def test_the_hand_built_network_beats_every_line():
    config, problem = _task("decode")
    batch = sample_batch(config, problem, KEY, {"feature_density": DENSITY})
    loss = float(
        squared_error(
            network(config, hand_built(config, problem, DENSITY))(batch.inputs), batch.targets
        )
    )
    assert loss < 0.5 * float(baselines(config, problem, DENSITY).linear)
