import math
import re

import pytest

from toymono.config import Config, Hyper, InputError, Sweep


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_steps", -5),
        ("n_steps", 0),
        ("n_steps", 2**40),
        ("n_embed", 129),
        ("n_neurons", 0),
        ("batch_size", 0),
        ("schedule_period", 3),
        ("task", "decoder"),
        ("activation", "solu"),
        ("optimizer", "sgd"),
    ],
)
def test_a_wrong_static_value_is_named_with_its_rule_and_a_fix(name, value):
    config = Config()
    object.__setattr__(
        config, name, value
    )  # through __init__ the type checker of these tests would speak first
    with pytest.raises(InputError, match=rf"^{name} must be .+, but is {value!r}; (try|lower) "):
        config.__post_init__()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_rate", math.nan),
        ("learning_rate", math.inf),
        ("learning_rate", 0.0),
        ("learning_rate", 1e308),  # infinite in the float32 that training uses
        ("learning_rate", 1e-46),  # 0 in it
        ("bias_offset", 10**40),
        ("feature_density", 0.0),
        ("feature_density", 1.5),
        ("bias_decay", -0.1),
        ("bias_decay", 1e6),
        ("bias_offset", math.nan),
        ("l1", -1.0),
    ],
)
def test_a_wrong_number_is_refused_before_anything_is_trained(name, value):
    with pytest.raises(InputError, match=rf"^{name} must be .+, but is {re.escape(repr(value))}; "):
        Sweep(base=Config(), grids=({name: (value,)},))


def test_an_unknown_axis_is_refused():
    with pytest.raises(InputError, match="learning_rat"):
        Sweep(base=Config(), grids=({"learning_rat": (0.1,)},))


@pytest.mark.parametrize("seeds", [(), (0, 0), (-1,), (2**32,)])
def test_seeds_are_different_whole_numbers_that_fit_a_key(seeds):
    with pytest.raises(InputError, match=r"^seeds must be"):
        Sweep(base=Config(), seeds=seeds)


def test_a_grid_is_a_product_and_a_sweep_the_union_of_its_grids():
    grids = ({"learning_rate": (0.1, 0.2), "l1": (0.0, 1.0)}, {"learning_rate": (0.2, 0.3)})
    settings = [(h.learning_rate, h.l1) for _, h in Sweep(base=Config(), grids=grids).models()]
    assert settings == [
        (0.1, 0.0),
        (0.1, 1.0),
        (0.2, 0.0),
        (0.2, 1.0),
        (0.3, 0.0),
    ]  # 0.2 with no L1 comes once


def test_a_number_that_no_axis_names_keeps_its_default():
    ((_, hyper),) = Sweep(base=Config()).models()
    assert hyper == Hyper()


def test_a_weight_density_needs_random_connectivity():
    with pytest.raises(
        InputError, match=r"^weight_density must be 1 where connectivity is dense, but is 0.5"
    ):
        Sweep(base=Config(), grids=({"weight_density": (0.5,)},))
    Sweep(base=Config(connectivity="random"), grids=({"weight_density": (0.5,)},))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"task": "absolute"},
            "task must be decode or reproject for a hand-built network, but is 'absolute'",
        ),
        ({"activation": "gelu"}, "activation must be relu for a hand-built network"),
        ({"connectivity": "random"}, "connectivity must be dense for a hand-built network"),
        ({"n_neurons": 192}, r"n_neurons must be at least n_features \+ n_embed \+ 1 = 193"),
    ],
)
def test_what_cannot_be_hand_built_is_refused(changes, sentence):
    with pytest.raises(InputError, match=f"^{sentence}"):
        Config(initialization="hand-built", **changes)
    Config(**changes)
