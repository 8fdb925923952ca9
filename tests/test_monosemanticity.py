import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import RELU_RESPONSES, SCORES
from hypothesis import given, settings
from hypothesis import strategies as st

from toymono.analysis.monosemanticity import (
    coverage_histogram,
    favourite_feature,
    group_monosemanticity,
    is_mono,
    mono_neurons_of_features,
    monosemanticity,
    n_covered,
    runner_up,
    score_cdf,
)


def test_scores_are_those_solved_by_hand():
    assert monosemanticity(RELU_RESPONSES) == pytest.approx(SCORES, abs=1e-6)


def test_one_feature_per_neuron_scores_one_and_equal_answers_score_one_over_n():
    assert monosemanticity(jnp.eye(5)) == pytest.approx(np.ones(5))
    assert monosemanticity(jnp.ones((2, 8))) == pytest.approx(np.full(2, 1 / 8))


def test_a_dead_neuron_scores_zero():
    assert monosemanticity(jnp.zeros((1, 4))) == 0


def test_negative_responses_count_as_none():
    # Eq 7 clamps them: 2 / (2 + 0 + 2). Unclamped it would be 2 / (2 - 3 + 2) = 2.
    assert monosemanticity(jnp.array([[2.0, -3.0, 2.0]])) == pytest.approx(0.5)
    assert monosemanticity(jnp.array([[-1.0, -0.5, -2.0]])) == 0


def test_the_runner_up_is_the_second_response_over_the_first_however_many_follow():
    responses = jnp.array([[4.0, 0, 0, 0], [1.0, 4, 1, 1], [-5.0, 2, 2, 0], [0.0, 0, 0, 0]])
    assert runner_up(responses) == pytest.approx(np.array([0, 1 / 4, 1, 0]))


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.01, 100))
def test_the_score_is_in_range_and_blind_to_scale_and_to_the_order_of_features(seed, scale):
    key, shuffle = jax.random.split(jax.random.key(seed))
    responses = jax.random.normal(key, (6, 9))
    score = np.asarray(monosemanticity(responses))
    assert (score >= 0).all()
    assert (score <= 1).all()
    assert monosemanticity(scale * responses) == pytest.approx(score, rel=1e-4)
    assert monosemanticity(jax.random.permutation(shuffle, responses, axis=1)) == pytest.approx(
        score, rel=1e-5
    )


def test_a_neuron_is_mono_strictly_above_the_threshold():
    assert is_mono(jnp.array([0.9989, 0.9991, 1.0])).tolist() == [False, True, True]
    assert is_mono(jnp.array([0.5]), threshold=0.4).tolist() == [True]


def test_each_mono_neuron_counts_for_its_favourite_feature():
    responses = jnp.array([[0.0, 2, 0], [0, 3, 0], [1, 0, 0], [1, 1, 1]])
    mono = is_mono(monosemanticity(responses))
    counts = mono_neurons_of_features(mono, favourite_feature(responses), 3)
    assert counts.tolist() == [1, 2, 0]
    assert n_covered(counts) == 2
    assert coverage_histogram(counts).n_features.tolist() == [
        1,
        1,
        1,
    ]  # one feature each with 0, 1 and 2 neurons


def test_the_paper_s_histogram_is_read_back():
    counts = jnp.array(
        [1] * 503 + [2] * 5 + [0] * 4
    )  # Fig 3: of 512 features 503 have one neuron, 5 two
    assert coverage_histogram(counts).n_features.tolist() == [4, 503, 5]


def test_a_neuron_of_one_group_scores_1_there_whatever_it_answers_in_it():
    responses = jnp.array([[1.0, 1, 0, 0], [3, 0, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]])
    assert group_monosemanticity(responses, jnp.array([0, 0, 1, 1])).tolist() == [1, 1, 0.5, 0]
    alone = group_monosemanticity(responses, jnp.arange(4))
    assert alone.tolist() == monosemanticity(responses).tolist()


def test_the_cdf_rises_from_one_neuron_to_all():
    cdf = score_cdf(jnp.array([0.5, 1.0, 0.0, 1.0]))
    assert cdf.score.tolist() == [0.0, 0.5, 1.0, 1.0]
    assert cdf.share.tolist() == [0.25, 0.5, 0.75, 1.0]
