import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import segment

from toymono.analysis.handbuilt import hand_built
from toymono.config import Config, Hyper
from toymono.toy.model import network
from toymono.toy.tasks import sample_batch, squared_error
from toymono.toy.world import make_world
from toymono.training.train import (
    data_key,
    gradient,
    multiply_adds,
    start,
    step_data,
    trained_loss,
    update,
)

CONFIG = Config(
    n_features=12,
    n_embed=6,
    n_neurons=20,
    batch_size=32,
    n_steps=64,
    record_phase="peak",
    loss_every=4,
)
WORLD = make_world(CONFIG, 0)


def _equal(one, other):
    return all(
        jnp.array_equal(a, b, equal_nan=True)
        for a, b in zip(*map(jax.tree.leaves, (one, other)), strict=True)
    )


def test_l1_is_in_the_loss_that_is_trained_and_not_in_the_one_reported():
    member = start(CONFIG, Hyper(), WORLD)
    batch = sample_batch(CONFIG, WORLD.problem, WORLD.key_data, {"feature_density": 0.5})
    data = step_data(WORLD, batch, 0)
    trained, reported = trained_loss(CONFIG, Hyper(l1=0.1), member.params, data)
    net = network(CONFIG, member.params)
    assert reported == squared_error(net(batch.inputs), batch.targets)
    penalty = 0.1 * float(jnp.abs(net.hidden(batch.inputs)).sum()) / 32
    assert float(trained - reported) == pytest.approx(penalty, rel=1e-4)


def test_training_lowers_the_loss():
    hyper = Hyper(learning_rate=0.03, feature_density=0.2)
    member = segment(CONFIG, hyper, WORLD, start(CONFIG, hyper, WORLD), 0, 64)
    assert member.losses[-1] < 0.5 * member.losses[0]


def test_segments_of_any_length_add_up_bit_for_bit():
    hyper, first = Hyper(feature_density=0.2), start(CONFIG, Hyper(), WORLD)
    step = jax.jit(lambda member, a, b: segment(CONFIG, hyper, WORLD, member, a, b))
    assert _equal(step(first, 0, 20), step(step(step(first, 0, 1), 1, 7), 7, 20))


def test_a_loss_is_stored_for_the_last_step_of_its_window():
    hyper, member = Hyper(feature_density=0.2), start(CONFIG, Hyper(), WORLD)
    for step in range(8):
        batch = sample_batch(CONFIG, WORLD.problem, data_key(WORLD, step), {"feature_density": 0.2})
        before, member = member, update(CONFIG, hyper, step_data(WORLD, batch, step), member)
    batch = sample_batch(
        CONFIG, WORLD.problem, jax.random.fold_in(WORLD.key_data, 7), {"feature_density": 0.2}
    )
    _, reported = trained_loss(CONFIG, hyper, before.params, step_data(WORLD, batch, 7))
    assert float(member.losses[1]) == pytest.approx(float(reported), rel=1e-5)
    assert np.isinf(member.losses[2:]).all()


def test_silent_neurons_keep_their_biases_until_decay_moves_them():
    # At offset -9 no neuron fires, so no gradient flows and decay alone acts: 1 - 2 * 0.01 for each
    # of 32 steps.
    hyper = Hyper(learning_rate=0.01, bias_offset=-9.0, bias_decay=2.0)
    first = start(CONFIG, hyper, WORLD)
    last = segment(CONFIG, hyper, WORLD, first, 0, 64)
    assert last.params["encoder"]["bias"] == pytest.approx(
        np.asarray(first.params["encoder"]["bias"]) * 0.98**32, rel=1e-4
    )


def test_settings_of_a_seed_share_initial_weights_but_for_the_offset():
    one, other = (
        start(CONFIG, Hyper(), WORLD),
        start(CONFIG, Hyper(learning_rate=0.1, bias_offset=-1.0), WORLD),
    )
    assert jnp.array_equal(one.params["encoder"]["kernel"], other.params["encoder"]["kernel"])
    assert one.params["encoder"]["bias"] - 1 == pytest.approx(
        np.asarray(other.params["encoder"]["bias"]), abs=1e-6
    )


def test_seeds_share_nothing():
    other = make_world(CONFIG, 1)
    assert not jnp.allclose(other.problem.embedding, WORLD.problem.embedding)
    assert not jnp.allclose(start(CONFIG, Hyper(), other).params["decoder"]["kernel"], 0)


def test_multiply_adds_are_those_of_five_products():
    # forward: 32*6*20 and 32*20*12; backward: d decoder 32*20*12, d hidden 32*20*12, d encoder
    # 32*6*20.
    assert multiply_adds(CONFIG) == 2 * 32 * 6 * 20 + 3 * 32 * 20 * 12


@pytest.mark.parametrize("optimizer", ["lamb-clamped", "lamb", "adam"])
def test_a_sparse_network_keeps_its_connections_through_training_and_learns(optimizer):
    config = dataclasses.replace(CONFIG, connectivity="random", optimizer=optimizer)
    hyper = Hyper(learning_rate=0.03, feature_density=0.2, weight_density=0.5)
    first = start(config, hyper, WORLD)
    last = segment(config, hyper, WORLD, first, 0, 64)
    for layer in ("encoder", "decoder"):
        before, after = first.params[layer]["kernel"], last.params[layer]["kernel"]
        assert 0.3 < float((before == 0).mean()) < 0.7
        assert jnp.array_equal(before == 0, after == 0)
    assert last.losses[-1] < 0.7 * last.losses[0]


def test_a_random_network_of_density_1_is_the_dense_one():
    random = dataclasses.replace(CONFIG, connectivity="random")
    assert _equal(start(random, Hyper(), WORLD), start(CONFIG, Hyper(), WORLD))


def test_a_hand_built_start_is_the_hand_built_network_moved_by_the_offset():
    config = dataclasses.replace(CONFIG, initialization="hand-built")
    hyper = Hyper(feature_density=0.1, bias_offset=-0.5)
    built = hand_built(config, WORLD.problem, 0.1)
    started = start(config, hyper, WORLD).params
    assert started["encoder"]["bias"] == pytest.approx(
        np.asarray(built["encoder"]["bias"]) - 0.5, abs=1e-5
    )
    assert jnp.allclose(started["decoder"]["kernel"], built["decoder"]["kernel"], atol=1e-5)


def test_a_hand_built_network_starts_below_what_training_from_chance_reaches():
    config = dataclasses.replace(CONFIG, initialization="hand-built")
    hyper = Hyper(learning_rate=1e-4, feature_density=0.1)
    built = segment(config, hyper, WORLD, start(config, hyper, WORLD), 0, 64)
    chance = segment(
        CONFIG, hyper.replace(learning_rate=0.01), WORLD, start(CONFIG, hyper, WORLD), 0, 64
    )
    assert built.losses[-1] < 0.8 * chance.losses[-1]


@pytest.mark.parametrize(
    "n_parts", [2, *(pytest.param(n, marks=pytest.mark.long) for n in (8, 32))]
)
def test_a_batch_in_parts_has_the_gradient_and_the_loss_of_the_whole(n_parts):
    hyper, member = Hyper(l1=0.1, feature_density=0.2), start(CONFIG, Hyper(), WORLD)
    batch = sample_batch(CONFIG, WORLD.problem, WORLD.key_data, {"feature_density": 0.2})
    data = step_data(WORLD, batch, 0)
    whole, parts = (gradient(CONFIG, hyper, member.params, data, n) for n in (1, n_parts))
    for one, other in zip(*map(jax.tree.leaves, (whole, parts)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
