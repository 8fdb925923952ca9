import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import offset_params, simplex_problem

from toymono.analysis.circuits import anatomy, linear_block, null_space
from toymono.analysis.handbuilt import hand_built
from toymono.analysis.specimen import Kind, specimen_of
from toymono.analysis.theory import input_projector
from toymono.config import Config, InputError
from toymono.toy.model import Weights, params_of, random_params, weights_of
from toymono.toy.tasks import Problem, random_problem

# Two inputs, three features; neurons +x, +y, -x, -y with positive biases write P^+ x: a rank-2
# projector. A silent fifth must not count: its bias is negative, its weights are large.
EMBEDDING = jnp.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])
PROBLEM = Problem(EMBEDDING, EMBEDDING)
CONFIG = Config(n_features=3, n_embed=2, n_neurons=5)
ENCODER = jnp.array([[1.0, 0.0, -1.0, 0.0, 7.0], [0.0, 1.0, 0.0, -1.0, 7.0]])
INVERSE = jnp.linalg.pinv(EMBEDDING)  # feature x embed
DECODER = jnp.concatenate([INVERSE.T / 2, -INVERSE.T / 2, jnp.full((1, 3), 7.0)])

WIDE = Config(n_features=24, n_embed=20, n_neurons=69)
WIDE_PROBLEM = random_problem(WIDE, jax.random.key(0))
RANDOM = random_params(WIDE, jax.random.key(1))


def _params(*biases, decoder=DECODER):
    return params_of(Weights(ENCODER, jnp.array([*biases, -0.3]), decoder))


def test_positive_bias_neurons_that_write_their_inputs_back_are_a_projector_of_rank_d():
    block = linear_block(specimen_of(CONFIG, _params(0.5, 0.5, 0.5, 0.5), PROBLEM))
    np.testing.assert_allclose(block.singular_values, [1, 1, 0], atol=1e-5)
    assert block.rank == 2
    assert float(block.error) == pytest.approx(0, abs=1e-5)
    assert float(block.distance) == pytest.approx(0, abs=1e-5)
    np.testing.assert_allclose(block.slope, jnp.diag(input_projector(PROBLEM)), atol=1e-5)
    np.testing.assert_allclose(block.intercept, 0, atol=1e-6)  # +x and -x cancel


def test_half_the_block_is_half_the_map_with_a_constant():
    block = linear_block(specimen_of(CONFIG, _params(0.5, 0.25, -0.5, -0.5), PROBLEM))
    np.testing.assert_allclose(block.singular_values, [0.5, 0.5, 0], atol=1e-5)
    assert float(block.distance) == pytest.approx(0.5, abs=1e-5)
    expected = INVERSE @ jnp.array([0.25, 0.125])
    np.testing.assert_allclose(block.intercept, expected, atol=1e-6)
    assert float(block.bias_output) == pytest.approx(float(jnp.abs(expected).max()), abs=1e-6)


def test_a_network_without_positive_biases_has_no_block():
    block = linear_block(specimen_of(CONFIG, _params(-0.5, -0.5, -0.5, -0.5), PROBLEM))
    assert (int(block.rank), float(block.distance)) == (0, 1.0)
    assert np.isnan(block.error)
    assert np.isnan(null_space(specimen_of(CONFIG, _params(-0.5, -0.5, -0.5, -0.5), PROBLEM)).share)


def test_biases_that_cancel_lie_in_the_null_space_and_others_do_not():
    # L2+ has rank 2 and four neurons; equal biases of +x and -x cancel, opposite ones do not.
    assert [
        float(number)
        for number in null_space(specimen_of(CONFIG, _params(0.5, 0.2, 0.5, 0.2), PROBLEM))
    ] == pytest.approx([4, 2, 1], abs=1e-5)
    only = null_space(specimen_of(CONFIG, _params(0.5, -1.0, -1.0, -1.0), PROBLEM))
    assert [float(number) for number in only] == pytest.approx([1, 0, 0], abs=1e-5)


@pytest.mark.parametrize("task", ["decode", pytest.param("reproject", marks=pytest.mark.long)])
def test_the_hand_built_block_is_exact_and_has_one_neuron_more_than_its_rank(task):
    config = Config(n_features=24, n_embed=20, n_neurons=69, task=task)
    params = hand_built(config, WIDE_PROBLEM, 0.05)
    block, null = (
        linear_block(specimen_of(config, params, WIDE_PROBLEM)),
        null_space(specimen_of(config, params, WIDE_PROBLEM)),
    )
    assert float(block.distance) < 1e-5
    assert float(block.bias_output) < 1e-4
    assert (int(null.n_positive), int(null.dimension)) == (21, 1)
    assert float(null.share) == pytest.approx(1, abs=1e-5)
    if task == "decode":
        np.testing.assert_allclose(block.singular_values[:20], 1, atol=1e-4)
        np.testing.assert_allclose(block.singular_values[20:], 0, atol=1e-4)


def test_the_anatomy_of_the_hand_built_network_is_its_plan():
    config, problem = Config(n_features=21, n_embed=20, n_neurons=60), simplex_problem(20)
    found = anatomy(specimen_of(config, hand_built(config, problem, 0.05), problem))
    expected = {
        "n_one_of_one": 21,
        "n_linear": 21,
        "n_nearly_covered": 21,
        "n_clearly_positive_bias": 21,
    }
    expected |= {"n_one_of_several": 0, "n_small": 0, "block_rank": 20, "null_dimension": 1}
    assert {name: int(getattr(found, name)) for name in expected} == expected
    assert float(found.block_slope) == pytest.approx(20 / 21, abs=1e-4)  # d / N
    assert float(found.mono_bias) < 0 < float(found.poly_bias)


def test_kinds_that_are_missing_are_nan():
    params = params_of(weights_of(RANDOM)._replace(encoder=jnp.zeros((20, 69)), bias=-jnp.ones(69)))
    found = anatomy(specimen_of(WIDE, params, WIDE_PROBLEM))
    assert all(
        np.isnan(getattr(found, name))
        for name in ("mono_bias", "poly_bias", "block_error", "onset")
    )


@pytest.mark.parametrize("is_built", [True, False], ids=["hand-built", "random"])
def test_anatomy_does_not_see_the_order_or_the_scale_of_neurons(is_built):
    params = hand_built(WIDE, WIDE_PROBLEM, 0.05) if is_built else RANDOM
    weights, key = weights_of(params), jax.random.key(4)
    order = jax.random.permutation(key, 69)
    shuffled = Weights(weights.encoder[:, order], weights.bias[order], weights.decoder[order])
    scale = jnp.exp(jax.random.normal(key, (69,)) / 4)
    rescaled = Weights(
        weights.encoder * scale, weights.bias * scale, weights.decoder / scale[:, None]
    )
    before = anatomy(specimen_of(WIDE, params, WIDE_PROBLEM))._asdict()
    for other, units_of_bias in ((shuffled, False), (rescaled, True)):
        after = anatomy(specimen_of(WIDE, params_of(other), WIDE_PROBLEM))._asdict()
        for name, value in before.items():
            if not (
                units_of_bias
                and (name in ("mono_bias", "poly_bias") or name.startswith(("n_clearly", "null")))
            ):
                np.testing.assert_allclose(after[name], value, rtol=1e-3, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("task, has_rank", [("decode", True), ("reproject", False)])
def test_a_rank_is_known_where_the_targets_of_features_are_orthonormal(task, has_rank):
    config = dataclasses.replace(WIDE, task=task)
    net = specimen_of(config, offset_params(config, 0.1, jax.random.key(1)), WIDE_PROBLEM)
    assert np.isfinite(anatomy(net).block_rank) == has_rank


def test_another_activation_has_no_block_and_all_else():
    net = specimen_of(WIDE, RANDOM, WIDE_PROBLEM)._replace(kind=Kind(jax.nn.gelu))
    with pytest.raises(InputError, match=r"^activation must be relu for a linear block"):
        linear_block(net)
    found = anatomy(net)._asdict()
    unknown = {name for name, value in found.items() if np.isnan(value)}
    assert {name for name in found if name.startswith("block")} <= unknown
    assert {"onset", "final_slope"} <= unknown
    assert {"poly_bias", "n_linear", "null_share"}.isdisjoint(unknown)
