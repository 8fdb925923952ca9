import numpy as np
import pytest

from toymono.evidence.finished import MOST_LATE_GAIN, is_finished, late_gain, share_of_zero

# of the smoke sweep; its density is 1/8 over 16 features, and the answer 0 loses 16 / 8 / 3
STEPS = 1024
ZERO = 16 / 8 / 3


@pytest.fixture
def settled(smoke_data):
    """The smoke sweep as if every network had learned by half of its steps."""
    smoke_data.task_loss[:] = 0.3 * ZERO
    return smoke_data


def test_a_network_that_has_learned_and_stands_still_is_finished(settled):
    assert is_finished(settled).all()
    assert np.allclose(late_gain(settled), 0)


def test_the_answer_0_is_the_measure_of_having_learned(settled):
    np.testing.assert_allclose(share_of_zero(settled), 0.3, rtol=1e-5)


def test_a_network_that_never_learned_is_not_finished(settled):
    settled.task_loss[:, 1, 2] = ZERO
    assert is_finished(settled)[1, 2].item() is False
    assert int(is_finished(settled).sum()) == 17


def test_a_network_that_still_learns_is_not_finished(settled):
    half = np.abs(settled.step.values - STEPS / 2).argmin()
    settled.task_loss[half, 0, 0] = 0.3 * ZERO / (1 - 1.1 * MOST_LATE_GAIN)
    settled.task_loss[half, 0, 1] = 0.3 * ZERO / (1 - 0.9 * MOST_LATE_GAIN)
    assert is_finished(settled)[0, :2].values.tolist() == [False, True]


def test_a_loss_on_the_way_there_plays_no_part(settled):
    settled.task_loss[0] = 10 * ZERO
    assert is_finished(settled).all()


def test_a_network_without_a_record_at_half_its_steps_is_not_finished(settled):
    assert not is_finished(settled.isel(step=[0, 1, -1])).any()


def test_a_diverged_network_is_not_finished(settled):
    settled.diverged[2, 3] = True
    settled.task_loss[-1, 2, 4] = np.nan
    assert is_finished(settled)[2, 3:5].values.tolist() == [False, False]
