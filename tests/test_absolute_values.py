import numpy as np
import pytest

from toymono.analysis.absolute_values import scaled_weights, sides
from toymono.analysis.specimen import Specimen

# Three features; each neuron's weight on each of them, and the feature that it writes to.
PAIRS = np.array([[1, 0, 0], [-1, 0, 0], [0, 2, 0], [0, -2, 0], [0, 0, 0.5], [0, 0, -0.5]]).T
WRITES = np.array([1, 1, 1 / 2, 1 / 2, 2, 2])


def network(encoder, writes=WRITES):
    feature = np.abs(encoder).argmax(axis=0)
    decoder = np.eye(3)[feature] * writes[:, None]
    return Specimen.from_arrays(encoder, np.zeros(6), decoder, signed=True)


def test_two_neurons_for_each_feature_give_its_absolute_value_and_are_found():
    net, x = network(PAIRS), np.array([[0.3, -0.7, 0.0], [-1.0, 0.5, 0.2]])
    np.testing.assert_allclose(net(x), np.abs(x), atol=1e-6)
    found = sides(net)
    assert found.used.all() and found.alone.all() and found.both.all()


def test_a_neuron_is_alone_up_to_a_quarter_as_much_of_another_feature():
    beside = PAIRS.copy()
    beside[1, 0], beside[2, 1] = 0.24, 0.26
    found = sides(network(beside))
    assert found.alone.tolist() == [True, False, True, True, True, True]
    assert found.both.tolist() == [False, True, True]


def test_two_neurons_of_one_sign_are_no_pair():
    twice = PAIRS.copy()
    twice[0, 1] = 1
    assert sides(network(twice)).both.tolist() == [False, True, True]


@pytest.mark.parametrize("used", [0.09, 0.11])
def test_a_neuron_that_hardly_writes_is_not_used(used):
    found = sides(network(PAIRS, np.array([used, 1, 1 / 2, 1 / 2, 2, 2])))
    assert bool(found.used[0]) == bool(found.alone[0]) == bool(found.both[0]) == (used > 0.1)


def test_weights_are_shown_by_feature_and_side_and_scaled_to_their_largest():
    shown = scaled_weights(network(PAIRS[:, [3, 5, 0, 2, 1, 4]]))
    expected = np.array([[1, -1, 0, 0, 0, 0], [0, 0, 1, -1, 0, 0], [0, 0, 0, 0, 1, -1]])
    np.testing.assert_allclose(shown, expected)
    assert not scaled_weights(network(np.zeros((3, 6)))).any()
