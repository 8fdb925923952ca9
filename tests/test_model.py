import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx

from toymono.config import Config
from toymono.toy.model import (
    ACTIVATIONS,
    network,
    of_existing,
    random_params,
    scale_bias,
    with_missing_weights,
)

CONFIG = Config(n_features=40, n_embed=16, n_neurons=200)
PARAMS = random_params(CONFIG, 0.0, jax.random.key(0))


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


def test_an_offset_moves_the_biases_and_nothing_else():
    moved = random_params(CONFIG, -1.0, jax.random.key(0))
    assert moved["encoder"]["bias"] == pytest.approx(
        np.asarray(PARAMS["encoder"]["bias"]) - 1, abs=1e-6
    )
    assert jnp.array_equal(moved["encoder"]["kernel"], PARAMS["encoder"]["kernel"])
    assert jnp.array_equal(moved["decoder"]["kernel"], PARAMS["decoder"]["kernel"])


def test_scaling_the_bias_finds_it_by_name_and_leaves_the_rest():
    scaled = scale_bias(PARAMS, 0.5)
    assert jnp.array_equal(scaled["encoder"]["bias"], PARAMS["encoder"]["bias"] * 0.5)
    assert jnp.array_equal(scaled["encoder"]["kernel"], PARAMS["encoder"]["kernel"])
    assert jnp.array_equal(scaled["decoder"]["kernel"], PARAMS["decoder"]["kernel"])


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
    assert ACTIVATIONS[name](jnp.array([-1.0, 2.0])) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_no_activation_is_positive_where_its_argument_is_not(name):
    x = jnp.linspace(-4, 4, 81)
    assert jnp.array_equal(ACTIVATIONS[name](x) > 0, x > 0)


@pytest.mark.parametrize("graph", [True, False])
def test_splitting_and_merging_is_the_same_in_both_of_nnx_s_modes(graph):
    # flax is moving from graph mode to tree mode (its FLIP 5310); a network must survive either
    # default.
    with nnx.set_graph_mode(graph), nnx.set_graph_updates(graph):
        params = random_params(CONFIG, 0.0, jax.random.key(0))
        outputs = network(CONFIG, params)(jnp.ones((3, 16)))
    assert jnp.array_equal(outputs, network(CONFIG, PARAMS)(jnp.ones((3, 16))))


@pytest.mark.parametrize("density", [0.5, 0.1])
def test_weights_exist_with_their_density_and_keep_their_power(density):
    thin = with_missing_weights(PARAMS, density, jax.random.key(2))
    for layer in ("encoder", "decoder"):
        before, after = PARAMS[layer]["kernel"], thin[layer]["kernel"]
        error = (density * (1 - density) / before.size) ** 0.5
        assert float((after != 0).mean()) == pytest.approx(density, abs=5 * error)
        assert float((after**2).mean()) == pytest.approx(
            float((before**2).mean()), rel=5 * (2 / density / before.size) ** 0.5
        )
        np.testing.assert_allclose(after[after != 0], before[after != 0] * density**-0.5, rtol=1e-6)
    assert jnp.array_equal(thin["encoder"]["bias"], PARAMS["encoder"]["bias"])


def test_the_two_layers_lose_weights_independently():
    square = random_params(Config(n_features=64, n_embed=64, n_neurons=64), 0.0, jax.random.key(0))
    thin = with_missing_weights(square, 0.5, jax.random.key(2))
    agree = (thin["encoder"]["kernel"] != 0) == (thin["decoder"]["kernel"] != 0)
    assert float(agree.mean()) == pytest.approx(0.5, abs=5 * 0.5 / 64)


def test_absent_weights_have_no_gradient_and_silent_biases_have_theirs():
    thin = with_missing_weights(PARAMS, 0.5, jax.random.key(2))
    ones = jax.tree.map(jnp.ones_like, thin)
    masked = of_existing(ones, scale_bias(thin, 0.0))
    for layer in ("encoder", "decoder"):
        assert jnp.array_equal(masked[layer]["kernel"] == 1, thin[layer]["kernel"] != 0)
    assert bool((masked["encoder"]["bias"] == 1).all())
