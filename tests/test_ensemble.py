import dataclasses

import cases
import jax
import numpy as np
import pytest

from toymono.config import Config, Hyper
from toymono.toy.world import make_world
from toymono.training import members, train
from toymono.training.ensemble import train_ensemble
from toymono.training.members import stack_settings
from toymono.training.placement import place_members

CONFIG = Config(
    n_features=12,
    n_embed=6,
    n_neurons=20,
    batch_size=32,
    n_steps=48,
    record_phase="peak",
    loss_every=4,
)
SETTINGS = (Hyper(0.003), Hyper(0.03), Hyper(0.01, bias_offset=-1.0, bias_decay=2.0))
SEEDS = (0, 1, 7)
# Products of another batch shape round differently; over 48 steps that stays within this share of
# the value.
TOLERANCE = {"rtol": 1e-3, "atol": 1e-5}


@pytest.fixture(scope="module")
def trained():
    return train_ensemble(CONFIG, SETTINGS, SEEDS)


def _member(trained, seed, setting):
    return jax.tree.map(lambda leaf: leaf[-1, seed, setting], trained.params)


@pytest.mark.parametrize(("seed", "setting"), [(0, 0), (1, 2), (2, 1)])
def test_a_member_of_an_ensemble_equals_the_same_member_alone(trained, seed, setting):
    alone = train_ensemble(CONFIG, [SETTINGS[setting]], [SEEDS[seed]])
    for ours, theirs in zip(
        *map(jax.tree.leaves, (_member(trained, seed, setting), _member(alone, 0, 0))), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, **TOLERANCE)
    np.testing.assert_allclose(trained.losses[seed, setting], alone.losses[0, 0], **TOLERANCE)


def test_an_ensemble_equals_a_loop_over_its_members(trained):
    for at, seed in enumerate(SEEDS):
        world = make_world(CONFIG, seed)
        for setting, hyper in enumerate(SETTINGS):
            member = cases.segment(CONFIG, hyper, world, train.start(CONFIG, hyper, world), 0, 48)
            np.testing.assert_allclose(trained.losses[at, setting], member.losses, **TOLERANCE)


def test_the_same_ensemble_twice_is_the_same_to_the_last_bit(trained):
    again = train_ensemble(CONFIG, SETTINGS, SEEDS)
    for one, other in zip(*map(jax.tree.leaves, (trained, again)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_new_numbers_and_seeds_do_not_retrace(monkeypatch):
    config, traces = dataclasses.replace(CONFIG, batch_size=33), []
    update = train.update
    monkeypatch.setattr(members, "update", lambda *args: traces.append(args) or update(*args))
    train_ensemble(config, SETTINGS, SEEDS)
    first = len(traces)
    train_ensemble(
        config,
        [hyper.replace(learning_rate=hyper.learning_rate * 1.7) for hyper in SETTINGS],
        (3, 4, 5),
    )
    assert first > 0
    assert len(traces) == first


def test_what_no_setting_varies_is_not_mapped():
    stacked = stack_settings(SETTINGS)
    assert set(stacked.varying) == {"learning_rate", "bias_offset", "bias_decay"}
    assert stacked.varying["learning_rate"].shape == (3,)
    assert stacked.shared["feature_density"].shape == ()


def _random_shapes(jaxpr):
    """Shapes of all arrays of uniform numbers that a program draws, those in its loops and calls
    included.
    """
    shapes = []
    for equation in jaxpr.eqns:
        if equation.params.get("name") == "threefry_uniform":
            shapes += [out.aval.shape for out in equation.outvars]
        for value in equation.params.values():
            for inner in value if isinstance(value, tuple | list) else [value]:
                inner = getattr(inner, "jaxpr", inner)
                shapes += _random_shapes(inner) if hasattr(inner, "eqns") else []
    return shapes


def test_one_draw_of_the_data_serves_all_settings_of_a_seed():
    settings = [SETTINGS[0], Hyper(0.1, feature_density=0.3)]  # even where the density differs
    stacked, placement = stack_settings(settings), place_members(CONFIG, len(SEEDS), 2)
    worlds = members.make_worlds(CONFIG, np.array(SEEDS, np.uint32))
    first = members.start_members(CONFIG, placement, stacked, worlds)
    program = jax.make_jaxpr(members.advance_members, static_argnums=(0, 1))(
        CONFIG, placement, stacked, worlds, first, 0, 8
    )
    drawn = [shape for shape in _random_shapes(program.jaxpr) if len(shape) > 1]
    assert [shape[-2:] for shape in drawn] == [(CONFIG.batch_size, CONFIG.n_features)]


@pytest.mark.long
def test_a_diverging_member_takes_no_other_down():
    config = dataclasses.replace(CONFIG, activation="x-exp", optimizer="adam")
    calm, wild = Hyper(0.003), Hyper(30.0)
    together = train_ensemble(config, [calm, wild], (0,))
    alone = train_ensemble(config, [calm], (0,))
    assert not np.isfinite(together.losses[0, 1]).all()
    np.testing.assert_allclose(together.losses[0, 0], alone.losses[0, 0], **TOLERANCE)


def test_records_come_at_every_record_step_and_parameters_when_asked():
    all_params = train_ensemble(
        dataclasses.replace(CONFIG, record_params="all"), SETTINGS[:1], (0,)
    )
    steps = 7  # 1, 2, 4, 8, 16, 32, 48
    assert all_params.records.score.shape == (steps, 1, 1, 20)
    assert all_params.params["encoder"]["kernel"].shape == (steps, 1, 1, 6, 20)
    np.testing.assert_array_equal(all_params.params["encoder"]["bias"], all_params.records.bias)


def test_progress_ends_at_the_last_step():
    seen = []
    train_ensemble(CONFIG, SETTINGS, SEEDS, seen.append)
    assert [at.step for at in seen] == sorted({at.step for at in seen})
    assert seen[-1].step == seen[-1].last_step == 48
    assert 0 < seen[-1].loss < 10
