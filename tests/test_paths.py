import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from toymono.config import Config, Hyper
from toymono.toy.model import network, params_of, random_params, weights_of
from toymono.toy.world import make_world
from toymono.training.paths import (
    N_POINTS,
    along,
    balanced,
    emptied,
    low_control,
    matched,
    midpoint,
    point,
    reordered,
    rescaled,
)

CONFIG = Config(n_features=8, n_embed=4, n_neurons=12, batch_size=64, n_steps=64, schedule="cosine")
HYPER, WORLD = Hyper(feature_density=0.3), make_world(CONFIG, 0)
INPUTS = jax.random.normal(jax.random.key(1), (256, 4))


def _weights(number):
    return weights_of(random_params(CONFIG, jax.random.key(number)))


def _outputs(weights):
    return network(CONFIG, params_of(weights))(INPUTS)


def _copy(weights):
    """Neurons in another order, at other scales: the same network."""
    a = jnp.exp(jax.random.normal(jax.random.key(2), (12,)))
    order = jax.random.permutation(jax.random.key(3), 12)
    return reordered(rescaled(weights, a), order)


def test_a_balanced_network_computes_the_same_with_neurons_of_equal_lengths():
    weights = _weights(0)
    even = balanced(weights)
    np.testing.assert_allclose(_outputs(even), _outputs(weights), rtol=1e-4, atol=1e-6)
    incoming = jnp.sqrt((even.encoder**2).sum(axis=0) + even.bias**2)
    np.testing.assert_allclose(incoming, jnp.linalg.norm(even.decoder, axis=1), rtol=1e-5)


def test_neurons_that_never_fire_are_emptied_and_answers_stay():
    weights = _weights(0)
    weights = weights._replace(bias=weights.bias.at[3].set(-100.0))
    empty = emptied(weights, INPUTS)
    assert not empty.encoder[:, 3].any() and not empty.decoder[3].any() and empty.bias[3] == 0
    np.testing.assert_allclose(_outputs(empty), _outputs(weights), rtol=1e-6)
    assert jnp.isfinite(balanced(empty).encoder).all()


def test_a_copy_is_matched_neuron_by_neuron_and_has_no_barrier_on_the_straight_path():
    weights = balanced(_weights(0))
    again = matched(balanced(_copy(weights)), weights)
    for own, found in zip(*map(jax.tree.leaves, (weights, again)), strict=True):
        np.testing.assert_allclose(found, own, rtol=1e-4, atol=1e-6)
    path = along(CONFIG, HYPER, WORLD, weights, midpoint(weights, again), again)
    assert float(path.barrier) == pytest.approx(0, abs=1e-4)


def test_without_matching_the_copy_has_a_barrier():
    weights = balanced(_weights(0))
    other = _copy(weights)
    path = along(CONFIG, HYPER, WORLD, weights, midpoint(weights, other), other)
    assert float(path.loss[0]) == pytest.approx(float(path.loss[-1]), rel=1e-4)
    assert float(jnp.abs(path.loss - path.loss[0]).max()) > 1e-3


def test_points_of_a_curve_and_the_barrier_are_those_of_their_formulas():
    first, control, last = (_weights(number) for number in range(3))
    assert jnp.array_equal(point(first, control, last, 0.0).encoder, first.encoder)
    assert jnp.allclose(point(first, control, last, 1.0).encoder, last.encoder)
    due = 0.0625 * first.bias + 0.375 * control.bias + 0.5625 * last.bias
    np.testing.assert_allclose(point(first, control, last, 0.75).bias, due, rtol=1e-5)
    straight = point(first, midpoint(first, last), last, 0.75)
    np.testing.assert_allclose(straight.bias, 0.25 * first.bias + 0.75 * last.bias, rtol=1e-5)
    path = along(CONFIG, HYPER, WORLD, first, control, last)
    assert len(path.loss) == N_POINTS
    chord = np.linspace(float(path.loss[0]), float(path.loss[-1]), N_POINTS)
    assert float(path.barrier) == pytest.approx(float((path.loss - chord).max()), rel=1e-4)


def test_training_lowers_the_curve():
    first, last = _weights(0), _weights(1)
    config = dataclasses.replace(CONFIG, batch_size=32)
    control = low_control(config, HYPER, WORLD, first, last, 300, 0.03)
    curved = along(CONFIG, HYPER, WORLD, first, control, last)
    straight = along(CONFIG, HYPER, WORLD, first, midpoint(first, last), last)
    assert float(curved.loss.mean()) < 0.95 * float(straight.loss.mean())
