import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import offset_params
from flax import nnx

from toymono.analysis.responses import _KEEP_SIGNS
from toymono.components.registry import components
from toymono.config import Config
from toymono.toy.model import (
    network,
    of_existing,
    random_params,
)

OWN = [name for name, found in components("activation").items() if not found.is_of_user]
CONFIG = Config(n_features=40, n_embed=16, n_neurons=200)
PARAMS = random_params(CONFIG, jax.random.key(0))


def test_the_network_is_its_equation():
    inputs = jax.random.normal(jax.random.key(1), (7, 16))
    encoder, decoder = PARAMS["encoder"], PARAMS["decoder"]
    expected = np.maximum(inputs @ encoder["kernel"] + encoder["bias"], 0) @ decoder["kernel"]
    assert network(CONFIG, PARAMS)(inputs) == pytest.approx(np.asarray(expected), abs=1e-5)


@pytest.mark.parametrize(
    ("layer", "leaf", "fan_in"),
    [("encoder", "kernel", 16), ("encoder", "bias", 16), ("decoder", "kernel", 200)],
)
def test_parameters_start_as_torch_starts_them(layer, leaf, fan_in):
    values = PARAMS[layer][leaf]
    bound = fan_in**-0.5
    assert jnp.abs(values).max() <= bound
    spread = (
        bound / 3**0.5
    )  # of a uniform law; its relative standard error is about 0.9 / sqrt(2 size)
    assert values.std() == pytest.approx(spread, rel=5 * 0.9 / (2 * values.size) ** 0.5)


def test_there_is_no_output_bias():
    assert jax.tree.leaves(PARAMS["decoder"]) == [PARAMS["decoder"]["kernel"]]


# By hand at (-1, 2): relu; x Phi(x) with Phi(-1) = .158655, Phi(2) = .977250; x e^x; x softmax with
# e^-3 / (1 + e^-3).
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("relu", [0.0, 2.0]),
        ("gelu", [-0.158655, 1.954500]),
        ("x-exp", [-0.367879, 14.778112]),
        ("softmax-solu", [-0.047426, 1.905148]),
    ],
)
def test_activations_have_their_known_values(name, expected):
    assert components("activation")[name](jnp.array([-1.0, 2.0])) == pytest.approx(
        expected, abs=1e-5
    )


@pytest.mark.parametrize("name", OWN)
def test_no_activation_is_positive_where_its_argument_is_not(name):
    x, found = jnp.linspace(-4, 4, 81), components("activation")[name]
    assert not (found(x, **found.given({})) > 0)[x <= 0].any()


@pytest.mark.parametrize("name", _KEEP_SIGNS)
def test_of_these_activations_is_positive_just_where_their_argument_is(name):
    x = jnp.linspace(-4, 4, 81)
    assert jnp.array_equal(components("activation")[name](x) > 0, x > 0)


@pytest.mark.parametrize("graph", [True, False])
def test_splitting_and_merging_is_the_same_in_both_of_nnx_s_modes(graph):
    # flax is moving from graph mode to tree mode (its FLIP 5310); a network must survive either
    # default.
    with nnx.set_graph_mode(graph), nnx.set_graph_updates(graph):
        params = random_params(CONFIG, jax.random.key(0))
        outputs = network(CONFIG, params)(jnp.ones((3, 16)))
    assert jnp.array_equal(outputs, network(CONFIG, PARAMS)(jnp.ones((3, 16))))


def test_absent_weights_have_no_gradient_and_silent_biases_have_theirs():
    thin = offset_params(CONFIG, 0.0, jax.random.key(0))
    absent = jax.random.bernoulli(jax.random.key(2), 0.5, thin["encoder"]["kernel"].shape)
    thin["encoder"]["kernel"] = jnp.where(absent, 0.0, thin["encoder"]["kernel"])
    thin["encoder"]["bias"] = jnp.zeros(200)
    masked = of_existing(jax.tree.map(jnp.ones_like, thin), thin)
    assert jnp.array_equal(masked["encoder"]["kernel"] == 0, absent)
    assert bool((masked["decoder"]["kernel"] == 1).all())
    assert bool((masked["encoder"]["bias"] == 1).all())
