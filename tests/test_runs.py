import dataclasses
import doctest
import pathlib
import types

import numpy as np
import pandas as pd
import plotly.io
import pytest
from made_up import store_made_up

import toymono
from toymono.config import Config, InputError, Sweep
from toymono.evidence.tables import member_table, over_seeds
from toymono.gallery import runs
from toymono.gallery.runs import open_run, train
from toymono.plots.figure import Figure
from toymono.sweeps.store import read_member, read_run


@pytest.fixture(scope="module")
def run(smoke_run):
    return open_run(str(smoke_run))


def test_a_run_in_memory_is_the_one_that_a_folder_keeps(tmp_path, capsys):
    sweep = Sweep(
        base=Config(
            n_features=6, n_embed=3, n_neurons=8, batch_size=16, n_steps=64, record_phase="peak"
        )
    )
    gone = train(sweep, quiet=True)
    assert capsys.readouterr().err == ""
    kept = train(sweep, str(tmp_path / "run"), workers=np.int64(1))
    assert "step 64/64" in capsys.readouterr().err
    np.testing.assert_array_equal(gone.table.task_loss, kept.table.task_loss)
    np.testing.assert_array_equal(gone.units[0].score, open_run(tmp_path / "run").units[0].score)
    assert repr(gone) == "Run of 3 members (in memory): 3 seeds"
    assert repr(kept) == "Run of 3 members (run): 3 seeds"


def test_a_member_is_the_one_in_its_row_of_the_table(run, smoke_data):
    member, row = run.member(np.int64(7)), run.table.loc[7]
    assert (member.seed, member.hyper.learning_rate) == (row.seed, pytest.approx(row.learning_rate))
    assert member.config.n_neurons == row.n_neurons
    assert int((member.specimen.scores > 0.999).sum()) == row.n_mono
    history = member.history("n_mono")
    assert (history.dims, int(history[-1])) == (("step",), row.n_mono)
    assert history.step.values.tolist() == smoke_data.step.values.tolist()
    assert repr(member).startswith(f"Member 7 ({member.label}): task loss {row.task_loss:.4g}")
    earlier = run.member(7, step=int(smoke_data.step[0]))
    assert not np.array_equal(earlier.specimen.bias, member.specimen.bias)


def test_intervals_over_seeds_are_those_of_its_table(run, smoke_data):
    found = run.over_seeds("task_loss", "n_mono")
    expected = over_seeds(member_table(smoke_data), ("task_loss", "n_mono"))
    np.testing.assert_array_equal(found.task_loss_low, expected.task_loss_low)


@pytest.mark.parametrize(
    ("ask", "sentence"),
    [
        (lambda run: run.member(18), "member must be a whole number from 0 to 17, but is 18"),
        (lambda run: run.member(-1), "member must be .* but is -1"),
        (lambda run: run.member(0, step=3), "step must be one of .* but is 3"),
        (lambda run: run.member(0).history("mono"), "measure must be .*: loss, .* but is 'mono'"),
        (lambda run: run.over_seeds("mono"), "measure must be a column of numbers.*'mono'"),
        (lambda run: run.over_seeds("task"), "measure must be a column of numbers.*'task'"),
        (lambda run: read_member(run.units[0], 9, 0), "seed must be one of 0, 1, 2, but is 9"),
        (lambda run: read_member(run.units[0], 0, 6), "setting must be one of .*5, but is 6"),
        (lambda run: read_member(run.units[0], 0, -1), "setting must be one of .* but is -1"),
        (lambda run: open_run("no such run"), "folder must be a run.* but is 'no such run'"),
        (lambda run: read_run("no such run"), "folder must be a run.* but is 'no such run'"),
        (lambda run: train(Sweep(base=Config()), workers=0), "workers must be .* but is 0"),
    ],
)
def test_what_a_run_does_not_have_is_refused_in_one_sentence(run, ask, sentence):
    with pytest.raises(InputError, match=sentence) as error:
        ask(run)
    assert "\n" not in str(error.value)


def test_a_figure_shown_in_a_notebook_offers_no_upload(run, monkeypatch):
    monkeypatch.setattr(plotly.io.renderers, "default", "plotly_mimetype")
    figure, configs = run.member(0).map(), []
    (bundle,) = figure._repr_mimebundle_().values()
    assert bundle["config"]["showSendToCloud"] is False
    monkeypatch.setattr(plotly.io, "show", lambda figure, **how: configs.append(how["config"]))
    figure.show()
    figure._ipython_display_()
    assert [config["showSendToCloud"] for config in configs] == [False, False]


def test_every_figure_is_of_the_kind_that_is_safe_to_show():
    plots = pathlib.Path(toymono.__file__).parent / "plots"
    for file in plots.glob("*.py"):
        text = file.read_text().replace("class Figure(go.Figure)", "")
        assert "go.Figure(" not in text, file
        assert text.count("make_subplots(") == text.count("figure=Figure()"), file
    assert issubclass(Figure, plotly.graph_objects.Figure)


@pytest.mark.long
def test_examples_in_docstrings_hold(run, smoke_run):
    # Checks of shapes wrap functions, so that doctest takes them for another module's.
    known = {**vars(runs), "run": run, "folder": smoke_run}
    found = [
        test
        for name in ("Member", "Run", "open_run", "train")
        for test in doctest.DocTestFinder().find(vars(runs)[name], name, module=False, globs=known)
        if test.examples
    ]
    assert len(found) == 4
    assert sum(doctest.DocTestRunner().run(test).failed for test in found) == 0


def test_the_public_names_are_those_that_completion_offers():
    assert sorted(toymono.__all__) == dir(toymono)
    assert all(hasattr(toymono, name) for name in toymono.__all__)
    assert not any(isinstance(getattr(toymono, n), types.ModuleType) for n in toymono.__all__)


def test_a_sweep_whose_seeds_lie_in_two_folders_is_read_as_one_run(tmp_path):
    base = Config(n_features=6, n_embed=3, n_neurons=8, batch_size=16, n_steps=16)
    grids = ({"n_neurons": (8, 9)},)
    sweep = Sweep(base=base, grids=grids, seeds=(0, 3))
    store_made_up(sweep, tmp_path / "whole")
    for seed in sweep.seeds:
        store_made_up(dataclasses.replace(sweep, seeds=(seed,)), tmp_path / str(seed))
    whole = open_run(tmp_path / "whole")
    joined = open_run(*(tmp_path / str(seed) for seed in sweep.seeds))
    pd.testing.assert_frame_equal(joined.table, whole.table)
    assert len(joined.units) == len(whole.units)
