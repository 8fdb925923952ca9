import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from toymono.config import Config, Hyper
from toymono.environment import n_cores
from toymono.toy.model import weights_of
from toymono.toy.tasks import sample_batch
from toymono.toy.world import make_world
from toymono.training import train

CONFIG = Config(
    n_features=24, n_embed=12, n_neurons=40, batch_size=64, n_steps=48, schedule_period=16
)
# A weight norm above the clamp of 10 and below it, with and without bias decay.
SETTINGS = (
    Hyper(0.01, feature_density=0.2),
    Hyper(0.03, bias_offset=-3.0, bias_decay=2.0, feature_density=0.2),
)
STEPS = 3
# Sums in another order round differently; LAMB divides small gradients by their own size.
TOLERANCE = {"rtol": 1e-3, "atol": 1e-5}


BENCHMARKS = pathlib.Path(__file__).parent.parent / "benchmarks"
# Runs a script, with its arguments, as if the packages named first were not installed.
WITHOUT = """
import runpy, sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in missing:
            raise ModuleNotFoundError(name)
_, missing, *sys.argv = sys.argv
missing = missing.split(",")
sys.meta_path.insert(0, Missing())
sys.path[0] = sys.argv[0].rpartition("/")[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(autouse=True)
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)


@pytest.fixture
def torch():
    return pytest.importorskip(
        "torch", reason="PyTorch is not installed: pip install -e '.[bench]'"
    )


@pytest.fixture(scope="module")
def world():
    return make_world(CONFIG, 5)


@pytest.fixture(scope="module")
def batches(world):
    """The batches of the first steps; the targets are the features themselves."""
    return [
        sample_batch(CONFIG, world.problem, train.data_key(world, step), {"feature_density": 0.2})
        for step in range(STEPS)
    ]


def _ours(hyper, world, batches):
    member = train.start(CONFIG, hyper, world)
    for step, batch in enumerate(batches):
        member = train.update(CONFIG, hyper, train.step_data(world, batch, step), member)
    return _arrays(member)


def _arrays(member):
    """Encoder, bias and decoder."""
    return weights_of(member.params)[:3]


def _started(hyper, world):
    """The weights that toymono starts from, as numpy arrays that may be written to."""
    return [np.array(leaf) for leaf in _arrays(train.start(CONFIG, hyper, world))]


@pytest.mark.parametrize("hyper", SETTINGS)
def test_the_plain_loop_makes_toymono_s_updates(hyper, world, batches, torch):
    from _plain import PlainModel

    model = PlainModel(CONFIG, hyper, seed=0)
    encoder, bias, decoder = (torch.from_numpy(leaf) for leaf in _started(hyper, world))
    model.embedding = torch.from_numpy(np.array(world.problem.embedding))
    model.encoder.load_state_dict({"weight": encoder.T, "bias": bias})
    model.decoder.load_state_dict({"weight": decoder.T})
    for batch in batches:
        model.step(torch.from_numpy(np.array(batch.targets)))
    theirs = (model.encoder.weight.T, model.encoder.bias, model.decoder.weight.T)
    for one, other in zip(_ours(hyper, world, batches), theirs, strict=True):
        np.testing.assert_allclose(one, other.detach().numpy(), **TOLERANCE)


def test_the_strong_version_makes_toymono_s_updates_for_every_member(world, batches, torch):
    from _strong import StrongEnsemble

    ensemble = StrongEnsemble(CONFIG, SETTINGS, (0, 1))
    started = [_started(hyper, world) for hyper in SETTINGS * 2]
    with torch.no_grad():
        for param, leaves in zip(ensemble.params, zip(*started, strict=True), strict=True):
            param.copy_(torch.from_numpy(np.stack(leaves)).view_as(param))
    ensemble.embedding = torch.from_numpy(np.stack([world.problem.embedding] * 2))
    for batch in batches:
        ensemble.step(torch.from_numpy(np.stack([batch.targets] * 2)))
    for index, hyper in enumerate(SETTINGS * 2):
        for one, other in zip(_ours(hyper, world, batches), ensemble.params, strict=True):
            np.testing.assert_allclose(
                one, other[index].detach().numpy().reshape(one.shape), **TOLERANCE
            )


@pytest.mark.parametrize("program", ["plain", "strong"])
def test_the_draws_of_the_contenders_follow_the_same_law(program, torch):
    """On with probability 0.2, and then uniform: means within 5 standard errors of 0.2 and 0.1."""
    from _plain import PlainModel
    from _strong import StrongEnsemble

    model = (
        PlainModel(CONFIG, SETTINGS[0], 0)
        if program == "plain"
        else StrongEnsemble(CONFIG, SETTINGS, (0, 1))
    )
    features = np.concatenate([model.draw().numpy().ravel() for _ in range(64)])
    assert abs((features > 0).mean() - 0.2) < 5 * (0.2 * 0.8 / features.size) ** 0.5
    assert abs(features.mean() - 0.1) < 5 * ((0.2 / 3 - 0.01) / features.size) ** 0.5
    assert features.max() <= 1


def test_parts_hold_every_member_once():
    from _turns import Members

    members = Members(CONFIG, (0.1, 0.2, 0.3, 0.4), (0, 1))
    for n in range(1, 10):
        parts = members.parts(n)
        held = sorted(
            (rate, seed) for part in parts for rate in part.learning_rates for seed in part.seeds
        )
        assert held == sorted(
            (rate, seed) for rate in members.learning_rates for seed in members.seeds
        )
        assert len(parts) <= n


@pytest.mark.parametrize(
    "program",
    [pytest.param(name, marks=pytest.mark.long) for name in ("ours", "strong")] + ["plain"],
)
def test_a_contender_trains_all_its_members_in_both_ways_of_using_the_cores(program, request):
    from _turns import Members, contenders

    if program != "ours":
        request.getfixturevalue("torch")
    members = Members(CONFIG, (0.01,), (0, 1))
    with contenders((program,), members) as ready:
        answers = [contender.advance(2) for contender in ready]
    assert [len(losses) for _, losses in answers] == [1, min(2, n_cores())]
    assert all(0 < loss < 5 for _, losses in answers for loss in losses)


def test_the_table_holds_each_round_against_the_better_way_of_toymono(capsys):
    from training import PROGRAMS, print_times

    class Run:
        def __init__(self, program, way):
            self.program, self.way = program, way

    slowness = {"one": 1, "all": 2}
    times = {
        Run(program, way): [0.002 * slow, 0.004]
        for program in PROGRAMS
        for way, slow in slowness.items()
    }
    print_times(times, CONFIG)
    lines = capsys.readouterr().out.splitlines()
    slower = "".join(line for line in lines if "loop" in line and " all " in line)
    assert "4.00 (4.00 to 4.00)" in slower
    assert "1.50 (1.00 to 2.00)" in slower
    assert "75 (50 to 100)" in slower


@pytest.mark.long
def test_a_step_is_compiled_once_for_each_width():
    done = _run(
        [
            sys.executable,
            BENCHMARKS / "scaling.py",
            "--scale",
            "smoke",
            "--rounds",
            "1",
            "--members",
            "1",
        ]
    )
    widths = done.partition("times a step is compiled")[2]
    assert [line.split()[-1] for line in widths.splitlines() if line.strip()[:1].isdigit()] == [
        "1",
        "1",
        "1",
    ]


@pytest.mark.long
def test_the_accelerator_benchmark_runs_where_nothing_can_be_drawn_or_kept(tmp_path):
    options = [
        "--scale",
        "smoke",
        "--seconds",
        "0.1",
        "--members",
        "2",
        "--steps",
        "64",
        "--seeds",
        "0",
        "1",
    ]
    script = [BENCHMARKS / "accelerator.py", *options, "--out", tmp_path / "numbers.json"]
    _run([sys.executable, "-c", WITHOUT, "plotly,tyro,h5netcdf,h5py,dash,kaleido", *script])
    numbers = json.loads((tmp_path / "numbers.json").read_text())
    assert [row["members"] for row in numbers["speeds"]] == [2] * 3
    assert all(
        row["lowest"] <= row["member_steps_per_s"] <= row["highest"] for row in numbers["speeds"]
    )
    assert all(0 < row["table_1"] < row["all"] for row in numbers["projections"])
    assert all(
        row["difference"] == 0 for row in numbers["differences"] if row["precision"] == "float32"
    )
    assert {row["n"] for row in numbers["differences"]} == {2}


def _run(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout
