import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import offset_params

from toymono.analysis.amplitudes import bends, bends_if_relu, kinks, lone_outputs
from toymono.analysis.handbuilt import hand_built
from toymono.analysis.specimen import specimen_of
from toymono.analysis.theory import denoisers, input_projector, interference
from toymono.config import Config, InputError
from toymono.toy.model import Weights, params_of
from toymono.toy.tasks import Problem, random_problem

# One input, one feature, three neurons: on from .25 with slope 2, on from .5 with slope -1, off
# from .75 with slope -4.
TINY = Config(n_features=1, n_embed=1, n_neurons=3)
ONE = Problem(jnp.ones((1, 1)), jnp.ones((1, 1)))
KNOWN = params_of(
    Weights(
        jnp.array([[1.0, 2.0, -4.0]]),
        jnp.array([-0.25, -1.0, 3.0]),
        jnp.array([[2.0], [-0.5], [1.0]]),
    )
)
CONFIG = Config(n_features=24, n_embed=20, n_neurons=69)
PROBLEM = random_problem(CONFIG, jax.random.key(0))
AMPLITUDES = jnp.linspace(0, 1, 101)


def test_bends_lie_where_they_were_put():
    found = bends(specimen_of(TINY, KNOWN, ONE))
    np.testing.assert_allclose(found.amplitude[:, 0], [0.25, 0.5, 0.75])
    np.testing.assert_allclose(found.change[:, 0], [2.0, -1.0, 4.0])
    assert (float(found.intercept[0]), float(found.slope[0])) == (3.0, -4.0)


def test_kinks_are_the_first_large_bends_and_the_line_that_is_left():
    found = kinks(bends(specimen_of(TINY, KNOWN, ONE)))
    assert [float(value[0]) for value in (found.onset, found.second, found.count)] == [0.25, 0.5, 3]
    # beyond .75: 2 (a - .25) - (a - .5) = a + 0
    assert float(found.slope[0]) == pytest.approx(1.0)
    assert float(found.intercept[0]) == pytest.approx(0.0)


@pytest.mark.parametrize("task", ["decode", "reproject", "absolute"])
@pytest.mark.parametrize("strength", [1.0, -1.0])
def test_the_bends_are_the_network_s_own_line(task, strength):
    config = dataclasses.replace(CONFIG, task=task)
    problem, params = (
        random_problem(config, jax.random.key(3)),
        offset_params(config, -0.05, jax.random.key(1)),
    )
    found = bends(specimen_of(config, params, problem), strength)
    past = jnp.maximum(AMPLITUDES[:, None, None] - jnp.nan_to_num(found.amplitude, nan=9.0), 0)
    line = found.intercept + AMPLITUDES[:, None] * found.slope + (past * found.change).sum(axis=1)
    np.testing.assert_allclose(
        line, lone_outputs(specimen_of(config, params, problem), strength * AMPLITUDES), atol=1e-5
    )


def test_the_final_line_is_the_network_s_own_at_amplitude_1():
    params = offset_params(CONFIG, -0.05, jax.random.key(1))
    found = kinks(bends(specimen_of(CONFIG, params, PROBLEM)))
    outputs = lone_outputs(specimen_of(CONFIG, params, PROBLEM), jnp.array([1.0]))[0]
    np.testing.assert_allclose(found.intercept + found.slope, outputs, atol=1e-5)


def test_the_hand_built_network_has_its_kinks_where_they_were_put():
    params, built = hand_built(CONFIG, PROBLEM, 0.05), denoisers(CONFIG, PROBLEM, 0.05, 2)
    mean, unresolved = (
        interference(CONFIG, PROBLEM, 0.05).mean,
        1 - jnp.diag(input_projector(PROBLEM)),
    )
    found = kinks(bends(specimen_of(CONFIG, params, PROBLEM)))
    large = jnp.abs(built.slopes * unresolved[:, None]) > 0.1
    at = built.kinks + mean[:, None]
    both = np.asarray(large.all(axis=1))
    assert both.sum() >= 5
    np.testing.assert_allclose(found.onset[both], at[both, 0], atol=1e-4)
    np.testing.assert_allclose(found.second[both], at[both, 1], atol=1e-4)


def test_the_hand_built_network_ends_on_the_line_of_its_formula():
    params, built = hand_built(CONFIG, PROBLEM, 0.05), denoisers(CONFIG, PROBLEM, 0.05, 2)
    mean, projector = interference(CONFIG, PROBLEM, 0.05).mean, input_projector(PROBLEM)

    def answer(amplitude):  # y = Pi f + (I - Pi) s(f-hat), every feature alone in a row of its own
        seen = amplitude * PROBLEM.embedding.T @ PROBLEM.embedding - mean
        cleaned = jax.vmap(lambda one, z: one(z), in_axes=(0, 1), out_axes=1)(built, seen)
        return jnp.diag(amplitude * projector + cleaned @ (jnp.eye(24) - projector))

    found = kinks(bends(specimen_of(CONFIG, params, PROBLEM)))
    np.testing.assert_allclose(found.slope + found.intercept, answer(1.0), atol=1e-4)
    np.testing.assert_allclose(found.slope, jax.jacfwd(answer)(1.0), atol=1e-3)


def test_bends_of_a_smooth_activation_are_refused_and_left_out():
    smooth = specimen_of(dataclasses.replace(TINY, activation="gelu"), KNOWN, ONE)
    with pytest.raises(InputError, match="activation must be relu for bends, but is 'gelu'"):
        bends(smooth)
    found = kinks(bends_if_relu(smooth))
    assert float(found.count[0]) == 0
    assert np.isnan([found.onset[0], found.slope[0], found.intercept[0]]).all()


def test_an_output_bias_lifts_the_whole_line():
    net = specimen_of(TINY, KNOWN, ONE)
    lifted = net._replace(output_bias=jnp.array([0.5]))
    assert float(bends(lifted).intercept[0]) == pytest.approx(3.5)
    lines = lone_outputs(lifted, AMPLITUDES), lone_outputs(net, AMPLITUDES)
    np.testing.assert_allclose(lines[0], lines[1] + 0.5, atol=1e-6)


def test_a_feature_that_nothing_answers_has_no_kinks():
    silent = params_of(Weights(jnp.zeros((1, 3)), -jnp.ones(3), jnp.ones((3, 1))))
    found = kinks(bends(specimen_of(TINY, silent, ONE)))
    assert np.isnan(found.onset[0])
    assert np.isnan(found.second[0])
    assert (float(found.count[0]), float(found.slope[0]), float(found.intercept[0])) == (0, 0, 0)
