import doctest

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import EMBEDDING, NEURONS, RELU_RESPONSES, SCORES, config, hand_network, hand_params

from toymono.analysis import specimen
from toymono.analysis.roles import roles
from toymono.analysis.specimen import Kind, Specimen, measured, specimen_of
from toymono.config import InputError
from toymono.toy.model import network
from toymono.toy.tasks import random_problem

W1, B1 = np.array([w for w, _ in NEURONS]), np.array([b for _, b in NEURONS])  # as torch has them
W2 = np.ones((3, len(NEURONS)))


class Tensor:
    """What a torch tensor on a device looks like from outside."""

    def __init__(self, values):
        self.values = values
        self.detach = self.cpu = self.float = lambda: self

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype)


@pytest.mark.parametrize(
    "kind", [Tensor, np.ndarray.tolist, jnp.asarray], ids=["tensor", "list", "array"]
)
def test_weights_of_torch_are_the_network_that_torch_had(kind):
    net = Specimen.from_torch(kind(W1), kind(B1), kind(W2), features=kind(np.asarray(EMBEDDING)))
    np.testing.assert_allclose(net.responses, RELU_RESPONSES, atol=1e-6)
    np.testing.assert_allclose(net.scores, SCORES, atol=1e-6)
    assert net.favourites[:3].tolist() == [0, 1, 2]
    x = np.array([0.3, -0.7])
    np.testing.assert_allclose(net(x), W2 @ np.maximum(W1 @ x + B1, 0), atol=1e-6)


def test_a_network_of_ours_is_the_one_that_was_trained():
    made = config(activation="gelu")
    net, inputs = hand_network(activation="gelu"), jax.random.normal(jax.random.key(0), (9, 2))
    np.testing.assert_array_equal(net(inputs), network(made, hand_params())(inputs))


@pytest.mark.parametrize("task", ["decode", "reproject", "absolute"])
def test_it_is_asked_what_its_task_asks_of_each_feature_alone(task):
    problem = random_problem(config(), jax.random.key(1))
    made = config(task=task)
    net = specimen_of(made, hand_params(), problem)
    asked = problem.readout if task == "reproject" else np.eye(3)
    np.testing.assert_array_equal(net.targets, asked)
    assert net.kind == Kind("relu", is_signed=task == "absolute")


def test_more_inputs_than_features_and_an_output_bias_are_allowed():
    net = Specimen.from_arrays(
        np.eye(4), [-0.5] * 4, np.eye(4)[:, :2], [0.25, 0.5], features=np.eye(4)[:, :2]
    )
    np.testing.assert_allclose(net(np.zeros(4)), [0.25, 0.5])
    found, shared = net.circuit(), net.superposition()
    assert (int(found.n_one_of_one), int(found.n_linear)) == (2, 0)
    assert float(shared.coherence) == float(shared.least_coherence) == 0
    assert int(net.roles().dead.sum()) == 2


def test_without_features_each_input_is_one():
    net = Specimen.from_arrays(W1.T, B1, np.ones((5, 2)))
    np.testing.assert_array_equal(net.features, np.eye(2))
    np.testing.assert_allclose(net.responses, np.asarray(RELU_RESPONSES)[:, :2], atol=1e-6)


def test_a_signed_feature_is_probed_with_both_signs():
    net = Specimen.from_torch(W1, B1, W2, features=EMBEDDING, signed=True)
    np.testing.assert_allclose(net.responses[4], [3, 3, 3.8], atol=1e-6)  # as in test_responses


def test_an_activation_may_be_a_function():
    def two_largest(x):
        return jnp.where(x >= jax.lax.top_k(x, 2)[0][..., -1:], jnp.maximum(x, 0), 0)

    net = Specimen.from_torch(W1, B1, W2, features=EMBEDDING, activation=two_largest)
    np.testing.assert_allclose(net.responses[:, 0], [0.4, 0, 1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(net.responses[:, 2], [0, 0.8, 1.4, 0, 0], atol=1e-6)
    assert np.isnan(net.circuit().block_rank)
    assert int(net.roles().dead.sum()) == 1
    assert Specimen.from_torch(W1, B1, W2, features=EMBEDDING, activation=jax.nn.relu).is_relu


def test_networks_of_one_shape_share_a_program_whatever_their_numbers():
    traces = []

    def measure(net):
        traces.append(net)
        return roles(net)

    for scale in (1.0, 2.0):
        measured(measure, hand_network()._replace(bias=scale * jnp.asarray(B1, jnp.float32)))
    assert len(traces) == 1
    measured(measure, hand_network(activation="gelu"))
    assert len(traces) == 2


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"W1": W1.T},
            r"W1 must be neuron x embed.* 5 for neuron, but is .*\(2, 5\).*transpose it",
        ),
        ({"W2": W2.T}, r"W2 must be output x neuron.* 5 for neuron, but is .*\(5, 3\).*transpose"),
        ({"features": EMBEDDING.T}, r"features must be embed x feature.* 2 for embed.*transpose"),
        (
            {"b1": B1[:4]},
            r"W1 must be .* 4 for neuron, but is 'of shape \(5, 2\)'; give the arrays",
        ),
        ({"b2": np.zeros(5)}, r"b2 must be output, .* 3 for output, but is 'of shape \(5,\)'"),
        ({"targets": np.eye(4)}, r"targets must be output x feature.* 3 for output, 3 for feature"),
        ({"W1": B1}, r"W1 must be neuron x embed.*but is 'of shape \(5,\)'"),
        ({"W1": np.zeros((5, 0))}, "W1 must be neuron x embed, none of them 0"),
        ({"W1": np.where(W1 == -2, np.nan, W1)}, "W1 must be finite.*but is 'not so at 2 places'"),
        ({"b1": B1 * 1e200}, "b1 must be finite in float32"),
        ({"b1": ["a"] * 5}, "b1 must be an array of real numbers"),
        ({"b1": [1, [2]]}, "b1 must be an array of numbers"),
        ({"W2": W2 * 1j}, "W2 must be an array of real numbers"),
        ({"features": None}, "targets must be given, as there are 3 outputs for 2 features"),
        ({"activation": "relux"}, "activation must be one of relu, gelu, .* but is 'relux'"),
        ({"activation": np.sum}, "activation must be one of relu, gelu, .* keeps its shape"),
    ],
)
def test_what_is_no_network_is_refused_in_one_sentence(changed, sentence):
    given = {"W1": W1, "b1": B1, "W2": W2, "features": EMBEDDING, **changed}
    with pytest.raises(InputError, match=sentence) as error:
        Specimen.from_torch(**given)
    assert "\n" not in str(error.value)


def test_inputs_of_another_width_are_refused():
    with pytest.raises(InputError, match=r"inputs must be ... x 2, .*but is 'of shape \(2, 3\)'"):
        hand_network()(EMBEDDING)


def test_the_map_is_drawn_of_any_network():
    figure = Specimen.from_torch(W1, B1, W2, features=EMBEDDING).map()
    assert np.shape(figure.data[0].z) == (3, 5)
    assert "2 inputs, 5 relu neurons" in figure.layout.title.text


def test_examples_of_its_docstrings_hold():
    # Checks of shapes wrap functions, so that doctest takes them for another module's.
    found = doctest.DocTestFinder().find(Specimen, "Specimen", module=False, globs=vars(specimen))
    runner = doctest.DocTestRunner()
    failed = [runner.run(test).failed for test in found if test.examples]
    assert failed == [0, 0, 0]
