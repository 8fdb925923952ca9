import pandas as pd
import pytest

from toymono.evidence.contrast import contrast, contrast_words


def table(*rows):
    columns = ["seed", "task_loss", "n_mono", "diverged"]
    return pd.DataFrame(rows, columns=columns).rename_axis("member")


def test_the_pair_has_one_seed_and_a_loss_that_is_alike():
    found = table(
        (0, 0.050, 10, False),
        (0, 0.052, 60, False),  # 4 % above the first
        (0, 0.060, 200, False),  # too much above both
        (1, 0.050, 0, False),  # of another seed
        (0, 0.050, 0, True),
    )
    assert contrast(found) == (1, 0)
    assert contrast_words(found, 1, 0) == (
        "Same task, same seed, alike in loss (0.0520 and 0.0500): 60 monosemantic neurons in "
        "member 1 and 10 in member 0."
    )


@pytest.mark.parametrize("more", [14, 19])
def test_without_a_large_difference_there_is_no_pair(more):
    assert contrast(table((0, 0.05, 10, False), (0, 0.05, more, False))) is None
