import jax
import numpy as np
import pandas as pd
import pytest

from toymono.analysis.claims import Claim, Part, Quantity, judge, overall, verdict_on, verdict_table
from toymono.analysis.denoisers import best_denoiser, observed
from toymono.analysis.mechanism_claims import MECHANISM
from toymono.analysis.paper_claims import CLAIMS
from toymono.analysis.quantities import (
    bias_threshold,
    count_beyond_embed,
    difference,
    loss_over_posterior_mean,
    mean,
    onset_over_kink,
    rank_beyond_embed,
    slope_over_share,
    threshold_exponent,
    thresholds,
)
from toymono.analysis.theory import predicted_losses
from toymono.config import Config
from toymono.toy.tasks import random_problem


def _arms(gains):
    """Two batches whose mono share differs by these numbers, one for each seed, on seeds that scatter far more."""
    rows = [
        {"seed": seed, "learning_rate": 0.01, "diverged": False, "share": 10.0 * seed, "gain": gain}
        for seed, gain in enumerate(gains)
    ]
    one = pd.DataFrame(rows)
    return {"A": one, "B": one.assign(share=one.share + one.gain)}


GAIN = Claim(
    "X", "B has more", (Part("B less A", "", difference(mean("B", "share"), mean("A", "share")), at_least=0.1),)
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
    called = [judge(GAIN, _arms(0.1 + rng.normal(size=3)))[0].verdict != "inconclusive" for _ in range(400)]
    assert np.mean(called) < 0.1  # 5 % by construction


def test_a_missing_batch_is_untested():
    (judgement,) = judge(GAIN, {"A": _arms((1, 2))["A"]})
    assert (judgement.verdict, judgement.n) == ("untested", 0)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.2, 0.4, "supported"),
        (0.0, 0.4, "inconclusive"),
        (-1.0, 0.0, "refuted"),
        (2.0, 3.0, "refuted"),
        (0.0, 3.0, "inconclusive"),
    ],
)
def test_an_interval_is_held_against_a_range(low, high, verdict):
    assert verdict_on(low, high, 0.1, 1.0) == verdict


def test_a_claim_is_as_strong_as_its_weakest_part():
    def part(value):
        return Part("", "", Quantity(frozenset(), lambda tables: pd.Series([value, value])), at_least=0.0)

    assert overall(judge(Claim("", "", (part(1.0), part(1.0))), {})) == "supported"
    assert overall(judge(Claim("", "", (part(1.0), part(-1.0))), {})) == "refuted"


def test_the_threshold_is_where_the_count_falls_through_half_its_maximum():
    offsets, counts = np.array([-2.0, -1.0, 0.0, 1.0]), np.array([10.0, 8.0, 2.0, 0.0])
    assert bias_threshold(offsets, counts) == pytest.approx(-0.5)
    assert np.isnan(bias_threshold(offsets, np.zeros(4)))
    assert bias_threshold(offsets, np.ones(4)) == 1.0


def test_a_threshold_at_minus_root_density_is_1():
    rows = [
        {"seed": 0, "diverged": False, "bias_offset": o, "n_mono": n, "feature_density": 0.25}
        for o, n in ((-1.0, 10), (-0.5, 5), (0.0, 0))
    ]
    assert thresholds(pd.DataFrame(rows))[0] == pytest.approx(1.0)


@pytest.mark.parametrize("exponent", [-0.5, 0.0])
def test_the_threshold_s_exponent_is_the_one_that_is_planted(exponent):
    rows = []
    for seed in (0, 1):
        for d in (32, 48, 64, 96):
            threshold = 0.2 * (d / 64) ** exponent
            at = {-1.0: 10.0, -threshold - 1e-6: 5.0, -threshold + 1e-6: 4.99, 0.0: 0.0}
            common = {"seed": seed, "n_embed": d, "diverged": False, "feature_density": 1 / 32}
            rows += [{**common, "bias_offset": offset, "n_mono": n} for offset, n in at.items()]
    table = pd.DataFrame(rows)
    tables = {"N2": table[table.n_embed != 64], "B3": table[table.n_embed == 64]}
    np.testing.assert_allclose(threshold_exponent.of(tables), exponent, atol=1e-3)


def _built_table(**measures):
    """One T1-like row for each of two seeds."""
    row = {"learning_rate": 0.01, "bias_offset": -1.0, "diverged": False, "feature_density": 1 / 16}
    row |= {"n_features": 32, "n_embed": 16, **measures}
    return {name: pd.DataFrame([{**row, "seed": seed} for seed in (0, 1)]) for name in ("T1", "N1")}


def test_a_network_as_the_theory_has_it_fulfils_its_predictions():
    config = Config(n_features=32, n_embed=16)
    least = float(predicted_losses(config, random_problem(config, jax.random.key(0)), 1 / 16).posterior_mean)
    variance = (1 / 16 / 3 - (1 / 16) ** 2 / 4) * (32 / 16 - 1)
    kink = float(best_denoiser(observed(1 / 16, variance**0.5)).kinks[0])
    tables = _built_table(block_rank=16, block_slope=0.5, n_clearly_positive_bias=17, onset=kink, task_loss=least * 1.1)
    expected = {rank_beyond_embed: 0, slope_over_share: 1, count_beyond_embed: 0, onset_over_kink: 1}
    for quantity, value in {**expected, loss_over_posterior_mean: 1.1}.items():
        np.testing.assert_allclose(quantity.of(tables), value, rtol=1e-4, atol=1e-6)


def test_every_prediction_of_the_mechanism_has_a_range_and_no_name_of_the_paper_s_claims():
    assert [claim.name for claim in MECHANISM] == [f"M{number}" for number in range(1, 8)]
    for claim in MECHANISM:
        assert all(np.isfinite(part.at_least) or np.isfinite(part.at_most) for part in claim.parts)
    assert set(verdict_table(MECHANISM, {}).claim_verdict) == {"untested"}


def test_there_are_twelve_claims_and_every_part_has_a_range():
    assert [claim.name for claim in CLAIMS] == [f"C{number}" for number in range(1, 13)]
    for claim in CLAIMS:
        assert all(np.isfinite(part.at_least) or np.isfinite(part.at_most) for part in claim.parts)
    assert set(verdict_table(CLAIMS, {}).claim_verdict) == {"untested"}
