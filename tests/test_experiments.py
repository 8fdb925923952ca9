"""Every experiment is run, figure included, at smoke scale."""

import importlib.util
import json
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parent.parent
SCRIPTS = sorted((ROOT / "experiments").glob("[!_]*.py"))


def _load(script):
    spec = importlib.util.spec_from_file_location(script.stem, script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_an_experiment_runs_at_smoke_scale_and_leaves_its_figures(script, tmp_path, capsys):
    _load(script).main(["--scale", "smoke", "--out", str(tmp_path / "run")])
    figures = tmp_path / "run" / "figures"
    assert f"open {figures / script.stem}.html" in capsys.readouterr().out
    rows = json.loads((figures / f"{script.stem}.json").read_text())
    assert all(row["jax_version"] and row["n"] for row in rows)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_an_experiment_opens_with_claim_figure_command_minutes_and_what_to_expect(script):
    opening = _load(script).__doc__
    assert all(word in opening for word in ("Paper:", "Command:", "Minutes:", "Expect:"))
