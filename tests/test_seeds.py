import numpy as np
import pytest

from toymono.evidence.seeds import interval_over_seeds


def test_the_interval_of_three_seeds_is_the_textbook_one():
    interval = interval_over_seeds(np.array([1.0, 2.0, 3.0]))
    # t(2) at 97.5 % is 4.30265 in every table; s = 1, so the half width is 4.30265 / sqrt(3).
    assert (interval.mean, interval.low, interval.high) == pytest.approx(
        (2, 2 - 2.48414, 2 + 2.48414), abs=1e-4
    )
    assert interval.n == 3


def test_it_covers_the_mean_as_often_as_it_says():
    draws = np.random.default_rng(0).normal(5, 2, size=(4, 4000))
    interval = interval_over_seeds(draws)
    covered = ((interval.low < 5) & (interval.high > 5)).mean()
    assert covered == pytest.approx(0.95, abs=5 * (0.95 * 0.05 / 4000) ** 0.5)


def test_diverged_seeds_are_left_out_and_counted():
    interval = interval_over_seeds(np.array([[1.0, np.nan], [3.0, np.inf], [np.nan, 7.0]]))
    assert interval.n.tolist() == [2, 1]
    assert interval.mean.tolist() == [2.0, 7.0]
    assert np.isfinite(interval.low).tolist() == [
        True,
        False,
    ]  # one seed has a mean and no interval


def test_no_seed_at_all_has_no_mean():
    assert np.isnan(interval_over_seeds(np.array([np.nan, np.nan])).mean)


def test_the_interval_ends_where_the_quantity_does():
    assert interval_over_seeds(np.array([0.0, 0.0, 3.0]), lowest=0.0).low == 0
