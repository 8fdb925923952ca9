import math

import pytest

from toymono.config import Config
from toymono.training.schedules import (
    last_step,
    learning_rate,
    loss_steps,
    n_losses,
    record_steps,
)


def _rate(step, **changes):
    return float(learning_rate(Config(**changes), 0.01, step))


def test_the_periodic_rate_is_torchs_cosine_annealing_stepped_past_its_end():
    rate, half = 0.01, 512
    for step in range(1, 3000):  # torch's recursion, with its restart at each minimum
        if (step - 1 - half) % (2 * half) == 0:
            rate += 0.01 * (1 - math.cos(math.pi / half)) / 2
        else:
            rate *= (1 + math.cos(math.pi * step / half)) / (
                1 + math.cos(math.pi * (step - 1) / half)
            )
        if step % 97 == 0:
            assert _rate(step) == pytest.approx(rate, abs=1e-7)


def test_the_periodic_rate_is_at_rest_half_a_period_after_each_maximum():
    assert [_rate(step) for step in (0, 1024, 8192)] == pytest.approx([0.01] * 3)
    assert [_rate(step) for step in (512, 1536, 2**20 + 512)] == pytest.approx([0] * 3, abs=1e-12)


def test_the_cosine_reaches_zero_once_and_the_constant_never_moves():
    steps = (0, 500, 1000)
    assert [_rate(s, schedule="cosine", n_steps=1000) for s in steps] == pytest.approx(
        [0.01, 0.005, 0], abs=1e-9
    )
    assert [_rate(s, schedule="constant") for s in steps] == pytest.approx([0.01] * 3)


def test_records_at_peak_are_taken_at_powers_of_two_and_the_run_stops_where_it_was_told_to():
    assert record_steps(Config(n_steps=1024, record_phase="peak")) == (
        1,
        2,
        4,
        8,
        16,
        32,
        64,
        128,
        256,
        512,
        1024,
    )
    assert record_steps(Config(n_steps=100, record_phase="peak")) == (1, 2, 4, 8, 16, 32, 64, 100)


def test_records_at_rest_move_past_the_maxima_to_the_next_minima():
    assert record_steps(Config(n_steps=8192))[9:] == (512, 1536, 2560, 4608, 8704)


def test_more_records_in_an_octave_stand_between_the_powers_of_two():
    config = Config(n_steps=100, record_phase="peak", records_per_octave=2)
    assert record_steps(config) == (1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 100)
    few, many = (Config(n_steps=8192, records_per_octave=n) for n in (1, 2))
    assert {*record_steps(few)} < {*record_steps(many)} and last_step(few) == last_step(many)


def test_records_at_rest_move_to_the_nearest_minimum_whatever_the_period():
    # minima at 300, 900, 1500, 2100, ...: 512 is nearest to 300, 1024 to 900, 2048 to 2100, 4096 to
    # 3900
    steps = record_steps(Config(n_steps=4096, schedule_period=600))
    assert steps == (1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 900, 2100, 3900, 4500)


@pytest.mark.parametrize(
    ("n_steps", "last"), [(1, 512), (512, 512), (513, 1536), (8192, 8704), (8704, 8704)]
)
def test_a_run_at_rest_goes_on_to_the_first_minimum(n_steps, last):
    assert last_step(Config(n_steps=n_steps)) == last


@pytest.mark.parametrize("schedule", ["cosine", "constant"])
def test_only_a_periodic_rate_has_a_rest_to_wait_for(schedule):
    assert last_step(Config(n_steps=1000, schedule=schedule)) == 1000


def test_a_loss_is_kept_every_few_steps_and_at_the_last():
    config = Config(n_steps=40, record_phase="peak", loss_every=16)
    assert loss_steps(config) == (16, 32, 40)
    assert n_losses(config) == 3
