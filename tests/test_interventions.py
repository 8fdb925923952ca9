import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import offset_params

from toymono.analysis.interventions import amplitudes, outcome
from toymono.analysis.specimen import Kind, specimen_of
from toymono.config import Config, InputError
from toymono.toy.tasks import project, random_problem

CONFIG = Config(n_features=6, n_embed=4, n_neurons=9)
PARAMS, PROBLEM = (
    offset_params(CONFIG, 0.1, jax.random.key(1)),
    random_problem(CONFIG, jax.random.key(2)),
)
NET = specimen_of(CONFIG, PARAMS, PROBLEM)
ALL = np.ones(9, bool)


def _outcome(features, is_on):
    return outcome(NET, features, features, is_on)


def _without(*neurons):
    is_on = ALL.copy()
    is_on[list(neurons)] = False
    return is_on


def test_with_all_neurons_on_it_is_the_network_s_own_answer():
    features = amplitudes(NET, {1: 0.5, 4: 1.0})
    found = _outcome(features, ALL)
    inputs = project(features[None], PROBLEM.embedding)
    np.testing.assert_allclose(found.outputs, NET(inputs)[0], atol=1e-6)
    np.testing.assert_array_equal(found.targets, features)
    assert float(found.error) == pytest.approx(
        float(((found.outputs - features) ** 2).sum()), rel=1e-5
    )


def test_with_all_neurons_off_nothing_is_answered():
    found = _outcome(amplitudes(NET, {0: 1.0}), ~ALL)
    assert not np.any(found.hidden)
    assert not np.any(found.outputs)


def test_what_two_neurons_add_is_what_each_adds():
    features = amplitudes(NET, {0: 1.0, 3: 0.7})
    whole, without_2, without_5, without_both = (
        np.asarray(_outcome(features, is_on).outputs)
        for is_on in (ALL, _without(2), _without(5), _without(2, 5))
    )
    np.testing.assert_allclose(
        (whole - without_2) + (whole - without_5), whole - without_both, atol=1e-6
    )


def test_a_neuron_that_is_off_leaves_the_others_as_they_were():
    features = amplitudes(NET, {2: 1.0})
    whole = _outcome(features, ALL).hidden
    found = _outcome(features, _without(3)).hidden
    assert found[3] == 0
    np.testing.assert_array_equal(np.delete(found, 3), np.delete(whole, 3))


def test_no_feature_is_an_input_too():
    assert not jnp.any(amplitudes(NET, {}))


def test_signed_features_take_both_signs():
    signed = NET._replace(kind=Kind("relu", is_signed=True))
    assert float(amplitudes(signed, {2: -0.5})[2]) == -0.5


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({6: 0.5}, "feature must be a whole number from 0 to 5, but is 6"),
        ({-1: 0.5}, "feature must be a whole number from 0 to 5, but is -1"),
        ({0: 1.5}, "amplitude must be from 0 to 1, but is 1.5"),
        ({0: -0.5}, "amplitude must be from 0 to 1, but is -0.5"),
        ({0: float("nan")}, "amplitude must be from 0 to 1, but is nan"),
    ],
)
def test_an_input_that_is_none_is_refused(chosen, sentence):
    with pytest.raises(InputError, match=sentence):
        amplitudes(NET, chosen)
