import pathlib

import numpy as np
import pytest

from toymono.config import Config, Hyper
from toymono.toy.model import weights_of
from toymono.toy.tasks import sample_batch
from toymono.training import train

CONFIG = Config(n_features=24, n_embed=12, n_neurons=40, batch_size=64, n_steps=48, schedule_period=16)
# A weight norm above the clamp of 10 and below it, with and without bias decay.
SETTINGS = (Hyper(0.01, feature_density=0.2), Hyper(0.03, bias_offset=-3.0, bias_decay=2.0, feature_density=0.2))
STEPS = 3
# Sums in another order round differently; LAMB divides small gradients by their own size.
TOLERANCE = {"rtol": 1e-3, "atol": 1e-5}


@pytest.fixture(autouse=True)
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(pathlib.Path(__file__).parent.parent / "benchmarks")


@pytest.fixture
def torch():
    return pytest.importorskip("torch", reason="PyTorch is not installed: pip install -e '.[bench]'")


@pytest.fixture(scope="module")
def world():
    return train.make_world(CONFIG, 5)


@pytest.fixture(scope="module")
def batches(world):
    """The batches of the first steps; the targets are the features themselves."""
    return [sample_batch(CONFIG, world.problem, train.data_key(world, step), 0.2) for step in range(STEPS)]


def _ours(hyper, world, batches):
    member = train.start(CONFIG, hyper, world)
    for step, batch in enumerate(batches):
        member = train.update(CONFIG, hyper, batch, member, step)
    return weights_of(member.params)


def _started(hyper, world):
    """The weights that toymono starts from, as numpy arrays that may be written to."""
    return [np.array(leaf) for leaf in weights_of(train.start(CONFIG, hyper, world).params)]


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
    for place, hyper in enumerate(SETTINGS * 2):
        for one, other in zip(_ours(hyper, world, batches), ensemble.params, strict=True):
            np.testing.assert_allclose(one, other[place].detach().numpy().reshape(one.shape), **TOLERANCE)


@pytest.mark.parametrize("program", ["plain", "strong"])
def test_the_draws_of_the_contenders_follow_the_same_law(program, torch):
    """On with probability 0.2, and then uniform: means within 5 standard errors of 0.2 and 0.1."""
    from _plain import PlainModel
    from _strong import StrongEnsemble

    model = PlainModel(CONFIG, SETTINGS[0], 0) if program == "plain" else StrongEnsemble(CONFIG, SETTINGS, (0, 1))
    features = np.concatenate([model.draw().numpy().ravel() for _ in range(64)])
    assert abs((features > 0).mean() - 0.2) < 5 * (0.2 * 0.8 / features.size) ** 0.5
    assert abs(features.mean() - 0.1) < 5 * ((0.2 / 3 - 0.01) / features.size) ** 0.5
    assert features.max() <= 1


def test_parts_hold_every_member_once():
    from _turns import Members

    members = Members(CONFIG, (0.1, 0.2, 0.3, 0.4), (0, 1))
    for n in range(1, 10):
        parts = members.parts(n)
        held = sorted((rate, seed) for part in parts for rate in part.learning_rates for seed in part.seeds)
        assert held == sorted((rate, seed) for rate in members.learning_rates for seed in members.seeds)
        assert len(parts) <= n
