import jax
import jax.numpy as jnp
import numpy as np
import pytest

from toymono.components.levers import decay_biases, offset_biases, thin_weights
from toymono.config import Config
from toymono.toy.model import random_params, weights_of
from toymono.training.train import Update

CONFIG = Config(n_features=40, n_embed=16, n_neurons=200)
WEIGHTS = weights_of(random_params(CONFIG, jax.random.key(0)))
LAYERS = ("encoder", "decoder")
KEY = jax.random.key(2)


def test_an_offset_moves_the_biases_and_nothing_else():
    moved = offset_biases(WEIGHTS, KEY, -1.0)
    assert moved.bias == pytest.approx(np.asarray(WEIGHTS.bias) - 1, abs=1e-6)
    assert all(jnp.array_equal(getattr(moved, n), getattr(WEIGHTS, n)) for n in LAYERS)


def test_biases_decay_during_the_first_half_only_and_by_the_peak_rate():
    for step, factor in ((0, 0.995), (499, 0.995), (500, 1), (999, 1)):
        after = decay_biases(WEIGHTS, Update(step, 1000, 0.01), 0.5)
        assert after.bias == pytest.approx(np.asarray(WEIGHTS.bias) * factor)
        assert all(jnp.array_equal(getattr(after, n), getattr(WEIGHTS, n)) for n in LAYERS)


@pytest.mark.parametrize("density", [0.5, 0.1])
def test_weights_exist_with_their_density_and_keep_their_power(density):
    thin = thin_weights(WEIGHTS, KEY, density)
    for layer in LAYERS:
        before, after = getattr(WEIGHTS, layer), getattr(thin, layer)
        error = (density * (1 - density) / before.size) ** 0.5
        assert float((after != 0).mean()) == pytest.approx(density, abs=5 * error)
        assert float((after**2).mean()) == pytest.approx(
            float((before**2).mean()), rel=5 * (2 / density / before.size) ** 0.5
        )
        np.testing.assert_allclose(after[after != 0], before[after != 0] * density**-0.5, rtol=1e-6)
    assert jnp.array_equal(thin.bias, WEIGHTS.bias)


def test_the_two_layers_lose_weights_independently():
    config = Config(n_features=64, n_embed=64, n_neurons=64)
    thin = thin_weights(weights_of(random_params(config, jax.random.key(0))), KEY, 0.5)
    agree = (thin.encoder != 0) == (thin.decoder != 0)
    assert float(agree.mean()) == pytest.approx(0.5, abs=5 * 0.5 / 64)
