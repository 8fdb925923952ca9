import numpy as np
import pandas as pd
import pytest

from toymono.evidence.dimensionality import is_line, of_seed, share_near


def test_ten_features_at_a_fraction_are_a_line_and_nine_are_not():
    assert is_line(np.full(10, 0.504), 1 / 2)
    assert not is_line(np.full(9, 0.504), 1 / 2)
    assert not is_line(np.full(20, 0.506), 1 / 2)


@pytest.mark.parametrize("beside", [0.5 + 0.0125, 0.5 - 0.0125])
def test_what_spreads_evenly_is_no_line(beside):
    on = np.full(10, 0.5)
    assert is_line(np.concatenate([on, np.full(5, beside)]), 1 / 2)
    assert not is_line(np.concatenate([on, np.full(6, beside)]), 1 / 2)


def test_the_share_near_the_fractions_is_counted_by_hand():
    # near 1, 3/4 and 1/2; .3 and .85 are near none
    assert share_near(np.array([0.985, 0.76, 0.49, 0.3, 0.85])) == pytest.approx(3 / 5)
    assert np.isnan(share_near(np.zeros(0)))


def test_a_seed_s_levels_are_counted_without_what_is_not_represented_or_not_shared():
    def level(per_feature, dimensionality, n_represented, n=30):
        represented = (np.arange(n) < n_represented).astype(float)
        values = np.full(n, dimensionality)
        return {"per_feature": per_feature, "dimensionality": values, "represented": represented}

    levels = pd.DataFrame(
        [level(0.99, 1.0, 30), level(0.52, 0.5, 20), level(0.48, 0.4, 12), level(0.2, 0.2, 8)]
    )
    found = of_seed(levels)
    assert found["sticky levels"] == 2
    assert found["represented"] == 40
    assert found["share near"] == pytest.approx(32 / 40)
    assert (found["digon"], found["pentagon"], found["other lines"]) == (1, 1, 1)
