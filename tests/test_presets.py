import functools

import jax
import jax.numpy as jnp
import pytest

from toymono.sweeps.paper import LEARNING_RATES
from toymono.sweeps.plan import plan
from toymono.sweeps.presets import PRESETS, batch_of, preset_sweep
from toymono.sweeps.scales import SCALES, scaled, steps_of
from toymono.training.members import (
    advance_members,
    make_worlds,
    measure_members,
    stack_settings,
    start_members,
)
from toymono.training.placement import place_members


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_valid_and_known_again_at_every_scale(name, scale):
    sweep = preset_sweep(name, scale, seeds=(5,))
    assert all(unit.n_members == len(unit.settings) for unit in plan(sweep))
    one_size = (
        name in ("demo", "recipe", "levers", "robustness", "basins", "worlds") and scale == "paper"
    )  # they are the same at desk and paper
    known_as = "desk" if one_size else scale
    assert batch_of(sweep) == (name, known_as)


def test_lr1_is_table_1():
    (unit,) = plan(preset_sweep("LR1", "paper"))
    config = unit.config
    assert (config.n_features, config.n_embed, config.n_neurons) == (512, 64, 1024)
    assert (config.batch_size * config.n_neurons, config.n_steps) == (2**23, 2**17)
    assert tuple(h.learning_rate for h in unit.settings) == LEARNING_RATES
    assert {(h.bias_offset, h.bias_decay, h.feature_density) for h in unit.settings} == {
        (0.0, 0.0, 1 / 64)
    }


def test_lr3_is_table_1():
    (unit,) = plan(preset_sweep("LR3", "paper"))
    assert {(h.bias_offset, h.bias_decay) for h in unit.settings} == {(-1.0, 0.03)}


@pytest.mark.parametrize("scale", SCALES)
def test_a_scale_keeps_the_worth_of_the_decay_up_to_five_times_the_decay(scale):
    # decay * lr * steps is what takes the biases from -1 up; 0.03 * 2^17 in the paper
    for unit in plan(preset_sweep("LR3", scale)):
        kept = 0.03 * 2**17 / unit.config.n_steps
        expected = kept if scale != "desk" else min(kept, 5 * 0.03)
        assert unit.settings[0].bias_decay == pytest.approx(expected)


@pytest.mark.parametrize(("name", "decay"), [("B1", 0.03), ("B3", 0.003), ("E1", 0.03)])
def test_batches_of_one_rate_take_biases_as_far_at_the_desk_s_rate(name, decay):
    (unit,) = plan(preset_sweep(name, "desk"))
    for hyper in unit.settings:
        assert hyper.learning_rate == 0.01 and unit.config.n_steps == 2**14
        assert hyper.bias_decay * hyper.learning_rate == pytest.approx(5 * decay * 0.003)


def test_the_desk_trains_the_paper_s_networks_on_the_paper_s_data():
    paper, desk = (
        {c.n_features: (c, h) for c, h in preset_sweep("LR3", s).models()}
        for s in ("paper", "desk")
    )
    (theirs, _), (ours, hyper) = paper[512], desk[512]
    same = ("n_features", "n_embed", "n_neurons", "task", "feature_law", "activation", "optimizer")
    assert all(getattr(ours, name) == getattr(theirs, name) for name in same)
    assert (hyper.feature_density, hyper.bias_offset) == (1 / 64, -1.0)


@pytest.mark.parametrize(
    ("rate", "steps"),
    [(0.003, 2**16), (0.005, 2**15), (0.007, 2**15), (0.01, 2**14), (0.03, 2**14)],
)
def test_at_the_desk_low_rates_get_the_steps_that_they_need(rate, steps):
    assert steps_of(SCALES["desk"], rate) == steps
    (config,) = (
        config
        for config, hyper in preset_sweep("LR1", "desk").models()
        if hyper.learning_rate == rate
    )
    assert (config.n_steps, config.schedule) == (steps, "cosine")


def test_the_demo_holds_zero_bias_against_an_offset():
    (unit,) = plan(preset_sweep("demo", "desk"))
    arms = {
        offset: {h.learning_rate for h in unit.settings if h.bias_offset == offset}
        for offset in (0.0, -1.0)
    }
    assert arms[0.0] == arms[-1.0]
    assert len(unit.seeds) >= 3


def test_the_scaling_rule_keeps_width_per_feature_decay_and_compute():
    (grid,) = scaled(
        SCALES["desk"], {"n_neurons": (2048,), "bias_decay": (0.03,), "learning_rate": (0.007,)}
    )
    # k = 4 N; 4 times the decay for a quarter of the steps; half the batch for twice the neurons
    assert grid["n_neurons"] == (2048,)
    assert grid["bias_decay"] == (pytest.approx(0.12),)
    assert grid["batch_size"] == (128,)
    assert grid["feature_density"] == (1 / 64,)
    assert grid["learning_rate"] == (0.007,)


def test_narrow_networks_get_no_more_than_2048_samples():
    (grid,) = scaled(SCALES["desk"], {"n_neurons": (16,), "learning_rate": (0.007,)})
    assert grid["batch_size"] == (2048,)


def test_the_paper_scale_is_left_as_it_is():
    (grid,) = scaled(SCALES["paper"], {"bias_decay": (0.03,), "learning_rate": (0.01,)})
    shape = {"n_neurons": (1024,), "batch_size": (8192,), "n_steps": (2**17,)}
    assert grid == {
        "bias_decay": (0.03,),
        "feature_density": (1 / 64,),
        "learning_rate": (0.01,),
        **shape,
    }


def test_densities_end_at_1():
    (grid,) = scaled(SCALES["smoke"], {"feature_density": (1 / 16, 1 / 8, 0.6)})
    assert grid["feature_density"] == (0.5, 1.0)


@pytest.mark.long
def test_the_networks_of_every_preset_can_be_trained():
    """Traced, not compiled: a program that can be traced trains."""
    units = {unit.config: unit for name in PRESETS for unit in plan(preset_sweep(name, "smoke"))}
    for config, unit in units.items():
        of = config, place_members(config, len(unit.seeds), len(unit.settings))
        settings, seeds = stack_settings(unit.settings), jnp.asarray(unit.seeds, jnp.uint32)
        worlds = jax.eval_shape(functools.partial(make_worlds, config), seeds)
        members = jax.eval_shape(functools.partial(start_members, *of), settings, worlds)
        after = jax.eval_shape(
            functools.partial(advance_members, *of), settings, worlds, members, 0, 1
        )
        assert after == members
        record = jax.eval_shape(
            functools.partial(measure_members, *of), settings, worlds, after.params
        )
        assert record.score.shape[:2] == (len(unit.seeds), len(unit.settings))
