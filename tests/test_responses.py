import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import PROBLEM, RELU_RESPONSES, config, hand_network

from toymono.analysis.responses import (
    is_dead,
    is_dead_at_any_amplitude,
    is_dead_on_samples,
)
from toymono.analysis.specimen import Kind
from toymono.toy.tasks import sample_batch


def _inputs(density, key):
    return sample_batch(config(), PROBLEM, key, {"feature_density": density}).inputs


def test_responses_are_those_solved_by_hand():
    assert hand_network().responses == pytest.approx(np.asarray(RELU_RESPONSES), abs=1e-6)


def test_strength_scales_the_feature_and_not_the_bias():
    half = hand_network().responses_at(0.5)
    assert half[:, 0] == pytest.approx(
        np.array([0, 0, 0.5, 0, 0]), abs=1e-6
    )  # .5 - .6 < 0 silences the first
    assert half[4, 1] == 0  # 1 - 2 * .5


def test_a_signed_task_adds_the_responses_to_both_signs():
    summed = hand_network(task="absolute").responses
    # Neuron 4 answers -F0 with 3, -F1 with 3 and -F2 with 3.8; neuron 0 answers no negative
    # feature.
    assert summed[4] == pytest.approx(np.array([3, 3, 3.8]), abs=1e-6)
    assert summed[0] == pytest.approx(np.array([0.4, 0, 0]), abs=1e-6)


def test_three_senses_of_dead():
    net, key = hand_network(), jax.random.key(0)
    inputs = functools.partial(_inputs, 0.3)
    assert is_dead(net).tolist() == [False, False, False, True, True]
    assert is_dead_at_any_amplitude(net).tolist() == [
        False,
        False,
        False,
        True,
        False,
    ]
    assert is_dead_on_samples(net, inputs, key).tolist() == [
        False,
        False,
        False,
        True,
        False,
    ]


def test_a_neuron_that_only_pairs_of_features_turn_on_is_dead_alone_and_alive_on_samples():
    net = hand_network()
    # F0 + F1 gives 2, each alone 1, F2 1.4
    net = net._replace(bias=net.bias.at[2].set(-1.5))
    assert is_dead(net)[2]
    assert is_dead_at_any_amplitude(net)[2]
    assert not is_dead_on_samples(net, functools.partial(_inputs, 0.9), jax.random.key(0))[2]


def test_in_a_signed_task_a_negative_feature_keeps_a_neuron_alive():
    dead = is_dead(hand_network(task="absolute"))
    assert dead.tolist() == [False] * 5  # -F0 - ... turns the two all-negative neurons on


def _window(x):
    """On for some amplitudes between 0 and 1, off at both ends."""
    return jnp.where((x > 0.2) & (x < 0.4), x, 0.0)


@pytest.mark.parametrize("activation", ["relu", jax.nn.relu6, _window])
def test_dead_at_any_amplitude_agrees_with_a_fine_grid_of_amplitudes(activation):
    net = hand_network()
    net = net._replace(kind=Kind(activation))
    grid = jnp.stack([net.responses_at(s) for s in jnp.linspace(0, 1, 101)])
    assert jnp.array_equal(is_dead_at_any_amplitude(net), (grid <= 0).all(axis=(0, 2)))
