import jax.numpy as jnp
import numpy as np
import pytest
from cases import RELU_RESPONSES, SCORES, hand_network

from toymono.analysis.ordering import display_order, feature_neuron_map


def test_neurons_come_by_falling_score_and_features_by_their_strongest_neuron():
    order = display_order(RELU_RESPONSES)
    assert order.neuron.tolist() == [
        0,
        1,
        2,
        3,
        4,
    ]  # 1, .56, .41, and two dead ones in their own order
    # F0 and F2 drive neuron 2 most (1 > .4 and 1.4 > .8), F1 drives neurons 1 and 2 alike: the
    # earlier one counts.
    assert order.feature.tolist() == [1, 0, 2]


def test_scrambled_monosemantic_neurons_become_a_diagonal():
    permutation = np.random.default_rng(0).permutation(7)
    scrambled = jnp.eye(7)[permutation]
    order = display_order(scrambled)
    assert jnp.array_equal(scrambled[order.neuron][:, order.feature], jnp.eye(7))


def test_the_map_holds_scores_and_biases_in_the_order_shown():
    shown = feature_neuron_map(hand_network())
    assert (shown.n_mono, shown.coverage.n_features.tolist()) == (1, [2, 1])
    assert shown.score == pytest.approx(SCORES, abs=1e-6)
    assert shown.bias == pytest.approx([-0.6, 0.0, 0.0, -0.5, 1.0])
    assert shown.responses == pytest.approx(
        np.asarray(RELU_RESPONSES[:, np.array([1, 0, 2])]), abs=1e-6
    )
