import io
import json
import math
import re

import pandas as pd
import pytest
from rich.console import Console

from toymono.config import Config, Hyper, InputError
from toymono.sweeps.plan import Unit
from toymono.terminal import duration, number, one_sentence, print_table, progress, strict_json, table
from toymono.training.ensemble import Progress

UNIT = Unit(Config(), (Hyper(),), (0, 1))


def _reported(terminal):
    screen = io.StringIO()
    with progress(Console(file=screen, force_terminal=terminal, width=200)) as report:
        for step in (100, 200, 300):
            report(UNIT, Progress(step, 300, 0.125))
    return screen.getvalue()


def test_a_pipe_gets_plain_lines():
    lines = _reported(terminal=False).splitlines()
    assert len(lines) == 2  # the first, and the last
    assert "step 300/300" in lines[-1]
    assert "loss 0.1250" in lines[-1]
    assert "\x1b" not in "".join(lines)


def test_a_terminal_gets_a_bar_with_pace_loss_and_time_left():
    screen = _reported(terminal=True)
    assert "300/300 steps" in screen
    assert "loss 0.1250" in screen
    assert "left" in screen


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0 s"), (89.0, "89 s"), (90.0, "1.5 min"), (10_800.0, "3.0 h"), (172_800.0, "2.0 days")],
)
def test_durations_come_in_the_unit_a_person_would_use(seconds, words):
    assert duration(seconds) == words


def test_numbers_are_short():
    assert [number(value) for value in (0.123456, 12, True, "relu")] == ["0.1235", "12", "yes", "relu"]


def test_what_looks_like_markup_is_printed_as_it_is(capsys):
    print_table(table(("setting", "loss"), [("a [red]b", "0.07 [nan, nan]")], title="runs [/x]"))
    out = capsys.readouterr().out
    assert all(text in out for text in ("a [red]b", "0.07 [nan, nan]", "runs [/x]"))


def test_json_has_no_number_that_json_does_not_know():
    frame = pd.DataFrame({"loss": [0.5, math.nan, math.inf], "rate": [1e-12, 0.1, 0.2]})
    rows = json.loads(strict_json(frame))
    assert [row["loss"] for row in rows] == [0.5, None, None]
    assert rows[0]["rate"] == 1e-12


@pytest.mark.parametrize("error", [InputError("n must be 1"), OSError(28, "No space left on device")])
def test_a_bad_value_or_folder_ends_in_one_sentence_and_status_2(capsys, error):
    with pytest.raises(SystemExit) as stop, one_sentence():
        raise error
    assert stop.value.code == 2
    assert re.fullmatch("error: .*\n", capsys.readouterr().err)
