import numpy as np
import pytest

from toymono.analysis.phases import (
    UNCLEAR,
    margin,
    phase_losses,
    phase_of,
    predicted_phase,
)


# At p = 1/2, r = 1: p/3 - p^2/4 = 5/48 without one of them, p^2 (1 + r) / 6 = 4/48 with both.
def test_the_three_losses_by_hand():
    assert phase_losses(0.5, 1.0).tolist() == pytest.approx([5 / 48, 4 / 48, 5 / 48])
    assert float(margin(phase_losses(0.5, 1.0))) == pytest.approx(1 / 4)


@pytest.mark.parametrize("r", [0.1, 0.5, 1.0, 2.0, 10.0])
def test_antipodal_is_least_just_below_both_boundaries(r):
    boundary = min(4 * r / (2 + 5 * r), 4 / (5 + 2 * r))
    below, above = (predicted_phase(phase_losses(boundary * f, r)) for f in (0.99, 1.01))
    assert (int(below), int(above)) == (1, 2 if r > 1 else 0)


def test_losses_are_those_of_samples():
    rng, p, r = np.random.default_rng(0), 0.3, 0.7
    x = np.where(rng.random((400_000, 2)) < p, rng.random((400_000, 2)), 0.0)
    h = x @ np.array([1.0, -1.0])
    both = np.stack([np.maximum(h, 0), np.maximum(-h, 0)], axis=1)
    mean = np.stack([x[:, 0], np.full(len(x), p / 2)], axis=1)
    found = [(np.square(x - y) * (1, r)).sum(axis=1).mean() for y in (mean, both)]
    assert phase_losses(p, r)[:2].tolist() == pytest.approx(found, rel=0.01)


@pytest.mark.parametrize(
    ("weights", "phase"),
    [
        ((1.0, 0.1), 0),
        ((1.0, -0.9), 1),
        ((-1.0, 0.9), 1),
        ((0.2, -1.0), 2),
        ((1.0, 0.9), UNCLEAR),
        ((0.1, 0.1), UNCLEAR),
    ],
)
def test_a_network_s_phase_is_read_from_its_two_weights(weights, phase):
    assert phase_of(np.array(weights)) == phase
