"""The initial bias above which few neurons become monosemantic, and how it goes with density and
dimension.
"""

import numpy as np
import pandas as pd

from toymono.evidence.claims import Tables
from toymono.evidence.quantities import finished, quantity

# monosemantic neurons per feature, at the best offset, below which there is no threshold to speak
# of
LEAST_MONO = 0.1
_FEWEST = 3  # points of a slope


def bias_threshold(offsets: np.ndarray, counts: np.ndarray) -> float:
    """The highest offset at which the count is half its maximum, between points by a straight line.

    Both are sorted by rising offset. NaN where the count is 0, or never falls below half to the
    right.
    """
    half = counts.max(initial=0) / 2
    if half == 0:
        return np.nan
    last = int(np.flatnonzero(counts >= half)[-1])
    if last == len(counts) - 1:
        return np.nan
    fall = (counts[last] - half) / (counts[last] - counts[last + 1])
    return float(offsets[last] + fall * (offsets[last + 1] - offsets[last]))


def thresholds(table: pd.DataFrame) -> pd.Series:
    """The negative of each seed's bias threshold, over the offsets whose networks finished.

    NaN where the best offset makes fewer mono neurons per feature than LEAST_MONO, or the threshold
    is not negative.
    """
    found = {}
    for seed, rows in finished(table).groupby("seed"):
        rows = rows.sort_values("bias_offset")
        counts = rows.mono_per_feature.to_numpy(float)
        threshold = -bias_threshold(rows.bias_offset.to_numpy(float), counts)
        found[seed] = threshold if counts.max() >= LEAST_MONO and threshold > 0 else np.nan
    return pd.Series(found, dtype=float)


def _by(table: pd.DataFrame, setting: str) -> pd.DataFrame:
    """Thresholds by seed and by a setting; settings without one in some seed are left out."""
    found = pd.DataFrame({value: thresholds(rows) for value, rows in table.groupby(setting)})
    return found.dropna(axis=1)


def _slopes(found: pd.DataFrame) -> pd.Series:
    """Slope of log threshold against the log of the setting, for each seed; none for fewer than
    three settings.
    """
    if found.shape[1] < _FEWEST:
        return pd.Series(dtype=float)
    logs = np.log(found.columns.to_numpy(float))
    return pd.Series(np.polyfit(logs, np.log(found.to_numpy(float)).T, 1)[0], found.index)


_DENSITIES = ("B1", "B2", "B3", "B4", "B5")


def _of_densities(tables: Tables) -> pd.DataFrame:
    return _by(pd.concat([tables[name] for name in _DENSITIES]), "feature_density")


@quantity(*_DENSITIES)
def density_exponent(tables: Tables) -> pd.Series:
    """Slope of log threshold against log density: 1/2 if the threshold is -sqrt(eps)."""
    return _slopes(_of_densities(tables))


@quantity(*_DENSITIES)
def threshold_ratio(tables: Tables) -> pd.Series:
    """Threshold over -sqrt(eps), a mean over the densities that have one."""
    found = _of_densities(tables)
    return (found / np.sqrt(found.columns.to_numpy(float))).mean(axis=1)


@quantity("N2", "B3")
def dimension_exponent(tables: Tables) -> pd.Series:
    """Slope of log threshold against log d over N2 and B3."""
    return _slopes(_by(pd.concat([tables["N2"], tables["B3"]]), "n_embed"))
