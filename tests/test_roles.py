import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import SIMPLEX, SIMPLEX_DENSITY, built_on_simplex, offset_params, simplex_problem

from toymono.analysis.handbuilt import hand_built
from toymono.analysis.losses import sampled_loss
from toymono.analysis.roles import Roles, ablation_losses, by_bias_sign, keep, roles
from toymono.analysis.specimen import specimen_of
from toymono.toy.model import Weights, params_of, random_params, weights_of
from toymono.toy.tasks import random_problem

PROBLEM = simplex_problem(20)
NUMBERS = {"feature_density": SIMPLEX_DENSITY}
RANDOM = offset_params(SIMPLEX, -0.1, jax.random.key(1))  # a network of no design
each_network = pytest.mark.parametrize(
    "params_of_one", [built_on_simplex, lambda: RANDOM], ids=["hand-built", "random"]
)
KEY = jax.random.key(2)


def _counts(config, params):
    return {
        name: int(mask.sum())
        for name, mask in roles(specimen_of(config, params, PROBLEM))._asdict().items()
    }


def test_every_hand_built_neuron_has_the_role_it_was_built_for():
    assert _counts(SIMPLEX, built_on_simplex()) == {
        **dict.fromkeys(Roles._fields, 0),
        "one_of_one": 21,
        "linear": 21,
        "dead": 60 - 21 - 21,
    }


@pytest.mark.long
def test_a_feature_with_two_neurons_has_two_of_several():
    wide = dataclasses.replace(SIMPLEX, n_neurons=2 * 21 + 21)
    assert _counts(wide, hand_built(wide, PROBLEM, SIMPLEX_DENSITY))["one_of_several"] == 42


def test_weak_and_nearly_monosemantic_neurons_are_told_apart():
    encoder, bias, decoder, _ = weights_of(built_on_simplex())
    weak = params_of(Weights(encoder, bias, decoder.at[3].multiply(1e-3)))
    assert _counts(SIMPLEX, weak)["small"] == 1
    # Neuron 0 also answers feature 1, by a twentieth: its score is about .95.
    answer = jax.nn.relu(encoder[:, 0] @ PROBLEM.embedding[:, 0] + bias[0])
    axis = jnp.linalg.pinv(PROBLEM.embedding[:, jnp.array([0, 1])]).T
    mixed = axis @ jnp.array([answer - bias[0], answer / 19 - bias[0]])
    rest = jax.nn.relu(mixed @ PROBLEM.embedding + bias[0])
    assert float(rest[0] / rest.sum()) < 0.999
    nearly = params_of(Weights(encoder.at[:, 0].set(mixed), bias, decoder))
    assert _counts(SIMPLEX, nearly)["one_of_one"] == 20


@each_network
def test_roles_are_exclusive_and_complete(params_of_one):
    params = params_of_one()
    assert np.all(
        sum(mask.astype(int) for mask in roles(specimen_of(SIMPLEX, params, PROBLEM))) == 1
    )


@each_network
def test_roles_do_not_see_the_order_or_the_scale_of_neurons(params_of_one):
    params = params_of_one()
    weights = weights_of(params)
    order = jax.random.permutation(KEY, 60)
    scale = jnp.exp(jax.random.normal(KEY, (60,)))
    moved = Weights(
        (weights.encoder * scale)[:, order],
        (weights.bias * scale)[order],
        (weights.decoder / scale[:, None])[order],
    )
    for mask, other in zip(
        roles(specimen_of(SIMPLEX, params, PROBLEM)),
        roles(specimen_of(SIMPLEX, params_of(moved), PROBLEM)),
        strict=True,
    ):
        assert jnp.array_equal(mask[order], other)


def test_the_parts_by_bias_sign_add_up_to_the_network():
    inputs, net = jax.random.normal(KEY, (50, 20)), specimen_of(SIMPLEX, RANDOM, PROBLEM)
    net = net._replace(output_bias=jnp.linspace(-1, 1, 21))
    parts = [part(inputs) for part in by_bias_sign(net)]
    np.testing.assert_allclose(parts[0] + parts[1], net(inputs), atol=1e-5)


def test_a_network_that_keeps_nothing_answers_nothing():
    nothing = keep(specimen_of(SIMPLEX, RANDOM, PROBLEM), jnp.zeros(60, bool))
    assert not np.any(nothing(jnp.ones((3, 20))))


def _ablations(config, params, problem):
    def loss(answer):
        return sampled_loss(config, answer, problem, KEY, NUMBERS).mean

    return ablation_losses(specimen_of(config, params, problem), loss)


def test_ablation_says_what_each_part_of_the_hand_built_network_is_worth():
    losses = _ablations(SIMPLEX, built_on_simplex(), PROBLEM)
    whole = float(losses["whole"])
    assert float(losses["without dead"]) == pytest.approx(whole)
    assert float(losses["projector"]) == pytest.approx(
        whole, rel=1e-3
    )  # its linear block is the projector
    assert float(losses["without linear"]) > 5 * whole
    assert float(losses["without one_of_one"]) > 1.5 * whole


@pytest.mark.parametrize("task", [pytest.param("reproject", marks=pytest.mark.long), "absolute"])
def test_ablation_knows_the_other_tasks(task):
    config = dataclasses.replace(SIMPLEX, task=task)
    params = random_params(config, jax.random.key(1))
    losses = _ablations(config, params, random_problem(config, jax.random.key(0)))
    assert ("projector" in losses) == (task == "reproject")
    assert all(np.isfinite(loss) for loss in losses.values())
