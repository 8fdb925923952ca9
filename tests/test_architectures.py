"""Networks of Elhage et al. 2022 are trained, stored and measured as the paper's are."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from toymono.analysis.circuits import linear_block
from toymono.analysis.losses import sampled_loss
from toymono.analysis.record import measure
from toymono.analysis.roles import by_bias_sign
from toymono.analysis.specimen import specimen_of
from toymono.analysis.theory import predicted_losses, zero_loss
from toymono.config import ARCHITECTURES, Config, Hyper, InputError, Sweep
from toymono.evidence.tables import run_table
from toymono.sweeps.run import run_sweep
from toymono.sweeps.store import read_member, read_run
from toymono.sweeps.stored_networks import specimens_in
from toymono.toy.model import Weights, network, params_of, random_params, weights_of, written_out
from toymono.toy.tasks import importances, random_problem, sample_batch, squared_error
from toymono.toy.world import make_world
from toymono.training.ensemble import finished, snapshots
from toymono.training.levers import at_start
from toymono.training.paths import reordered
from toymono.training.train import n_parameters

OTHERS = [name for name in ARCHITECTURES if name != "two-layer"]
each_other = pytest.mark.parametrize("architecture", OTHERS)
each_trained = pytest.mark.parametrize(
    "architecture", ["tied", *(pytest.param(name, marks=pytest.mark.long) for name in OTHERS[1:])]
)


def config(architecture, **changes):
    given = {"n_features": 3, "n_embed": 3, "n_neurons": 2, "embedding": "identity"}
    given |= {"batch_size": 64, "n_steps": 32, "loss_every": 8, "initialization": "xavier"}
    return Config(architecture=architecture, **{**given, **changes})


# By hand: W x for x = (1, 2, 0) is (1, 2) + (-2, 0) = (-1, 2); relu makes it (0, 2).
ENCODER = jnp.array([[1.0, 2.0], [-1.0, 0.0], [0.5, 0.5]])  # embed neuron
OUTPUT_BIAS = jnp.array([0.5, -0.25, -2.0])
INPUTS = jnp.array([[1.0, 2.0, 0.0]])
TIED = Weights(ENCODER, None, None, OUTPUT_BIAS)
UNTIED = Weights(ENCODER, None, jnp.array([[7.0, 7.0, 7.0], [1.0, -1.0, 2.0]]), OUTPUT_BIAS)


# W^T (-1, 2) = (3, 1, .5) and W^T (0, 2) = (4, 0, 1); the second neuron writes (1, -1, 2).
@pytest.mark.parametrize(
    ("architecture", "activation", "weights", "outputs"),
    [
        ("tied", "identity", TIED, [3.5, 0.75, 0.0]),
        ("tied-linear", "identity", TIED, [3.5, 0.75, -1.5]),
        ("tied", "relu", TIED, [4.5, 0.0, 0.0]),
        ("tied-linear", "relu", TIED, [4.5, -0.25, -1.0]),
        ("untied", "relu", UNTIED, [2.5, 0.0, 2.0]),
    ],
)
def test_a_network_is_its_equation_and_its_specimen_computes_the_same(
    architecture, activation, weights, outputs
):
    made, params = config(architecture, activation=activation), params_of(weights)
    assert network(made, params)(INPUTS)[0].tolist() == pytest.approx(outputs)
    net = specimen_of(made, params, random_problem(made, jax.random.key(0)))
    assert net(INPUTS)[0].tolist() == pytest.approx(outputs)


@each_other
def test_a_network_has_the_arrays_of_its_architecture_and_no_others(architecture):
    made = config(architecture)
    weights = weights_of(random_params(made, jax.random.key(0)))
    has = {name for name, array in weights._asdict().items() if array is not None}
    assert has == ARCHITECTURES[architecture].arrays
    assert n_parameters(made) == sum(array.size for array in jax.tree.leaves(weights))
    again = weights_of(params_of(weights))
    assert jax.tree.all(jax.tree.map(jnp.array_equal, again, weights))


def test_xavier_is_of_one_network_s_own_matrix_and_biases_start_at_0():
    made = config("tied", n_features=200, n_embed=200, n_neurons=20)
    weights = weights_of(random_params(made, jax.random.key(0)))
    # sqrt(2 / 220) = .0953; the fans of a stack of 20 such networks would give .0213
    assert float(weights.encoder.std()) == pytest.approx((2 / 220) ** 0.5, rel=0.05)
    assert not weights.output_bias.any()


def test_kaiming_uniform_ends_at_the_root_of_6_over_fan_in():
    made = config("untied", n_features=100, n_embed=100, n_neurons=40)
    made = dataclasses.replace(made, initialization="kaiming-uniform")
    weights = weights_of(random_params(made, jax.random.key(0)))
    for layer, fan_in in ((weights.encoder, 100), (weights.decoder, 40)):
        assert float(jnp.abs(layer).max()) == pytest.approx((6 / fan_in) ** 0.5, rel=0.01)
    assert not weights.output_bias.any()


def test_with_the_identity_the_features_are_the_inputs():
    made, key = config("tied"), jax.random.key(1)
    problem = random_problem(made, jax.random.key(0))
    batch = sample_batch(made, problem, key, Hyper(feature_density=0.5))
    assert jnp.array_equal(batch.inputs, batch.targets)
    assert jnp.array_equal(problem.embedding, jnp.eye(3))


def test_outputs_count_by_powers_of_the_decay():
    assert importances(Hyper(), 3) is None
    counts = importances(Hyper(importance_decay=0.5), 3)
    assert counts.tolist() == pytest.approx([1, 0.5, 0.25])
    outputs = jnp.array([[1.0, 2.0, 4.0], [0.0, 0.0, 0.0]])
    loss = squared_error(outputs, jnp.zeros((2, 3)), counts)
    assert float(loss) == pytest.approx((1 + 2 + 4) / 2)


def test_the_recorded_loss_counts_outputs_as_the_trained_one_does():
    made, numbers = config("tied"), Hyper(feature_density=0.25, importance_decay=0.5)
    world = make_world(made, 0)
    silent = params_of(Weights(jnp.zeros((3, 2)), None, None, jnp.zeros(3)))
    record = measure(made, silent, world.problem, world.key_probe, numbers)
    exact = (1 + 0.5 + 0.25) * 0.25 / 3  # of the answer 0
    assert float(record.task_loss) == pytest.approx(exact, rel=0.02)
    counts = importances(numbers, 3)
    assert float(zero_loss(made, world.problem, 0.25, counts)) == pytest.approx(exact)
    zero = sampled_loss(made, network(made, silent), world.problem, world.key_probe, numbers)
    assert float(zero.mean) == float(record.task_loss)


@pytest.mark.long
def test_a_linear_hidden_layer_has_no_scores_and_a_relu_one_has(tmp_path):
    grid = {"feature_density": (0.25,), "learning_rate": (0.01,)}
    tables = {}
    for activation in ("identity", "relu"):
        sweep = Sweep(base=config("tied", activation=activation), grids=(grid,), seeds=(0,))
        run_sweep(sweep, tmp_path / activation, lambda *_: None)
        units = read_run(tmp_path / activation)
        tables[activation] = run_table(units).iloc[0]
        member = read_member(units[0], 0, 0)
        assert bool(jnp.isnan(member.specimen.scores).all()) == (activation == "identity")
    names = ["n_mono", "n_dead", "covered_per_feature", "mono_per_neuron", "n_one_of_one"]
    assert tables["identity"][names].isna().all()
    assert tables["relu"][names].notna().all()


@each_trained
def test_a_trained_network_is_stored_and_read_as_it_was(architecture, tmp_path):
    made = config(architecture, optimizer="adamw", schedule="constant")
    grid = {"feature_density": (0.25, 0.5), "learning_rate": (0.01,), "importance_decay": (0.9,)}
    sweep = Sweep(base=made, grids=(grid,), seeds=(0, 1))
    run_sweep(sweep, tmp_path, lambda *_: None)
    (data,) = read_run(tmp_path)
    *_, last = snapshots(made, [hyper for _, hyper in sweep.models()], (0, 1))
    params = finished(made, (0, 1), last).params
    member = read_member(data, 1, 1)
    trained = jax.tree.map(lambda leaf: leaf[-1, 1, 1], params)
    assert jax.tree.all(jax.tree.map(np.array_equal, member.params, trained))
    assert member.hyper.importance_decay == pytest.approx(0.9)
    nets = specimens_in(data.isel(param_step=-1))
    one = written_out(weights_of(member.params))
    assert jnp.array_equal(nets.decoder[1, 1], one.decoder)
    assert jnp.array_equal(nets.bias[1, 1], one.bias)


def test_the_gradient_of_a_tied_weight_comes_from_both_of_its_uses():
    made = config("tied", n_features=1, n_embed=1, n_neurons=1)
    params = params_of(Weights(jnp.array([[0.5]]), None, None, jnp.zeros(1)))
    # (w^2 - 1)^2 has the slope 4 w (w^2 - 1): -1.5 at w = 1/2, half of it from each use.
    slope = jax.grad(lambda p: jnp.square(network(made, p)(jnp.ones((1, 1))) - 1).sum())(params)
    assert float(weights_of(slope).encoder[0, 0]) == pytest.approx(-1.5)


@pytest.mark.long
def test_what_is_trained_counts_outputs_by_their_importance():
    made, net = config("tied", optimizer="adamw", schedule="constant", n_steps=512), {}
    for decay in (1.0, 1e-6):
        numbers = Hyper(0.01, feature_density=0.25, importance_decay=decay)
        *_, last = snapshots(made, [numbers], (0,))
        kernel = np.asarray(finished(made, (0,), last).params["encoder"]["kernel"])
        net[decay] = np.linalg.norm(kernel[-1, 0, 0], axis=-1)
    # Of two neurons: where only the first of three outputs counts, the others' weights harm it.
    assert net[1e-6][0] > 0.9 and net[1e-6][1:].max() < 0.5 < net[1.0][1:].max()


@each_trained
def test_training_lowers_the_loss_below_that_of_the_answer_0(architecture):
    made = config(architecture, n_neurons=6, n_steps=512, optimizer="adamw", schedule="constant")
    *_, last = snapshots(made, [Hyper(0.01, feature_density=0.25)], (0, 1))
    assert (last.records[-1].task_loss < 0.9 * 3 * 0.25 / 3).all()


def test_adamw_takes_its_share_of_all_parameters_where_the_gradient_is_0():
    optimizer = config("tied", optimizer="adamw").component("optimizer")
    made = optimizer(adamw_decay=0.01)
    params = {"kernel": jnp.full(2, 2.0), "bias": jnp.full(1, -3.0)}
    zero = jax.tree.map(jnp.zeros_like, params)
    updates, _ = made.update(zero, made.init(params), params)
    assert updates["kernel"].tolist() == pytest.approx([-0.02, -0.02])
    assert updates["bias"].tolist() == pytest.approx([0.03])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"embedding": "identity", "n_embed": 2}, "n_embed must be n_features = 3 where embedding"),
        ({"embedding": "random"}, "embedding must be identity where architecture is tied"),
        ({"initialization": "hand-built"}, "architecture must be two-layer for a hand-built"),
        ({"architecture": "treed"}, "architecture must be one of two-layer, tied, tied-linear"),
    ],
)
def test_what_does_not_go_together_is_refused_in_one_sentence(changes, sentence):
    with pytest.raises(InputError, match=sentence):
        config(**{"architecture": "tied", **changes})


@pytest.mark.parametrize(
    ("architecture", "number", "array"),
    [
        ("tied", "bias_offset", "bias"),
        ("untied", "bias_decay", "bias"),
        ("tied", "unit_decoder", "decoder"),
        ("tied", "l1_weights", "decoder"),
        ("untied", "redraw", "bias"),
    ],
)
def test_a_lever_on_what_a_network_has_not_is_refused(architecture, number, array):
    grid = {number: (1.0,)}
    with pytest.raises(
        InputError, match=f"{number} must be 0 where .*, as that network has no.*{array}"
    ):
        Sweep(base=config(architecture), grids=(grid,))


def test_a_lever_on_activations_acts_on_every_architecture():
    for architecture in OTHERS:
        Sweep(base=config(architecture), grids=({"l1": (0.1,), "hidden_noise": (0.1,)},))
    weights = weights_of(random_params(config("untied"), jax.random.key(0)))
    assert at_start({"l1": 0.1}, weights, jax.random.key(1)) is weights


def test_measures_of_a_linear_readout_refuse_a_relu_on_the_outputs():
    made = config("untied")
    problem = random_problem(made, jax.random.key(0))
    net = specimen_of(made, params_of(UNTIED), problem)
    for measured in (linear_block, by_bias_sign):
        with pytest.raises(InputError, match="the readout must be linear for"):
            measured(net)
    with pytest.raises(InputError, match="architecture must be two-layer for the theory"):
        predicted_losses(made, problem, 0.1)
    with pytest.raises(InputError, match="weights must be those of a network with bias and dec"):
        reordered(TIED, jnp.array([1, 0]))
