import numpy as np
import pandas as pd
import pytest

from toymono.analysis.claims import Claim, Part, Quantity, judge, overall, verdict_on, verdict_table
from toymono.analysis.paper_claims import CLAIMS
from toymono.analysis.quantities import bias_threshold, difference, mean, thresholds


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


def test_there_are_twelve_claims_and_every_part_has_a_range():
    assert [claim.name for claim in CLAIMS] == [f"C{number}" for number in range(1, 13)]
    for claim in CLAIMS:
        assert all(np.isfinite(part.at_least) or np.isfinite(part.at_most) for part in claim.parts)
    assert set(verdict_table(CLAIMS, {}).claim_verdict) == {"untested"}
