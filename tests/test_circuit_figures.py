import dataclasses
import pathlib

import numpy as np
import pytest

from toymono.config import Config, Hyper, Sweep
from toymono.evidence.tables import run_table
from toymono.gallery.circuits import (
    amplitude_curves,
    hand_built_curve,
    hand_built_loss,
    spectrum_figure,
)
from toymono.gallery.figures import member_figure, sweep_figure
from toymono.gallery.runs import open_run
from toymono.sweeps.run import run_sweep

BUILT = Config(
    n_features=16, n_embed=8, n_neurons=41, batch_size=64, n_steps=1, record_phase="peak"
)
BUILT = dataclasses.replace(BUILT, initialization="hand-built", schedule="constant")


@pytest.fixture(scope="module")
def built_run(tmp_path_factory):
    folder: pathlib.Path = tmp_path_factory.mktemp("built") / "run"
    grid = {"learning_rate": (1e-6,), "feature_density": (1 / 8,)}
    run_sweep(Sweep(base=BUILT, grids=(grid,)), folder)
    return open_run(folder)


@pytest.mark.long
def test_a_network_that_stays_hand_built_answers_as_the_hand_built_one(built_run):
    curves = {
        curve.group["part"]: curve.y.mean for curve in amplitude_curves(built_run.units[0], 0)
    }
    np.testing.assert_allclose(curves["network"], curves["hand-built"], atol=1e-3)
    np.testing.assert_allclose(
        curves["network"], curves["biases up to 0"] + curves["biases above 0"], atol=1e-5
    )


@pytest.mark.long
def test_its_linear_block_is_drawn_as_a_step_from_1_to_0(built_run):
    figure = spectrum_figure([("built", built_run.units[0], 0)], "title")
    (line,) = [trace for trace in figure.data if trace.name]
    np.testing.assert_allclose(line.y, [1] * 8 + [0] * 8, atol=1e-3)


@pytest.mark.long
def test_a_loss_is_drawn_beside_that_of_the_hand_built_network(built_run):
    curve = hand_built_curve(built_run.table, "learning_rate")
    losses = [hand_built_loss(BUILT, seed, 1 / 8) for seed in (0, 1, 2)]
    np.testing.assert_allclose(curve.by_seed[:, 0], losses, rtol=1e-6)
    # One step at a rate of a millionth changes nothing, and networks of one seed are measured on
    # the same samples.
    assert built_run.table.sort_values("seed").task_loss.tolist() == pytest.approx(losses, rel=1e-4)
    figure = sweep_figure(built_run.table, "learning_rate")
    assert [trace.name for trace in figure.data].count("hand-built") == 1


@pytest.mark.long
def test_the_page_of_a_network_shows_the_loss_that_its_table_has(built_run):
    for member in (0, 2):
        figure = member_figure(built_run, member)
        (whole,) = {shape.x0 for shape in figure.layout.shapes if shape.x0 == shape.x1}
        assert whole == pytest.approx(built_run.table.task_loss[member], rel=1e-5)
        (bars,) = figure.select_traces({"type": "bar"})
        assert bars.base == whole
        np.testing.assert_allclose(bars.base + np.array(bars.x), bars.customdata)


def test_where_the_hand_built_loss_is_not_one_number_none_is_drawn(smoke_data):
    table = run_table([smoke_data])
    assert hand_built_curve(table, "learning_rate") is not None
    mixed = table.assign(feature_density=np.where(table.setting == 0, 0.5, table.feature_density))
    assert hand_built_curve(mixed, "learning_rate") is None
    assert hand_built_curve(table.assign(task="absolute"), "learning_rate") is None
    narrow = Config(n_features=16, n_embed=8, n_neurons=24)
    assert np.isnan(hand_built_loss(narrow, 0, Hyper().feature_density))
