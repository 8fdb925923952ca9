"""Every experiment tabulates and draws: some train for it, all are given made-up results.

That the networks of every preset can be trained is seen in test_presets.py.
"""

import functools
import pathlib

import kaleido
import numpy as np
import pytest
from made_up import store_made_up

from toymono import environment
from toymono.environment import browser
from toymono.evidence.results import read_results, results_of_run
from toymono.evidence.seeds import interval_over_seeds
from toymono.plots.write import read_json

ROOT = pathlib.Path(__file__).parent.parent
SCRIPTS = sorted((ROOT / "experiments").glob("[!_]*.py"))
# With one browser for all, it is a server whose options are set already.
pytestmark = pytest.mark.filterwarnings("ignore:The kopts argument is ignored")
# Those that draw what no other test draws, or that a mutation must fail.
QUICK = ("superposition_small",)
TRAINED = ("demo", "robustness")  # the main result, and most levers, laws and activations

each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
each_script_some_long = pytest.mark.parametrize(
    "script",
    [
        pytest.param(script, id=script.stem, marks=[pytest.mark.long] * (script.stem not in QUICK))
        for script in SCRIPTS
    ],
)


@pytest.fixture(scope="module", autouse=True)
def one_browser():
    """One Chromium draws the images of all experiments."""
    if browser():
        kaleido.start_sync_server(silence_warnings=True)
    yield
    if browser():
        kaleido.stop_sync_server(silence_warnings=True)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The folder in which experiments find each other's runs."""
    return tmp_path_factory.mktemp("experiments")


@pytest.fixture
def untrained(load_script, monkeypatch):
    """Runs hold made-up results."""
    monkeypatch.setattr(environment, "git_commit", functools.cache(environment.git_commit))
    monkeypatch.setattr("_main.run_sweep", store_made_up)


def _tabulates_and_draws(module, script, runs, folder, capsys):
    argv = ["--scale", "smoke", "--out", str(runs), "--figures", str(folder)]
    seeds = getattr(module, "SEEDS", (0, 1, 2))
    more = {"tell": module.tell} if hasattr(module, "tell") else {}
    module.main(script.stem, module.__doc__, module.BATCHES, module.draw, argv, seeds, **more)
    assert f"open {folder / script.stem}.html" in capsys.readouterr().out
    for batch in module.BATCHES:
        results = read_results(folder / f"{batch}.json")
        assert (results.batch, results.scale) == (batch, "smoke")
        assert set(results.table.seed) == set(seeds)
        assert results.provenance["jax_version"]
    figures = {file.stem for file in folder.glob("*.json")} - set(module.BATCHES)
    assert figures
    for name in figures:
        assert read_json(folder / f"{name}.json").layout.title.text
        assert not browser() or (folder / f"{name}.png").stat().st_size > 5000


@each_script_some_long
def test_an_experiment_tabulates_and_draws_its_runs(
    script, load_script, untrained, runs, tmp_path, capsys
):
    _tabulates_and_draws(load_script(script.stem), script, runs, tmp_path, capsys)


@pytest.mark.long
@pytest.mark.parametrize("name", TRAINED)
def test_an_experiment_trains_at_smoke_scale(name, load_script, tmp_path, capsys):
    script = ROOT / "experiments" / f"{name}.py"
    _tabulates_and_draws(load_script(name), script, tmp_path / "runs", tmp_path / "figures", capsys)


@pytest.mark.long
def test_a_batch_trained_seed_by_seed_ends_in_one_file_with_all_seeds(
    load_script, untrained, tmp_path, monkeypatch
):
    module = load_script("reproject")
    monkeypatch.setattr("_main.browser", lambda: None)
    for seed in ("0", "1"):
        folders = ["--out", str(tmp_path / seed), "--figures", str(tmp_path)]
        argv = ["--scale", "smoke", "--seeds", seed, *folders]
        module.main("reproject", module.__doc__, module.BATCHES, module.draw, argv)
    results = read_results(tmp_path / "RP1.json")
    assert (results.batch, results.scale) == ("RP1", "smoke")
    assert results.table.groupby("seed").learning_rate.nunique().to_dict() == {0: 3, 1: 3}
    alone = results_of_run(tmp_path / "0" / "RP1-smoke").table
    ours = results.table[results.table.seed == 0]
    assert ours.task_loss.tolist() == pytest.approx(alone.task_loss.tolist(), rel=1e-5)


@each_script
def test_an_experiment_opens_with_claim_and_figure_command_and_what_to_expect(script, load_script):
    opening = load_script(script.stem).__doc__
    assert all(word in opening for word in ("Paper:", "Command:", "Expect:"))
    assert f"experiments/{script.name}" in opening


def test_the_experiments_cover_every_batch_and_every_figure_of_the_paper_s_results(load_script):
    from toymono.sweeps.presets import PRESETS

    modules = [load_script(script.stem) for script in SCRIPTS]
    assert {batch for module in modules for batch in module.BATCHES} == set(PRESETS)
    source = "".join(script.read_text() for script in SCRIPTS)
    for number in range(1, 24):
        assert f"fig{number:02d}" in source or f"-{number:02d}" in source or number in (9, 19), (
            number
        )


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [
        ((3.0, 5.0), "supported"),
        ((2.9, 5.0), "undecided"),
        ((1.0, 2.9), "refuted"),
        ((10.5, 12.0), "refuted"),
        ((9.0, 10.5), "undecided"),
        ((float("nan"), float("nan")), "untested"),
    ],
)
def test_a_verdict_says_where_the_interval_lies_against_the_range(ends, verdict, load_script):
    found = load_script("_main").verdict
    interval = interval_over_seeds(np.zeros(3))._replace(low=ends[0], high=ends[1])
    assert found(interval, 3.0, 10.0) == verdict


def test_the_table_of_experiments_names_every_script():
    table = (ROOT / "experiments" / "README.md").read_text()
    assert all(f"[{script.name}]({script.name})" in table for script in SCRIPTS)
