import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import RELU_RESPONSES, SCORES, hand_network, offset_params

from toymono.analysis.amplitudes import lone_outputs
from toymono.analysis.dashboard_data import (
    ROLES,
    History,
    best_scores,
    dashboard,
    feature_table,
    frame,
    history,
    kinked_answer,
    neuron_table,
    responses_of,
)
from toymono.analysis.responses import AMPLITUDES
from toymono.analysis.roles import roles
from toymono.analysis.specimen import specimen_of
from toymono.config import Config
from toymono.toy.model import Weights, params_of
from toymono.toy.tasks import Problem, random_problem

# One input, one feature, three neurons: on from .25 with slope 2, on from .5 with slope -1, off
# from .75 with slope -4.
TINY = Config(n_features=1, n_embed=1, n_neurons=3)
ONE = Problem(jnp.ones((1, 1)), jnp.ones((1, 1)))
BENT = params_of(
    Weights(
        jnp.array([[1.0, 2.0, -4.0]]),
        jnp.array([-0.25, -1.0, 3.0]),
        jnp.array([[2.0], [-0.5], [1.0]]),
    )
)


@pytest.fixture(scope="module")
def by_hand():
    return dashboard(hand_network())


def _random(task):
    made = Config(n_features=6, n_embed=4, n_neurons=9, task=task)
    problem = random_problem(made, jax.random.key(2))
    return specimen_of(made, offset_params(made, -0.1, jax.random.key(1)), problem)


def test_the_hand_solved_network_has_its_responses_and_scores(by_hand):
    np.testing.assert_allclose(by_hand.responses, RELU_RESPONSES, atol=1e-6)
    np.testing.assert_allclose(by_hand.score, SCORES, atol=1e-6)
    assert by_hand.favourite[:3].tolist() == [0, 1, 2]
    assert by_hand.mono_neurons.tolist() == [1, 0, 0]
    assert by_hand.n_mono == 1
    assert [ROLES[role] for role in by_hand.role[[0, 3]]] == ["one of one", "dead"]


def test_what_is_read_out_is_the_sum_of_the_responses_where_all_decoder_weights_are_one(by_hand):
    np.testing.assert_allclose(
        by_hand.outputs, np.tile(by_hand.responses.sum(axis=0)[:, None], 3), atol=1e-5
    )


@pytest.mark.parametrize("task", ["decode", "reproject", "absolute"])
def test_a_dashboard_repeats_what_the_single_measures_say(task):
    net = _random(task)
    shown = dashboard(net)
    np.testing.assert_array_equal(shown.responses, responses_of(net))
    np.testing.assert_allclose(shown.answers, lone_outputs(net, jnp.asarray(AMPLITUDES)), atol=1e-6)
    np.testing.assert_array_equal(shown.role, np.argmax(np.stack(roles(net)), axis=0))
    assert shown.write.shape == shown.drive.shape == (9, 6)
    # alone at strength 1, a feature's own output is the end of its answer
    np.testing.assert_allclose(np.diag(shown.outputs), shown.answers[-1], atol=1e-6)


def test_drive_is_what_a_feature_adds_to_the_pre_activation():
    net = _random("decode")
    shown = dashboard(net)
    np.testing.assert_allclose(
        np.maximum(shown.drive + shown.bias[:, None], 0), np.maximum(shown.responses, 0), atol=1e-6
    )


def test_bends_of_an_answer_lie_on_its_line_and_name_their_neuron():
    answer = kinked_answer(dashboard(specimen_of(TINY, BENT, ONE)), 0)
    assert answer.neuron.tolist() == [0, 1, 2]
    np.testing.assert_allclose(answer.amplitude, [0.25, 0.5, 0.75])
    np.testing.assert_allclose(answer.change, [2.0, -1.0, 4.0])
    # 3 - 4 a up to .25; then plus 2 (a - .25); then less (a - .5)
    np.testing.assert_allclose(answer.output, [2.0, 1.5, 0.75], atol=1e-6)


def test_tables_have_a_row_for_every_neuron_and_feature_in_display_order(by_hand):
    neurons, features = neuron_table(by_hand), feature_table(by_hand)
    assert neurons.neuron.tolist() == np.asarray(by_hand.order.neuron).tolist()
    assert neurons.score.is_monotonic_decreasing
    assert sorted(features.feature) == [0, 1, 2]
    row = features.set_index("feature").loc[0]
    assert (row["mono neurons"], row["strongest neuron"]) == (1, 2)


def test_a_feature_without_an_upward_bend_has_no_onset():
    flat = params_of(Weights(jnp.zeros((1, 3)), jnp.zeros(3), jnp.zeros((3, 1))))
    assert feature_table(dashboard(specimen_of(TINY, flat, ONE))).onset.isna().all()


def test_the_best_score_is_that_of_the_neurons_which_answer_the_feature_most():
    score, favourite = np.array([[0.2, 0.9], [0.5, 0.4]]), np.array([[0, 1], [0, 0]])
    steps, loss, kept = np.array([1, 2]), np.array([0.3, 0.1]), np.array([True, True])
    past = History(
        steps,
        score,
        favourite,
        score,
        steps,
        loss,
        loss,
        loss_step=steps,
        loss=loss,
        has_params=kept,
    )
    np.testing.assert_array_equal(best_scores(past, 0), [0.2, 0.5])
    np.testing.assert_array_equal(best_scores(past, 1), [0.9, np.nan])


def test_a_history_is_what_was_recorded_of_its_member(smoke_data):
    one = smoke_data.sel(seed=1).isel(setting=4)
    past = history(one)
    np.testing.assert_array_equal(past.score, one.score.transpose("step", "neuron"))
    np.testing.assert_array_equal(past.loss, one.loss)
    np.testing.assert_array_equal(past.task_loss, one.task_loss)
    np.testing.assert_array_equal(past.task_loss_error, one.task_loss_error)
    assert len(past.task_loss) == len(past.step) < len(past.loss)
    assert past.has_params.all()  # the demo keeps every record
    assert past.step.tolist() == smoke_data.step.values.tolist()


def test_a_frame_has_the_numbers_of_its_record(smoke_data):
    past = history(smoke_data.sel(seed=0).isel(setting=2))
    found = frame(past, 3, None)
    assert found.step == past.step[3]
    assert found.values is None
    at = smoke_data.sel(seed=0).isel(setting=2, step=3)
    np.testing.assert_array_equal(found.bias, at.bias)
    assert (found.task_loss, found.task_loss_error) == (
        float(at.task_loss),
        float(at.task_loss_error),
    )
