"""What a quantity is over seeds: its mean, an interval for it, and how many seeds it rests on."""

import math
from typing import NamedTuple

import numpy as np
from scipy import special  # scipy.stats takes most of a second to import

LEVEL = 0.95
_ALIKE = 1e-9  # share by which the ends differ where equal numbers are rounded in their sum


class Interval(NamedTuple):
    """A mean over seeds and the interval that covers it with probability 95 % if seeds scatter
    normally.
    """

    mean: np.ndarray
    low: np.ndarray  # NaN where fewer than two seeds are finite
    high: np.ndarray
    n: np.ndarray  # finite seeds


def no_interval(low: float | None, high: float | None, n: int) -> str:
    """Why a mean over n seeds has no interval: "one seed" or "all alike"; empty where it has one.

    Seeds are alike where the ends are unknown, None or NaN, or one number.
    """
    if n == 1:
        return "one seed"
    known = low is not None and high is not None and not math.isnan(low + high)
    return "" if known and not math.isclose(low, high, rel_tol=_ALIKE) else "all alike"


def interval_over_seeds(
    values: np.ndarray, lowest: float = -np.inf, highest: float = np.inf
) -> Interval:
    """Student's t interval for the mean along the first axis: mean +- t(n - 1) * s / sqrt(n).

    Values that are not finite are left out and lower n. `lowest` and `highest` cut the interval
    where the quantity cannot go, as below 0 for a count. With three seeds it reaches 2.5 standard
    deviations to each side. Student 1908.
    """
    values = np.where(np.isfinite(values), values, np.nan).astype(float)
    n = np.isfinite(values).sum(0)
    some, several = np.maximum(n, 1), np.maximum(n, 2)
    mean = np.where(n > 0, np.nansum(values, 0) / some, np.nan)
    squares = np.nansum((values - mean) ** 2, 0)
    spread = np.where(n > 1, np.sqrt(squares / (several - 1) / several), np.nan)
    half = special.stdtrit(several - 1, (1 + LEVEL) / 2) * spread
    return Interval(mean, np.maximum(mean - half, lowest), np.minimum(mean + half, highest), n)
