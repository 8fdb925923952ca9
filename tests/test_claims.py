import numpy as np
import pandas as pd
import pytest

from toymono.analysis.theory import denoisers, predicted_losses
from toymono.config import Config
from toymono.evidence import quantities as q
from toymono.evidence.bias_thresholds import (
    bias_threshold,
    density_exponent,
    dimension_exponent,
    thresholds,
)
from toymono.evidence.claims import (
    Claim,
    Part,
    Quantity,
    holm,
    judge,
    outside_p,
    overall,
    verdict_table,
)
from toymono.evidence.mechanism_claims import MECHANISM
from toymono.evidence.paper_claims import CLAIMS
from toymono.evidence.predictions import best_kink, least_loss, over_prediction
from toymono.toy.world import make_world

FINISHED = {"finished": True, "diverged": False}


def _arms(gains):
    """Two batches whose mono share differs by these numbers, one for each seed, on seeds that
    scatter far more.
    """
    rows = [
        {"seed": seed, "learning_rate": 0.01, "share": 10.0 * seed, "gain": gain, **FINISHED}
        for seed, gain in enumerate(gains)
    ]
    one = pd.DataFrame(rows)
    return {"A": one, "B": one.assign(share=one.share + one.gain)}


GAIN = Claim(
    "X",
    "B has more",
    (
        Part(
            "B less A",
            "",
            q.difference(q.values("B", "share"), q.values("A", "share")),
            at_least=0.1,
        ),
    ),
)


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [
        ((0.30, 0.31, 0.29), "supported"),
        ((-0.30, -0.31, -0.29), "refuted"),
        ((0.01, 0.0, -0.01), "refuted"),  # surely smaller than what counts
        ((0.5, -0.4, 0.2), "inconclusive"),
        ((0.3,), "inconclusive"),  # one seed
    ],
)
def test_a_planted_effect_is_judged_as_planted(gains, verdict):
    (judgement,) = judge(GAIN, _arms(gains))
    assert (judgement.verdict, judgement.n) == (verdict, len(gains))


def test_pure_noise_is_seldom_called():
    rng = np.random.default_rng(0)
    called = [
        judge(GAIN, _arms(0.1 + rng.normal(size=3)))[0].verdict != "inconclusive"
        for _ in range(200)
    ]
    assert np.mean(called) < 0.1  # 5 % by construction


def test_a_missing_batch_is_untested():
    (judgement,) = judge(GAIN, {"A": _arms((1, 2))["A"]})
    assert (judgement.verdict, judgement.n) == ("untested", 0)


def _constant(*values):
    return Quantity(frozenset(), lambda tables: pd.Series(values))


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ((0.3, 0.31, 0.29), "supported"),
        ((0.1, 0.3, 0.2), "inconclusive"),  # the interval leaves the range
        ((-0.5, -0.51, -0.49), "refuted"),
        ((2.5, 2.51, 2.49), "refuted"),
        ((64.0, 64.0, 64.0), "refuted"),
        ((0.5, 0.5, 0.5), "supported"),
    ],
)
def test_an_interval_is_held_against_a_range(values, verdict):
    (judgement,) = judge(Claim("", "", (Part("", "", _constant(*values), 0.1, 1.0),)), {})
    assert judgement.verdict == verdict


def test_seeds_that_are_all_alike_have_no_interval():
    (judgement,) = judge(Claim("", "", (Part("", "", _constant(64.0, 64.0, 64.0), 60.0),)), {})
    assert np.isnan([judgement.low, judgement.high]).all()


def test_p_is_that_of_the_textbook_t_test():
    # mean 2, s = 1, n = 3, range up to 0: t = 2 sqrt(3) = 3.464, two-sided p with 2 degrees of
    # freedom .0742
    values = np.array([1.0, 2.0, 3.0])
    assert outside_p(values, -np.inf, 0.0) == pytest.approx(0.0742, abs=1e-4)
    assert outside_p(values, 4.0, np.inf) == pytest.approx(0.0742, abs=1e-4)
    assert outside_p(values, 1.9, 2.1) == 1.0


def test_holm_s_correction_is_the_textbook_one():
    # Four hypotheses: .005 x 4, .01 x 3, .03 x 2, and no less than the one before for .04 x 1.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([float("nan"), 0.04])[1] == 0.04


def test_with_more_parts_it_takes_more_to_refute():
    near = Part(
        "", "", _constant(-1.0, -1.5, -0.5, -1.2, -0.8), at_least=-0.5
    )  # t(4) = 2.94, p = .042
    within = Part("", "", _constant(1.0, 1.1, 0.9), at_least=0.0)
    assert judge(Claim("", "", (near,)), {})[0].verdict == "refuted"
    assert judge(Claim("", "", (near, within)), {})[0].verdict == "inconclusive"


def _rates(unfinished=()):
    """Three seeds at three rates, the loss being the rate's index plus 1; some (seed, index)
    unfinished.
    """
    rows = [
        {
            "seed": seed,
            "learning_rate": rate,
            "task_loss": 1.0 + index,
            "finished": (seed, index) not in unfinished,
            "diverged": False,
        }
        for seed in (0, 1, 2)
        for index, rate in enumerate((0.003, 0.01, 0.03))
    ]
    return pd.DataFrame(rows)


def test_settings_are_aligned_before_they_are_divided():
    # The first batch lacks the first rate: means over whatever each has would differ, 2.5 against
    # 2.
    tables = {"A": _rates()[lambda t: t.learning_rate > 0.003], "B": _rates()}
    for pair in (q.excess, q.difference, q.size_difference):
        found = pair(q.values("B", "task_loss"), q.values("A", "task_loss")).of(tables)
        np.testing.assert_allclose(found, 0.0)


def test_a_setting_counts_where_every_seed_has_finished():
    tables = {"A": _rates(unfinished={(1, 2)})}
    assert q.mean(q.values("A", "task_loss")).of(tables).tolist() == [1.5, 1.5, 1.5]


def test_unfinished_networks_are_untested_and_counted():
    claim = Claim("", "", (Part("", "", q.mean(q.values("A", "task_loss")), at_least=0.0),))
    (row,) = verdict_table([claim], {"A": _rates().assign(finished=False)}).to_dict("records")
    assert (row["verdict"], row["networks"], row["unfinished"]) == ("untested", 9, 9)


def test_existence_is_tested_on_seeds_that_did_not_choose():
    table = _rates()
    table.loc[(table.seed == 0) & (table.learning_rate == 0.003), "task_loss"] = (
        9.0  # chance, on the first seed
    )
    found = q.at_chosen(
        q.values("A", "task_loss"), pd.Series.idxmax, q.values("A", "task_loss")
    ).of({"A": table})
    assert found.to_dict() == {1: 1.0, 2: 1.0}


def test_a_setting_is_chosen_among_two_batches_and_its_loss_compared():
    table = _rates()
    tables = {"A": table.assign(share=0.0), "B": table.assign(share=table.task_loss)}
    found = q.chosen_excess(q.values("A B", "share"), q.values("A B", "task_loss")).of(tables)
    np.testing.assert_allclose(
        found, 2.0
    )  # the loss is 3 where the share is largest, 1 where it is first smallest


def test_counts_that_never_fall_are_in_perfect_order_however_many_are_equal():
    # With so many ties Kendall's tau-b is .645 at most.
    widths, counts = pd.Series(range(9)), pd.Series([0] * 7 + [9, 34])
    assert q.order_kept(widths, counts) == 1.0
    assert q.order_kept(widths, -counts) == -1.0
    assert np.isnan(q.order_kept(widths, 0 * counts))


def test_a_claim_is_as_strong_as_its_weakest_part():
    def part(value):
        return Part(
            "", "", Quantity(frozenset(), lambda tables: pd.Series([value, value])), at_least=0.0
        )

    assert overall(judge(Claim("", "", (part(1.0), part(1.0))), {})) == "supported"
    assert overall(judge(Claim("", "", (part(1.0), part(-1.0))), {})) == "refuted"


def test_the_threshold_is_where_the_count_falls_through_half_its_maximum():
    offsets, counts = np.array([-2.0, -1.0, 0.0, 1.0]), np.array([10.0, 8.0, 2.0, 0.0])
    assert bias_threshold(offsets, counts) == pytest.approx(-0.5)
    assert np.isnan(bias_threshold(offsets, np.zeros(4)))
    assert np.isnan(bias_threshold(offsets, np.ones(4)))  # it never falls: the grid ends too soon


def _offsets(threshold, most=1.0, **common):
    """Networks of one seed whose mono neurons fall through half their number at the negative of the
    threshold.
    """
    at = {-1.0: most, -threshold - 1e-6: most / 2, -threshold + 1e-6: 0.499 * most, 0.0: 0.0}
    return [
        {"bias_offset": o, "mono_per_feature": share, **FINISHED, **common}
        for o, share in at.items()
    ]


def test_a_threshold_takes_a_tenth_of_the_features_to_speak_of():
    assert thresholds(pd.DataFrame(_offsets(0.5, seed=0)))[0] == pytest.approx(0.5, abs=1e-5)
    assert np.isnan(thresholds(pd.DataFrame(_offsets(0.5, most=0.09, seed=0)))[0])


@pytest.mark.parametrize("exponent", [-0.5, 0.0])
def test_the_threshold_s_exponent_is_the_one_that_is_planted(exponent):
    rows = []
    for seed in (0, 1):
        for d in (32, 48, 64, 96):
            rows += _offsets(0.2 * (d / 64) ** exponent, seed=seed, n_embed=d)
    table = pd.DataFrame(rows)
    tables = {"N2": table[table.n_embed != 64], "B3": table[table.n_embed == 64]}
    np.testing.assert_allclose(dimension_exponent.of(tables), exponent, atol=1e-3)


def test_a_threshold_at_minus_root_density_has_exponent_one_half():
    densities = {f"B{number}": 2.0 ** -(number + 3) for number in range(1, 6)}
    tables = {
        name: pd.DataFrame(
            [row for seed in (0, 1) for row in _offsets(e**0.5, seed=seed, feature_density=e)]
        )
        for name, e in densities.items()
    }
    np.testing.assert_allclose(density_exponent.of(tables), 0.5, atol=1e-4)
    tables["B4"] = tables["B4"].assign(
        mono_per_feature=0.0
    )  # no threshold to speak of: left out, not averaged in
    np.testing.assert_allclose(density_exponent.of(tables), 0.5, atol=1e-4)


@pytest.mark.long
def test_predictions_are_made_in_each_seed_s_own_embedding():
    config = Config(n_features=32, n_embed=16)
    for seed in (0, 1):
        problem = make_world(config, seed).problem
        least = float(predicted_losses(config, problem, 1 / 16).posterior_mean)
        kink = float(denoisers(config, problem, 1 / 16, 1).kinks.mean())
        assert least_loss(32, 16, seed, 1 / 16) == pytest.approx(least, rel=1e-5)
        assert best_kink(32, 16, seed, 1 / 16) == pytest.approx(kink, rel=1e-4)
    assert least_loss(32, 16, 0, 1 / 16) != least_loss(32, 16, 1, 1 / 16)


def test_a_network_as_the_theory_has_it_fulfils_its_predictions():
    row = {
        "learning_rate": 0.01,
        "feature_density": 1 / 16,
        "n_features": 32,
        "n_embed": 16,
        **FINISHED,
    }
    losses = [1.1 * least_loss(32, 16, seed, 1 / 16) for seed in (0, 1)]
    table = pd.DataFrame(
        [{**row, "seed": seed, "task_loss": loss} for seed, loss in enumerate(losses)]
    )
    found = q.mean(over_prediction("A", "task_loss", least_loss)).of({"A": table})
    np.testing.assert_allclose(found, 1.1, rtol=1e-5)


def test_every_prediction_of_the_mechanism_has_a_range_and_no_name_of_the_paper_s_claims():
    assert [claim.name for claim in MECHANISM] == [f"M{number}" for number in range(1, 9)]
    for claim in MECHANISM:
        assert all(np.isfinite(part.at_least) or np.isfinite(part.at_most) for part in claim.parts)
    assert set(verdict_table(MECHANISM, {}).claim_verdict) == {"untested"}


def test_there_are_twelve_claims_and_every_part_has_a_range():
    assert [claim.name for claim in CLAIMS] == [f"C{number}" for number in range(1, 13)]
    for claim in CLAIMS:
        assert all(np.isfinite(part.at_least) or np.isfinite(part.at_most) for part in claim.parts)
    assert set(verdict_table(CLAIMS, {}).claim_verdict) == {"untested"}
