import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from toymono.components import levers
from toymono.components.activations import jump_relu, top_k
from toymono.components.levers.bias_adaptation import adapt_biases
from toymono.components.levers.bias_offset import decay_biases, offset_biases
from toymono.components.levers.random_connectivity import thin_weights
from toymono.components.registry import OPTIONAL, components
from toymono.config import Config, Hyper
from toymono.toy.model import Weights, network, params_of, random_params, weights_of
from toymono.toy.tasks import Batch, Problem
from toymono.toy.world import make_world
from toymono.training.ensemble import train_ensemble
from toymono.training.levers import Update
from toymono.training.train import start, step_data, trained_loss

CONFIG = Config(n_features=40, n_embed=16, n_neurons=200)
WEIGHTS = weights_of(random_params(CONFIG, jax.random.key(0)))
LAYERS = ("encoder", "decoder")
KEY = jax.random.key(2)

# Two inputs, one of each feature; three neurons. Answers to the features alone, neuron by feature:
#   neuron 0: 2, 0      neuron 1: 1, 3      neuron 2: 0, 1
SMALL = Config(n_features=2, n_embed=2, n_neurons=3, batch_size=2, n_steps=100, schedule="cosine")
HAND = Weights(
    encoder=jnp.array([[2.0, 1.0, -1.0], [-1.0, 3.0, 1.0]]),
    bias=jnp.array([0.0, 0.0, 0.0]),
    decoder=jnp.array([[1.0, 0.0], [3.0, 4.0], [0.0, -2.0]]),
)
ANSWERS = np.array([[2.0, 0], [1, 3], [0, 1]])
PROBLEM = Problem(jnp.eye(2), jnp.eye(2))
BOTH_ALONE = Batch(inputs=jnp.eye(2), targets=jnp.eye(2))


def _update(before=HAND, step=0, n_steps=1000, rate=0.01, inputs=BOTH_ALONE.inputs):
    return Update(step, n_steps, 0.01, rate, before, inputs)


def _penalty(name, weights=HAND, **numbers):
    """What a penalty of weight 1 adds for the hand-made network."""
    world = make_world(SMALL, 0)._replace(problem=PROBLEM)
    data, params = step_data(world, BOTH_ALONE, 0), params_of(weights)
    trained, task_loss = trained_loss(SMALL, Hyper(**{name: 1.0}, **numbers), params, data)
    return float(trained - task_loss)


def _lever(kind, name):
    return components(kind)[name]


def test_every_file_of_levers_is_loaded():
    files = pathlib.Path(levers.__file__).parent.glob("[!_]*.py")
    assert {file.stem for file in files} == {*levers.FILES}


def test_an_offset_moves_the_biases_and_nothing_else():
    moved = offset_biases(WEIGHTS, KEY, -1.0)
    assert moved.bias == pytest.approx(np.asarray(WEIGHTS.bias) - 1, abs=1e-6)
    assert all(jnp.array_equal(getattr(moved, n), getattr(WEIGHTS, n)) for n in LAYERS)


def test_biases_decay_during_the_first_half_only_and_by_the_peak_rate():
    for step, factor in ((0, 0.995), (499, 0.995), (500, 1), (999, 1)):
        after = decay_biases(WEIGHTS, _update(step=step, rate=0.001), 0.5)
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


SHARES = ANSWERS / ANSWERS.max(axis=1, keepdims=True)  # 1, 0; 1/3, 1; 0, 1
ERRORS = ANSWERS.T @ np.asarray(HAND.decoder) - np.eye(2)
PENALTIES = {
    "l1": (ANSWERS.sum() / 2, {}),
    "l1_weights": (9 + 10, {}),
    "negative_bias": ((0.4**2 + 0.1**2) / 3, {"bias_target": -0.2}),  # of biases .2, -.1, -1
    # pairs 2 * 1 + 0 * 3, 0 and 3 * 1; times (N - 1) / N
    "neuron_overlap": ((2 + 3) / 2, {}),
    "feature_overlap": ((SHARES[:, 0] * SHARES[:, 1]).sum(), {}),
    # cosines .6, 0 and -.8, of which the last is no overlap; each pair counts for both neurons
    "decoder_overlap": (2 * 0.6**2 / 3, {}),
    "l4_share": ((ERRORS**4 - ERRORS**2).sum() / 2, {}),
    # Of two samples, scaled to 0 and 1, each neuron answers one, but for rounding: no pair is left.
    "mono_loss": (1, {}),
}


@pytest.mark.parametrize("name", PENALTIES)
def test_a_penalty_is_what_its_formula_gives_by_hand(name):
    due, numbers = PENALTIES[name]
    biases = jnp.array([0.2, -0.1, -1.0] if name == "negative_bias" else [0.0] * 3)
    assert _penalty(name, HAND._replace(bias=biases), **numbers) == pytest.approx(due, rel=1e-4)


def test_overlap_at_random_strengths_is_that_of_answers_to_features_at_uniform_strengths():
    overlap, net = _lever("penalty", "random_overlap").function, network(SMALL, params_of(HAND))
    keys = jax.random.split(KEY, 2000)
    found = jax.vmap(lambda key: overlap(net, None, PROBLEM, key, 1.0))(keys)
    # Without biases neuron 1 answers s and 3 t, each a share of the larger.
    s, t = np.random.default_rng(0).uniform(size=(2, 100_000))
    due = np.minimum(s, 3 * t) / np.maximum(s, 3 * t)
    assert float(found.std()) == pytest.approx(due.std(), rel=0.1)
    assert float(found.mean()) == pytest.approx(due.mean(), abs=5 * due.std() / 2000**0.5)


def test_mono_loss_is_0_for_neurons_that_answer_samples_of_one_feature_and_1_for_two():
    monosemantic = _lever("penalty", "mono_loss").function
    targets = jnp.array([[1.0, 0], [0.5, 0], [0, 1.0], [0, 2.0]])
    batch = Batch(inputs=targets, targets=targets)
    one = jnp.array([[1.0], [1.0], [0.0], [0.0]])
    mixed = jnp.array([[1.0], [0.0], [1.0], [0.0]])
    assert float(monosemantic(None, one, batch, 1.0)) == pytest.approx(0, abs=1e-5)
    assert float(monosemantic(None, mixed, batch, 1.0)) == pytest.approx(1, abs=1e-5)


def test_weight_decay_shrinks_all_weights_by_the_scheduled_rate_and_spares_biases():
    decay, made = _lever("after_update", "weight-decay"), _update(rate=0.02)
    after = decay(HAND, made, weight_decay=0.5)
    for layer in LAYERS:
        np.testing.assert_allclose(getattr(after, layer), 0.99 * getattr(HAND, layer), rtol=1e-6)
    assert jnp.array_equal(after.bias, HAND.bias)


def test_negative_weight_decay_pulls_each_neuron_s_weights_to_length_1():
    decay, weights = _lever("after_update", "weight-decay"), HAND
    before = np.linalg.norm(weights.decoder, axis=1)
    once = decay(weights, _update(rate=0.1), weight_decay=-1.0)
    np.testing.assert_allclose(
        np.linalg.norm(once.decoder, axis=1), before - 0.1 * (before - 1), rtol=1e-5
    )
    for _ in range(200):
        weights = decay(weights, _update(rate=0.1), weight_decay=-1.0)
    np.testing.assert_allclose(np.linalg.norm(weights.encoder, axis=0), 1, rtol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(weights.decoder, axis=1), 1, rtol=1e-4)


def test_a_silent_neuron_s_bias_decays_until_it_fires_and_never_again():
    decay = _lever("after_update", "silent-decay")
    silent = HAND._replace(bias=jnp.array([-5.0, -5.0, 0.5]))
    weights, state = silent, decay.facts["state"](silent)
    for step in range(3):
        numbers = {"silent_decay": 1.0, "firing_rate": 0.0099}
        weights, state = decay(weights, _update(weights, step), state, **numbers)
    # Neuron 2 fires for one of two samples: its mean rate reaches .01 * .5, then .00995, then more.
    np.testing.assert_allclose(weights.bias, [-5 * 0.99**3, -5 * 0.99**3, 0.5 * 0.99**1], rtol=1e-5)
    quiet = weights._replace(bias=jnp.full(3, -5.0))
    for step in range(500):
        quiet, state = decay(quiet, _update(quiet, step), state, **numbers)
    assert float(quiet.bias[2]) == -5.0  # once awake, for good


def test_a_decay_tied_to_speed_is_full_at_full_speed_and_none_at_rest():
    decay = _lever("after_update", "speed-decay")
    biased = HAND._replace(bias=jnp.full(3, -1.0))
    numbers = {"speed_decay": 1.0, "full_speed": 0.1}
    rest, _ = decay(biased, _update(biased), jnp.zeros(()), **numbers)
    assert rest.bias == pytest.approx(-1)
    moved = biased._replace(encoder=1.05 * biased.encoder)  # half of full speed
    half, state = decay(moved, _update(biased), jnp.float32(0.05), **numbers)
    assert float(state) == pytest.approx(0.05)
    assert half.bias == pytest.approx(-(1 - 0.01 / 2), rel=1e-6)
    full, _ = decay(moved, _update(biased), jnp.float32(5.0), **numbers)
    assert full.bias == pytest.approx(-0.99, rel=1e-6)


def _adapted(bias, inputs, step=49, gradient=0.3, **numbers):
    """Biases after one update, of which the gradient would have moved all by .3."""
    asked = {"highest_rate": 0.5, "lowest_rate": 0.5, "n_groups": 1.0, "n_exempt": 0.0, **numbers}
    before = HAND._replace(bias=jnp.asarray(bias))
    state = {"rate": jnp.array([0.9, 0.3, 0.0]), "largest": jnp.array([4.0, 2.0, 0.0])}
    after = before._replace(bias=before.bias + gradient)
    made = _update(before, step, inputs=jnp.asarray(inputs))
    weights, seen = adapt_biases(after, made, state, bias_adaptation=0.01, **asked)
    return np.asarray(weights.bias), seen


def test_biases_adapt_to_firing_rates_every_50_steps():
    quiet = jnp.zeros((2, 2))
    bias, seen = _adapted([-0.5, -0.5, -0.5], quiet)
    # Too often: less g r = .01 * 4; often enough: none; never: g times the mean of 4 and 2.
    np.testing.assert_allclose(bias, [-0.54, -0.5, -0.47], rtol=1e-5)
    assert not seen["rate"].any() and not seen["largest"].any()
    waiting, seen = _adapted([-0.5, -0.5, -0.5], quiet, step=48)
    np.testing.assert_allclose(waiting, -0.5)
    assert seen["rate"][0] == pytest.approx(0.9)


def test_adapted_biases_stay_between_minus_1_and_0():
    bias, _ = _adapted([-0.99, -0.5, -0.01], jnp.zeros((2, 2)))
    np.testing.assert_allclose(bias, [-1.0, -0.5, 0.0])


def test_groups_are_asked_for_rates_of_their_own_and_exempt_neurons_follow_the_gradient():
    quiet = jnp.zeros((2, 2))
    groups = {"highest_rate": 0.95, "lowest_rate": 0.05, "n_groups": 3.0}
    bias, _ = _adapted([-0.5, -0.5, -0.5], quiet, **groups)
    # .9 is within .95, .3 above sqrt(.95 * .05) = .22; the third woke by its own group's mean, 0.
    np.testing.assert_allclose(bias, [-0.5, -0.52, -0.5], rtol=1e-5)
    bias, _ = _adapted([-0.5, -0.5, -0.5], quiet, n_exempt=1.0)
    np.testing.assert_allclose(bias, [-0.2, -0.5, -0.48], rtol=1e-5)


def test_unit_decoder_turns_vectors_and_leaves_their_length():
    lever = _lever("after_update", "unit-decoder")
    before = HAND._replace(decoder=jnp.array([[1.0, 0.0], [0.6, 0.8], [0.0, -1.0]]))
    moved = before._replace(decoder=before.decoder + jnp.array([[5.0, 0.1], [0, 0], [0, 3.0]]))
    after = lever(moved, _update(before), unit_decoder=1.0)
    np.testing.assert_allclose(jnp.linalg.norm(after.decoder, axis=1), 1, rtol=1e-6)
    # What moved along the vector is dropped: (1, .1) over its length.
    np.testing.assert_allclose(after.decoder[0], np.array([1, 0.1]) / 1.01**0.5, rtol=1e-5)
    np.testing.assert_allclose(after.decoder[2], [0, -1], atol=1e-6)
    assert jnp.array_equal(lever(moved, _update(before), unit_decoder=0.0).decoder, moved.decoder)


def test_a_length_that_moves_between_layers_changes_no_answer():
    lengths = jnp.linalg.norm(HAND.decoder, axis=1)
    scaled = Weights(HAND.encoder * lengths, HAND.bias * lengths, HAND.decoder / lengths[:, None])
    nets = (network(SMALL, params_of(weights)) for weights in (HAND, scaled))
    np.testing.assert_allclose(*(net(BOTH_ALONE.inputs) for net in nets), rtol=1e-6)


@pytest.mark.parametrize(("step", "share"), [(0, 1.0), (250, 0.1**0.5), (500, 0.1), (900, 0.1)])
def test_pruning_keeps_the_largest_weights_and_fewer_of_them_until_half_of_training(step, share):
    lever = _lever("after_update", "magnitude-pruning")
    after = lever(WEIGHTS, _update(step=step, n_steps=1000), kept_weights=0.1)
    for layer in LAYERS:
        was, left = (np.asarray(getattr(w, layer)) for w in (WEIGHTS, after))
        assert (left != 0).mean() == pytest.approx(share, abs=0.001)
        assert (left[left != 0] == was[left != 0]).all()
        assert share == 1 or abs(was[left == 0]).max() <= abs(left[left != 0]).min()
    assert jnp.array_equal(after.bias, WEIGHTS.bias)


def test_noise_is_one_draw_for_a_batch_and_has_its_standard_deviation():
    noisy = _lever("in_training", "noise")
    added = np.asarray(noisy(jnp.zeros((4, 20_000)), KEY, hidden_noise=0.5))
    assert (added == added[0]).all()
    assert added[0].std() == pytest.approx(0.5, abs=5 * 0.5 / 40_000**0.5)


def test_dropout_drops_its_share_and_keeps_the_mean():
    dropped = np.asarray(_lever("in_training", "dropout")(jnp.ones((100, 1000)), KEY, dropout=0.2))
    assert {*np.unique(dropped).round(4)} == {0, 1.25}
    assert (dropped == 0).mean() == pytest.approx(0.2, abs=5 * 0.4 / 1e5**0.5)


def test_noise_is_trained_with_and_neither_recorded_nor_in_the_network():
    world = make_world(SMALL, 0)._replace(problem=PROBLEM)
    data, params = step_data(world, BOTH_ALONE, 0), params_of(HAND)
    with_noise, without = (trained_loss(SMALL, h, params, data)[1] for h in (
        Hyper(hidden_noise=0.5), Hyper()
    ))  # fmt: skip
    assert float(with_noise) != float(without)
    outputs = network(SMALL, params)(BOTH_ALONE.inputs)
    assert float(without) == pytest.approx(float(jnp.square(outputs - jnp.eye(2)).sum() / 2))


def test_top_k_keeps_the_largest_and_those_that_are_always_on():
    x = jnp.array([[5.0, -1.0, 3.0, 2.0, -4.0], [1.0, -1.0, -2.0, -3.0, -4.0]])
    assert top_k(x, 1, 0).tolist() == [[5, 0, 0, 0, 0], [1, 0, 0, 0, 0]]
    assert top_k(x, 1, 2).tolist() == [[5, 0, 3, 0, 0], [1, 0, 0, 0, 0]]


def test_jump_relu_is_silent_below_its_threshold_but_for_smooth_neurons():
    x = jnp.array([0.05, 0.05, 0.2, -1.0])
    assert jump_relu(x, 0.1, 1) == pytest.approx(jnp.array([0.05, 0, 0.2, 0]))


TRAINED = Config(n_features=8, n_embed=4, n_neurons=12, batch_size=16, n_steps=60, loss_every=4,
                 schedule="cosine")  # fmt: skip


def _acting():
    """Numbers with which each lever acts, by its name."""
    for kind in OPTIONAL:
        for lever in components(kind).values():
            if not lever.is_of_user and lever.name != "sparse-weights":
                numbers = {n: 0.5 for n, of in lever.numbers.items() if of.default in (0, 1)}
                yield lever.name, numbers | ({"n_groups": 2.0} if "n_groups" in numbers else {})


@pytest.mark.long
def test_each_lever_changes_what_is_trained_and_at_its_default_beside_others_nothing():
    numbers = dict(_acting())
    settings = [Hyper(), *(Hyper(**given) for given in numbers.values())]
    alone = train_ensemble(TRAINED, settings[:1], (0,)).params["encoder"]["kernel"][-1, 0]
    beside = train_ensemble(TRAINED, settings, (0,)).params["encoder"]["kernel"][-1, 0]
    assert np.isfinite(beside).all()
    np.testing.assert_allclose(beside[0], alone[0], rtol=1e-4, atol=1e-6)
    moved = dict(zip(numbers, np.abs(beside[1:] - alone[0]).max(axis=(1, 2)), strict=True))
    assert {name for name, by in moved.items() if by < 1e-3} == set()


def test_what_a_lever_remembers_starts_with_the_member_and_is_left_out_where_none_acts():
    world = make_world(TRAINED, 0)
    assert start(TRAINED, Hyper(), world).levers == {}
    remembered = start(TRAINED, Hyper(bias_adaptation=0.01), world).levers
    assert {name: {*state} for name, state in remembered.items()} == {
        "bias-adaptation": {"rate", "largest"}
    }
