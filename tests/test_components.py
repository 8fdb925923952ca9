import dataclasses
import importlib
import pathlib
import pickle
import shutil

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from running import refusal

import toymono as tm
from toymono.analysis.theory import feature_moments
from toymono.command_line.main import main
from toymono.command_line.parsing import parsed
from toymono.components import registry
from toymono.components.component import Component, Number
from toymono.components.registry import components
from toymono.config import Config, Hyper, InputError, Sweep, known_numbers
from toymono.evidence.tables import brief, lowest, over_seeds, run_table
from toymono.explorer.page import index
from toymono.explorer.server import Explored
from toymono.plots.style import axis_title
from toymono.sweeps.run import run_sweep
from toymono.sweeps.store import read_run
from toymono.toy.tasks import lone_targets, n_outputs, sample_batch, sample_features
from toymono.toy.world import make_world
from toymono.training import members, train
from toymono.training.ensemble import train_ensemble
from toymono.training.members import stack_settings
from toymono.training.train import start, step_data, trained_loss

FILE = pathlib.Path(__file__).with_name("own_ideas.py")
SMALL = Config(n_features=12, n_embed=6, n_neurons=20, batch_size=32, n_steps=32, schedule="cosine")


@pytest.fixture(scope="module", autouse=True)
def own_ideas():
    return importlib.import_module(FILE.stem)


def _own(**chosen):
    return dataclasses.replace(SMALL, **chosen)


@pytest.fixture(scope="module")
def own_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("own") / "run"
    grids = ({"rho": (0.0, 1.0), "positive_bias": (0.0, 0.1)},)
    base = _own(feature_law="own_ideas:pairs", activation="topk", options={"k": 5})
    base = dataclasses.replace(base, measures=("own_ideas:effective_features",))
    run_sweep(Sweep(base=base, grids=grids, seeds=(0, 1)), folder)
    return folder


def test_a_law_of_one_s_own_draws_what_it_says():
    config = _own(feature_law="pairs", batch_size=4096)
    for rho in (0.0, 0.5, 1.0):
        numbers = {"feature_density": 0.25, "rho": rho}
        on = np.asarray(sample_features(config, jax.random.key(0), numbers) > 0)
        both = (on[:, ::2] & on[:, 1::2]).mean()
        assert both == pytest.approx(0.25 * (rho + (1 - rho) * 0.25), abs=0.01)
    on = sample_features(
        _own(feature_law="never-both"), jax.random.key(0), {"feature_density": 0.4}
    )
    assert not np.any((on[:, ::2] > 0) & (on[:, 1::2] > 0)) and np.any(on > 0)


def test_a_task_of_one_s_own_takes_any_law_and_a_signed_task_a_law_of_one_s_own():
    problem = make_world(SMALL, 0).problem
    assert n_outputs(_own(task="own_ideas:sorted")) == 12
    assert bool((lone_targets(_own(task="sorted"), problem)[0] == 1).all())
    signed = _own(task="absolute", feature_law="pairs", batch_size=512)
    features = sample_features(signed, jax.random.key(0), {"feature_density": 0.5, "rho": 0.5})
    assert float(features.min()) < -0.5 and float(features.max()) > 0.5


def test_a_penalty_acts_with_its_weight_and_is_left_out_where_no_setting_gives_it():
    world = make_world(SMALL, 0)
    idle, one = Hyper(), Hyper(positive_bias=0.5)
    params = start(SMALL, idle, world).params
    batch = sample_batch(SMALL, world.problem, world.key_data, idle)
    data = step_data(world, batch, 0)
    added = trained_loss(SMALL, one, params, data)[0] - trained_loss(SMALL, idle, params, data)[0]
    due = 0.5 * jnp.maximum(params["encoder"]["bias"], 0).sum()
    assert float(added) == pytest.approx(float(due), rel=1e-4)
    assert "positive_bias" not in stack_settings([Hyper(positive_bias=0.0)]).shared
    assert "positive_bias" in stack_settings([Hyper(positive_bias=0.0), one]).varying


@pytest.mark.long
def test_new_numbers_of_one_s_own_do_not_retrace(monkeypatch):
    config, traces = _own(feature_law="pairs", batch_size=33), []
    update = train.update
    monkeypatch.setattr(members, "update", lambda *args: traces.append(args) or update(*args))
    train_ensemble(config, [Hyper(rho=0.1, positive_bias=0.2)], (0,))
    first = len(traces)
    train_ensemble(config, [Hyper(rho=0.3, positive_bias=0.4)], (0,))
    assert len(traces) == first > 0


def test_what_is_static_fixes_the_program_and_keeps_its_default_unless_it_is_given(own_ideas):
    assert dict(_own(activation="topk").options) == {"k": 8}
    models = list(Sweep(base=_own(activation="topk"), grids=({"k": (2, 4)},)).models())
    assert [dict(config.options)["k"] for config, _ in models] == [2, 4]
    x = jnp.array([3.0, -1.0, 2.0, 1.0])
    assert own_ideas.topk(x, 2).tolist() == [3, 0, 2, 0]
    changed = Sweep(base=_own(activation="topk"), grids=({"activation": ("relu",)},))
    assert next(changed.models())[0].options == ()


CHOSEN = {
    "lever": {},
    "optimizer": {"optimizer": "momentum"},
    "schedule": {"schedule": "warm-up"},
    "task": {"task": "sorted"},
}
TOGETHER = {kind: name for one in CHOSEN.values() for kind, name in one.items()}


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param(TOGETHER, id="all together"),
        *(pytest.param(one, id=kind, marks=pytest.mark.long) for kind, one in CHOSEN.items()),
    ],
)
def test_every_kind_of_component_trains_from_outside(tmp_path, chosen):
    grid = {"learning_rate": (0.01,), "shrink": (0.0, 0.5)}
    run_sweep(Sweep(base=_own(**chosen), grids=(grid,), seeds=(0,)), tmp_path / "run")
    (unit,) = read_run(tmp_path / "run")
    assert bool(np.isfinite(unit.loss).all())
    kept, lost = (abs(unit.encoder_kernel.isel(setting=at)).mean() for at in (0, 1))
    assert float(lost) < 0.1 * float(kept)


def test_a_run_knows_the_components_and_numbers_it_was_made_with(own_run):
    assert (own_run / "components" / "own_ideas.py").read_text() == FILE.read_text()
    table = run_table(read_run(own_run))
    assert set(table.feature_law) == {"own_ideas:pairs"} and set(table.k) == {5}
    assert sorted(set(zip(table.rho, table.positive_bias, strict=True))) == [
        (0, 0),
        (0, 0.1),
        (1, 0),
        (1, 0.1),
    ]
    assert {"rho", "positive_bias"} <= set(over_seeds(table, ("task_loss",)).columns)


def test_a_measure_of_one_s_own_is_recorded_tabulated_and_kept_within_its_range(own_run):
    (unit,) = read_run(own_run)
    member = tm.open_run(own_run).member(3)
    on = np.asarray(member.specimen.responses) > 0
    assert on.shape == (20, 12) and on.sum(axis=0).max() == 5  # the k of its activation
    due = tm.effective_number(member.specimen.responses)
    kept = member.history("effective_features")
    assert kept.dims == ("step", "neuron")
    np.testing.assert_allclose(kept.isel(step=-1), due, rtol=1e-5)
    table = run_table([unit])
    assert table.effective_features[3] == pytest.approx(float(due.mean()), rel=1e-5)
    assert lowest("effective_features") == 0
    assert "effective_features" in brief(table)
    assert axis_title("effective_features") == "effective features"


@pytest.mark.long
def test_a_run_is_explored_with_its_code_and_as_far_as_it_goes_without(own_run, monkeypatch):
    member = Explored([own_run]).piece("member-0-3")
    assert "effective features" in member["neurons"]["columns"]
    assert member["densities"] is None  # of pairs: the page draws no inputs
    known = components("activation")
    named = dataclasses.replace(known["own_ideas:topk"], function=None)
    monkeypatch.setitem(known, "own_ideas:topk", named)
    jax.clear_caches()  # a process that never had the code has compiled nothing with it
    without = Explored([own_run])
    assert "fault" not in index(without.studies, [None], [""])["runs"][0]
    assert without.piece("tables-0")["tables"]
    with pytest.raises(InputError, match=r"--with own_ideas\.py"):
        without.piece("member-0-3")


def test_a_measure_with_the_name_of_another_array_is_refused_before_anything_is_written(tmp_path):
    tm.neuron_measure("score")(lambda net: net.scores)
    try:
        sweep = Sweep(base=_own(measures=("test_components:score",)))
        with pytest.raises(InputError, match="a name that the results do not have yet"):
            run_sweep(sweep, tmp_path / "run")
    finally:
        registry._known["neuron_measure"].pop("test_components:score")
    assert not (tmp_path / "run").exists()


def test_a_run_records_no_measure_that_is_known_by_name_alone(monkeypatch):
    named = Component("neuron_measure", "elsewhere:spread", {}, None)
    monkeypatch.setitem(registry._known, "neuron_measure", {named.name: named})
    assert parsed(["run", "custom", "--seeds", "0"]).what.sweep().base.measures == ()


@pytest.mark.long
def test_a_sweep_of_arrays_over_one_s_own_number_trains_in_memory():
    grids = ({"rho": np.linspace(0, 1, 2), "n_neurons": np.array([20])},)
    sweep = tm.Sweep(base=_own(feature_law="own_ideas:pairs"), grids=grids, seeds=range(2))
    run = tm.train(sweep, quiet=True)
    assert run.table.rho.tolist() == [0, 0, 1, 1]
    assert {"rho", "task_loss_low"} <= {*run.over_seeds("task_loss").columns}


def test_a_number_of_a_law_that_is_not_given_has_its_default():
    drawn = [
        sample_features(_own(feature_law="pairs"), jax.random.key(1), numbers)
        for numbers in ({"feature_density": 0.3}, {"feature_density": 0.3, "rho": 0.0})
    ]
    assert jnp.array_equal(*drawn)


def test_pickled_numbers_need_no_code():
    hyper = Hyper(positive_bias=0.5)
    assert pickle.loads(pickle.dumps(hyper)) == hyper


BAD = {
    "a number without a declaration": (
        lambda: tm.penalty("p", weight=1.0), "weight must be a toymono.Number"
    ),
    "a number that is no parameter": (
        lambda: tm.activation("a", q=Number("q", static=True))(lambda x: x),
        "activation a must be a function with a parameter for each of its numbers, but is 'without",
    ),
    "a mapped number of an activation": (
        lambda: tm.activation("a", q=Number("q"))(lambda x, q: x), "q must be static"
    ),
    "a mapped number of an amplitude law": (
        lambda: tm.amplitude_law("a", mean=1, power=1, q=Number("q"))(lambda x, q: x),
        "q must be static in an amplitude law",
    ),
    "a mapped number of an optimizer": (
        lambda: tm.optimizer("a", q=Number("q"))(lambda q: q), "q must be static in an optimizer"
    ),
    "a number that another has": (
        lambda: tm.after_update("mine", l1=Number("x"))(lambda weights, update, l1: weights),
        "must be one that no other component has (l1 has it)",
    ),
    "a value out of range": (
        lambda: Sweep(base=_own(feature_law="pairs"), grids=({"rho": (2.0,)},)),
        "rho must be at least 0 and at most 1, but is 2.0",
    ),
    "an unknown law": (lambda: _own(feature_law="triples"), "feature_law must be one of uniform"),
    "theory of a law that has none": (
        lambda: feature_moments(_own(feature_law="pairs"), 0.1),
        "feature_law must be a law whose moments are known",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("act", "said"), BAD.values(), ids=BAD)
def test_a_bad_declaration_or_value_is_one_sentence(act, said):
    known = {kind: dict(components(kind)) for kind in ("activation", "after_update", "penalty")}
    with pytest.raises(InputError) as refused:
        act()
    assert said in str(refused.value)
    assert known == {kind: components(kind) for kind in known}


def test_a_name_that_toymono_has_stays_toymono_s(monkeypatch):
    monkeypatch.setitem(registry._known, "activation", dict(components("activation")))
    tm.activation("relu")(lambda x: 2 * x)
    assert _own(activation="relu").activation == "relu"
    assert _own(activation="test_components:relu").activation == "test_components:relu"


def test_every_number_has_a_rule_that_its_default_keeps():
    for name, number in known_numbers().items():
        assert number.checked(name, number.default) == number.default
        assert number.rule and number.meaning


def test_a_changed_file_cannot_go_on_with_a_run(own_run, tmp_path, monkeypatch, capsys):
    folder = shutil.copytree(own_run, tmp_path / "run")
    kept = folder / "components" / "own_ideas.py"
    kept.write_text(kept.read_text() + "# changed\n")
    # As in a process that has not loaded the file; other tests have.
    known = {kind: dict(of) for kind, of in registry._known.items()}
    sources = {name: of for name, of in registry._sources.items() if name != "own_ideas"}
    monkeypatch.setattr(registry, "_known", known)
    monkeypatch.setattr(registry, "_sources", sources)
    with pytest.raises(SystemExit, match="2"):
        main(["resume", str(folder)])
    assert "must be the file that the run was started with" in refusal(capsys.readouterr().err)
