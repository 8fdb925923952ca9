import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import SCORES, SIMPLEX, built_on_simplex, hand_network, simplex_problem

from toymono.analysis.scores_in_contexts import (
    effects,
    mono_in_contexts,
    scores_at_amplitude,
    scores_under_attack,
    scores_with_all_on,
    scores_with_noise,
    scores_with_others_on,
)
from toymono.analysis.specimen import specimen_of

KEY = jax.random.key(0)


@pytest.fixture(scope="module")
def built():
    return specimen_of(SIMPLEX, built_on_simplex(), simplex_problem(20))


def test_at_amplitude_1_without_noise_they_are_the_score_itself():
    np.testing.assert_allclose(scores_at_amplitude(hand_network(), 1.0), SCORES, atol=1e-6)
    np.testing.assert_allclose(scores_with_noise(hand_network(), 0.0, KEY), SCORES, atol=1e-6)


def test_a_larger_amplitude_lifts_what_lay_below_the_threshold():
    # Neuron 0 has weights (1, 0) and bias -.6: at amplitude 2 it answers F0 with 1.4 and F2 with
    # .6.
    assert float(scores_at_amplitude(hand_network(), 2.0)[0]) == pytest.approx(1.4 / 2.0, rel=1e-5)


def test_effects_without_others_are_responses_less_what_the_bias_gives():
    found = effects(hand_network(), jnp.zeros((1, 3)))
    np.testing.assert_allclose(found[0], [0.4, 0, 0], atol=1e-6)
    np.testing.assert_allclose(
        found[4], [-1, -1, -1], atol=1e-6
    )  # on at 0, silenced by any feature


def test_the_context_s_own_value_of_a_feature_is_put_aside():
    one = effects(hand_network(), jnp.array([[0.0, 0.3, 0.0]]))
    other = effects(hand_network(), jnp.array([[0.9, 0.3, 0.0]]))
    np.testing.assert_allclose(one[:, 0], other[:, 0], atol=1e-6)
    # Neuron 0 beside F2 at full strength, which brings it to its threshold: F0 adds 1.
    assert float(effects(hand_network(), jnp.array([[0.0, 0.0, 1.0]]))[0, 0]) == pytest.approx(
        1.0, abs=1e-6
    )


def test_the_hand_built_mono_neurons_stay_so_among_others_where_nothing_overlaps(built):
    # On a simplex others only push a neuron further below its kink.
    for scores in (
        scores_with_others_on(built, 3, KEY),
        scores_with_noise(built, 0.01, KEY),
    ):
        assert np.all(scores[:21] > 0.999)


def test_all_at_once_the_hand_built_neurons_are_silent(built):
    # The corners of a simplex cancel: with all on the input is 0, and a neuron sees 1 / 20 when one
    # other leaves.
    np.testing.assert_allclose(scores_with_all_on(built)[:21], 0, atol=1e-6)


def test_the_hand_built_network_keeps_its_mono_neurons_without_others_alone(built):
    # Its 21 denoisers answer one feature alone at any strength; many others on lift them all.
    found = mono_in_contexts(built, 0.05, KEY)
    assert int(found.n_mono_at_double) >= 21
    assert int(found.n_mono_with_all) <= int(found.n_mono_at_double)


def test_under_attack_each_input_moves_along_the_neuron_s_own_weights():
    # Neuron 0, of weights (1, 0): .4, -.6, 0 grow by .1. Neuron 2, of length sqrt 2: 1, 1, 1.4.
    found = scores_under_attack(hand_network(), 0.1)
    more = 0.1 * 2**0.5
    np.testing.assert_allclose(found[:1], 0.5 / 0.6, rtol=1e-5)
    np.testing.assert_allclose(found[2], (1.4 + more) / (3.4 + 3 * more), rtol=1e-5)


def test_counts_in_contexts_are_those_of_the_scores(built):
    found = mono_in_contexts(built, 0.05, KEY)
    key_noise, key_others = jax.random.split(KEY)
    scores = (
        scores_at_amplitude(built, 2.0),
        scores_with_noise(built, 0.1, key_noise),
        scores_with_others_on(built, 1, key_others),
        scores_with_all_on(built),
        scores_under_attack(built, 0.1),
    )
    assert [int(n) for n in found] == [int((score > 0.999).sum()) for score in scores]
