import numpy as np
import pandas as pd
import pytest

from toymono.evidence.curves import (
    distinguishing,
    groups,
    loss_curves,
    record_curves,
    sorted_bias_curves,
    sweep_axis,
    sweep_curves,
)
from toymono.evidence.tables import SETTINGS, run_table


def test_groups_name_what_tells_settings_apart(smoke_data):
    assert groups(smoke_data)[0] == {"learning_rate": 0.003, "bias_offset": 0.0, "bias_decay": 0.0}
    assert len(groups(smoke_data)) == 6


def test_losses_are_averaged_in_bins_of_a_quarter_octave(smoke_data):
    smoke_data.loss.values[:] = smoke_data.loss_step.values  # a loss equal to its step
    for curve in loss_curves(smoke_data):
        np.testing.assert_allclose(curve.y.mean, curve.x)
        assert np.all(np.diff(curve.x) > 0)
        assert curve.x[-1] / curve.x[-2] < 2**0.5
        assert curve.x[-1] < smoke_data.loss_step[-1]  # the last step does not stand alone


def test_a_record_s_number_is_drawn_for_every_seed(smoke_data):
    curve = record_curves(smoke_data, "n_mono")[4]
    np.testing.assert_array_equal(curve.by_seed, smoke_data.n_mono.values[:, :, 4].T)
    np.testing.assert_allclose(curve.y.mean, smoke_data.n_mono.values[:, :, 4].mean(1))


def test_mono_per_feature_is_the_count_over_the_features(smoke_data):
    per_feature, count = (
        record_curves(smoke_data, "mono_per_feature")[0],
        record_curves(smoke_data, "n_mono")[0],
    )
    np.testing.assert_allclose(per_feature.by_seed, count.by_seed / 16)


def test_sorted_biases_rise(smoke_data):
    for curve in sorted_bias_curves(smoke_data):
        assert np.all(np.diff(curve.by_seed, axis=1) >= 0)


def _table(rows):
    return pd.DataFrame([{**dict.fromkeys(SETTINGS, 0), "diverged": False, **row} for row in rows])


def test_a_sweep_curve_gathers_seeds_by_setting():
    rows = [
        {
            "learning_rate": rate,
            "bias_offset": offset,
            "seed": seed,
            "n_mono": 100 * rate + 10 * offset + seed,
        }
        for rate in (0.1, 0.2, 0.3)
        for offset in (0.0, -1.0)
        for seed in (0, 1)
    ]
    table = _table(rows)
    assert sweep_axis(table) == "learning_rate"
    zero, negative = sweep_curves(table, "learning_rate", "n_mono")
    assert (zero.group, negative.group) == ({"bias_offset": 0.0}, {"bias_offset": -1.0})
    assert zero.x.tolist() == [0.1, 0.2, 0.3]
    assert zero.y.mean == pytest.approx([10.5, 20.5, 30.5])
    assert negative.by_seed == pytest.approx(np.array([[0, 10, 20], [1, 11, 21]]))


def test_a_sweep_over_words_is_drawn_against_a_number():
    table = _table([{"activation": name, "seed": 0, "n_mono": 1} for name in ("relu", "gelu")])
    assert sweep_axis(table) == "learning_rate"
    groups = [curve.group for curve in sweep_curves(table, "learning_rate", "n_mono")]
    assert groups == [{"activation": "relu"}, {"activation": "gelu"}]


def _planned(decays=(2.0,)):
    """Two starts at three rates: steps follow from the rate, the decay from rate and start unless
    there are more.
    """
    rows = [
        {"learning_rate": rate, "n_steps": steps, "bias_offset": offset, "bias_decay": decay}
        for rate, steps in ((0.003, 64), (0.007, 32), (0.03, 16))
        for offset in (0.0, -1.0)
        for decay in ({one / (rate * steps) for one in decays} if offset else {0.0})
    ]
    return _table(rows).assign(n_mono=1, seed=0)


def test_what_x_decides_tells_no_curves_apart():
    table = _planned()
    assert distinguishing(table, "learning_rate") == ["bias_offset"]
    curves = sweep_curves(table, "learning_rate", "n_mono")
    assert [curve.group for curve in curves] == [{"bias_offset": 0.0}, {"bias_offset": -1.0}]
    assert all(curve.x.tolist() == [0.003, 0.007, 0.03] for curve in curves)


def test_a_rate_that_decides_the_steps_names_the_curves_in_their_place():
    assert distinguishing(_planned(), "bias_offset") == ["learning_rate"]


def test_what_x_does_not_decide_tells_curves_apart():
    table = _planned(decays=(2.0, 4.0))
    assert distinguishing(table, "learning_rate") == ["bias_offset", "bias_decay"]
    longer = pd.concat([_planned(), _planned().assign(n_steps=128)])
    assert distinguishing(longer, "learning_rate") == ["n_steps", "bias_offset"]


def test_a_sweep_of_one_setting_is_one_point():
    table = _table([{"learning_rate": 0.1, "seed": seed, "n_mono": seed} for seed in (0, 1, 2)])
    (curve,) = sweep_curves(table, sweep_axis(table), "n_mono")
    assert curve.group == {}
    assert (curve.x.tolist(), curve.y.mean.tolist()) == ([0.1], [1.0])


def test_a_diverged_member_is_left_out_of_every_curve(smoke_data):
    smoke_data.loss[0, 0, -1] = np.nan
    smoke_data.diverged[0, 0] = True
    for measure in (
        "task_loss",
        "mono_per_feature",
    ):  # a diverged member's count is a number and means nothing
        curve = sweep_curves(run_table([smoke_data]), "learning_rate", measure)[0]
        assert curve.y.n.tolist() == [2, 3, 3]
    for curves in (
        record_curves(smoke_data, "n_mono"),
        sorted_bias_curves(smoke_data),
        loss_curves(smoke_data),
    ):
        assert set(curves[0].y.n) == {2}
        assert set(curves[1].y.n) == {3}
