import jax
import pytest
from cases import PROBLEM, SCORES, config, hand_params

from toymono.analysis.record import measure


def test_the_record_of_the_hand_solved_network():
    record = measure(config(), hand_params(), PROBLEM, jax.random.key(0), {"feature_density": 0.3})
    assert record.score == pytest.approx(SCORES, abs=1e-6)
    assert record.favourite.tolist() == [0, 1, 2, 0, 0]
    counts = (
        record.n_mono,
        record.n_covered,
        record.n_dead,
        record.n_dead_at_any_amplitude,
        record.n_dead_on_samples,
    )
    assert [int(count) for count in counts] == [1, 1, 2, 1, 1]
    assert record.n_positive_bias == 1
    assert float(record.mean_bias) == pytest.approx((-0.6 - 0.5 + 1) / 5)
