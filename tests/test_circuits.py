import jax.numpy as jnp
import numpy as np
import pytest

from toymono.analysis.circuits import anatomy, linear_block

# Two inputs, three features; neurons +x, +y, -x, -y with positive biases write P^T x back: a rank-2 projector.
EMBEDDING = jnp.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])
ENCODER = jnp.array([[1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, -1.0]])
INVERSE = jnp.linalg.pinv(EMBEDDING)  # feature x embed
DECODER = 0.5 * jnp.concatenate([INVERSE.T, -INVERSE.T])


def _padded(bias):
    """The four neurons and a silent fifth that must not count: its bias is negative, its weights are large."""
    encoder = jnp.concatenate([ENCODER, jnp.full((2, 1), 7.0)], axis=1)
    decoder = jnp.concatenate([DECODER, jnp.full((1, 3), 7.0)])
    return EMBEDDING, encoder, jnp.array([*bias, -0.3]), decoder


def test_positive_bias_neurons_that_write_their_inputs_back_are_a_projector_of_rank_d():
    block = linear_block(*_padded([0.5, 0.5, 0.5, 0.5]))
    np.testing.assert_allclose(block.singular_values, [1, 1, 0], atol=1e-5)
    assert block.rank == 2
    assert float(block.error) == pytest.approx(0, abs=1e-5)


def test_half_the_block_is_half_the_map():
    block = linear_block(*_padded([0.5, 0.5, -0.5, -0.5]))
    np.testing.assert_allclose(block.singular_values, [0.5, 0.5, 0], atol=1e-5)


def test_a_network_without_positive_biases_has_no_block():
    block = linear_block(*_padded([-0.5, -0.5, -0.5, -0.5]))
    assert block.rank == 0
    assert np.isnan(block.error)


def test_anatomy_tells_the_kinds_of_neurons_apart():
    score, favourite = jnp.array([1.0, 0.95, 0.5, 0.0, 0.9995]), jnp.array([0, 1, 2, 2, 0])
    found = anatomy(*_padded([-0.2, 0.1, 0.04, 0.9]), score, favourite)
    assert float(found.mono_bias) == pytest.approx((-0.2 - 0.3) / 2)  # neurons 0 and 4
    assert float(found.poly_bias) == pytest.approx(0.04)  # neuron 2; 1 is nearly monosemantic, 3 dead
    assert found.n_clearly_positive_bias == 2  # above .05: neurons 1 and 3
    assert found.n_nearly_covered == 2  # features 0 and 1 have a neuron above .9


def test_kinds_that_are_missing_are_nan():
    found = anatomy(*_padded([0.1, 0.1, 0.1, 0.1]), jnp.zeros(5), jnp.zeros(5, jnp.int32))
    assert np.isnan(found.mono_bias)
    assert np.isnan(found.poly_bias)
    assert found.n_nearly_covered == 0
