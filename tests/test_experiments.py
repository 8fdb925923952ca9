"""Every experiment is run, figures included, at smoke scale."""

import importlib.util
import pathlib

import pytest

from toymono.environment import browser
from toymono.evidence.results import read_results, results_of_run
from toymono.plots.write import read_json

ROOT = pathlib.Path(__file__).parent.parent
SCRIPTS = sorted((ROOT / "experiments").glob("[!_]*.py"))


@pytest.fixture(scope="session")
def runs(tmp_path_factory):
    return tmp_path_factory.mktemp("experiments")


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "experiments")

    def by_path(script):
        spec = importlib.util.spec_from_file_location(script.stem, script)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return by_path


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_an_experiment_runs_at_smoke_scale_and_leaves_its_tables_and_figures(
    script, load, runs, tmp_path, capsys
):
    module = load(script)
    argv = ["--scale", "smoke", "--out", str(runs), "--figures", str(tmp_path)]
    seeds = getattr(module, "SEEDS", (0, 1, 2))
    module.main(script.stem, module.__doc__, module.BATCHES, module.draw, argv, seeds)
    assert f"open {tmp_path / script.stem}.html" in capsys.readouterr().out
    for batch in module.BATCHES:
        results = read_results(tmp_path / f"{batch}.json")
        assert (results.batch, results.scale) == (batch, "smoke")
        assert set(results.table.seed) == set(seeds)
        assert results.provenance["jax_version"]
    figures = {file.stem for file in tmp_path.glob("*.json")} - set(module.BATCHES)
    assert figures
    for name in figures:
        assert read_json(tmp_path / f"{name}.json").layout.title.text
        assert not browser() or (tmp_path / f"{name}.png").stat().st_size > 5000


def test_a_batch_trained_seed_by_seed_ends_in_one_file_with_all_seeds(load, tmp_path, monkeypatch):
    module = load(ROOT / "experiments" / "reproject.py")
    monkeypatch.setattr("_main.browser", lambda: None)  # images take longer than the training
    for seed in ("0", "1"):
        argv = [
            "--scale",
            "smoke",
            "--seeds",
            seed,
            "--out",
            str(tmp_path / seed),
            "--figures",
            str(tmp_path),
        ]
        module.main("reproject", module.__doc__, module.BATCHES, module.draw, argv)
    results = read_results(tmp_path / "RP1.json")
    assert (results.batch, results.scale) == ("RP1", "smoke")
    assert results.table.groupby("seed").learning_rate.nunique().to_dict() == {0: 3, 1: 3}
    alone = results_of_run(tmp_path / "0" / "RP1-smoke").table
    ours = results.table[results.table.seed == 0]
    assert ours.task_loss.tolist() == pytest.approx(alone.task_loss.tolist(), rel=1e-5)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_an_experiment_opens_with_claim_and_figure_command_and_what_to_expect(script, load):
    opening = load(script).__doc__
    assert all(word in opening for word in ("Paper:", "Command:", "Expect:"))
    assert f"experiments/{script.name}" in opening


def test_the_experiments_cover_every_batch_and_every_figure_of_the_paper_s_results(load):
    from toymono.sweeps.presets import PRESETS

    modules = [load(script) for script in SCRIPTS]
    assert {batch for module in modules for batch in module.BATCHES} == set(PRESETS)
    source = "".join(script.read_text() for script in SCRIPTS)
    for number in range(1, 24):
        assert f"fig{number:02d}" in source or f"-{number:02d}" in source or number in (9, 19), (
            number
        )


def test_the_table_of_experiments_names_every_script():
    table = (ROOT / "experiments" / "README.md").read_text()
    assert all(f"[{script.name}]({script.name})" in table for script in SCRIPTS)
