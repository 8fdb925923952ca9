import pytest

from toymono.sweeps.paper import LEARNING_RATES
from toymono.sweeps.plan import plan
from toymono.sweeps.presets import PRESETS, SCALES, batch_of, preset_sweep, scaled


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_valid_and_known_again_at_every_scale(name, scale):
    sweep = preset_sweep(name, scale, seeds=(5,))
    assert all(unit.n_members == len(unit.settings) for unit in plan(sweep))
    assert batch_of(sweep) == (name, scale)


def test_lr1_is_table_1():
    (unit,) = plan(preset_sweep("LR1", "paper"))
    config = unit.config
    assert (config.n_features, config.n_embed, config.n_neurons) == (512, 64, 1024)
    assert (config.batch_size * config.n_neurons, config.n_steps) == (2**23, 2**17)
    assert tuple(h.learning_rate for h in unit.settings) == LEARNING_RATES
    assert {(h.bias_offset, h.bias_decay, h.feature_density) for h in unit.settings} == {(0.0, 0.0, 1 / 64)}


def test_lr3_is_table_1():
    (unit,) = plan(preset_sweep("LR3", "paper"))
    assert {(h.bias_offset, h.bias_decay) for h in unit.settings} == {(-1.0, 0.03)}


@pytest.mark.parametrize("scale", SCALES)
def test_a_scale_keeps_the_worth_of_the_decay(scale):
    # decay * lr * steps is what takes the biases from -1 up; 0.03 * 2^17 in the paper
    (unit,) = plan(preset_sweep("LR3", scale))
    assert unit.settings[0].bias_decay * unit.config.n_steps == pytest.approx(0.03 * 2**17)


def test_the_demo_holds_zero_bias_against_an_offset_at_several_rates():
    (unit,) = plan(preset_sweep("demo", "laptop"))
    arms = {offset: {h.learning_rate for h in unit.settings if h.bias_offset == offset} for offset in (0.0, -1.0)}
    assert arms[0.0] == arms[-1.0]
    assert len(arms[0.0]) >= 3
    assert len(unit.seeds) >= 3


def test_the_scaling_rule_keeps_width_per_feature_decay_and_compute():
    (grid,) = scaled(SCALES["laptop"], {"n_neurons": (2048,), "bias_decay": (0.03,), "learning_rate": (0.007,)})
    # k = 4 N; 16 times the decay for a sixteenth of the steps; half the batch for twice the neurons; twice the density
    assert grid["n_neurons"] == (512,)
    assert grid["bias_decay"] == (pytest.approx(0.48),)
    assert grid["batch_size"] == (256,)
    assert grid["feature_density"] == (1 / 32,)
    assert grid["learning_rate"] == (0.007,)


def test_the_paper_scale_is_left_as_it_is():
    (grid,) = scaled(SCALES["paper"], {"bias_decay": (0.03,)})
    assert grid == {"bias_decay": (0.03,), "feature_density": (1 / 64,), "n_neurons": (1024,), "batch_size": (8192,)}


def test_densities_end_at_1():
    (grid,) = scaled(SCALES["laptop"], {"feature_density": (0.25, 0.5, 0.6)})
    assert grid["feature_density"] == (0.5, 1.0)
