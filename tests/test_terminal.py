import io
import json
import math
import re

import pandas as pd
import pytest
from rich.console import Console

from toymono.command_line.terminal import (
    claims_table,
    duration,
    number,
    one_sentence,
    print_table,
    strict_json,
    summary_table,
    table,
)
from toymono.config import Config, Hyper, InputError
from toymono.evidence.claims import Claim, Part, Quantity, verdict_table
from toymono.evidence.tables import SETTINGS, over_seeds
from toymono.evidence.wording import CLAIM_COLUMNS, claim_rows, span
from toymono.gallery.progress_bar import progress
from toymono.sweeps.plan import Unit
from toymono.training.ensemble import Progress

UNIT = Unit(Config(), (Hyper(),), (0, 1))


def _reported(terminal):
    screen = io.StringIO()
    with progress(Console(file=screen, force_terminal=terminal, width=200)) as report:
        for step in (100, 200, 300):
            report(UNIT, Progress(step, 300, 0.125, n_mono=12.4))
    return screen.getvalue()


def test_a_pipe_gets_plain_lines():
    lines = _reported(terminal=False).splitlines()
    assert len(lines) == 2  # the first, and the last
    assert "step 300/300" in lines[-1]
    assert "loss 0.1250, 12 mono neurons, " in lines[-1]
    assert lines[-1].startswith("k 256, 2 seeds: 2 networks; ")
    assert "\x1b" not in "".join(lines)


def test_a_unit_s_title_says_what_it_trains():
    settings = tuple(Hyper(learning_rate=rate, bias_offset=-1.0) for rate in (0.003, 0.03))
    title = "k 256, learning_rate 0.003 to 0.03, bias_offset -1, seed 4: 2 networks"
    assert Unit(Config(), settings, (4,)).title == title


def test_a_terminal_gets_a_bar_with_pace_loss_and_time_left():
    screen = _reported(terminal=True)
    assert screen.index("starting") < screen.index("100/300 steps")  # while it compiles
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
    assert [number(value) for value in (0.123456, 12, True, "relu")] == [
        "0.1235",
        "12",
        "yes",
        "relu",
    ]


def test_what_looks_like_markup_is_printed_as_it_is(capsys):
    print_table(table(("setting", "loss"), [("a [red]b", "0.07 [nan, nan]")], title="runs [/x]"))
    out = capsys.readouterr().out
    assert all(text in out for text in ("a [red]b", "0.07 [nan, nan]", "runs [/x]"))


def _members(measure, by_seed):
    """Members of one setting for each row, with a measure that goes over seeds as the row says."""
    numbers = {**dict.fromkeys(SETTINGS, 0), "diverged": False}
    return pd.DataFrame(
        [
            {**numbers, "learning_rate": 0.01 * (index + 1), "seed": seed, measure: value}
            for index, values in enumerate(by_seed)
            for seed, value in enumerate(values)
        ]
    )


def test_a_mean_stands_with_its_interval_or_with_why_it_has_none(capsys):
    rows = [
        (64.0, 64.0, 64.0),
        (0.1, 0.1, 0.1),
        (2.0, 3.0, 4.0),
        (5.0, math.nan, math.nan),
        (math.nan,) * 3,
    ]
    summary = over_seeds(_members("n_linear", rows), ["n_linear"])
    words = [span(row, "n_linear") for row in summary.to_dict("records")]
    assert words == ["64 (all alike)", "0.1 (all alike)", "3 [0.516, 5.48]", "5 (one seed)", ""]
    print_table(summary_table(summary, ["n_linear"]))
    out = capsys.readouterr().out
    assert all(word in out for word in words)
    assert "nan" not in out
    assert "[64, 64]" not in out


def _verdicts(*values):
    """The verdicts on one claim with a part for each row of values over seeds; two more networks
    are unfinished.
    """
    table = pd.DataFrame({"finished": [True] * 4 + [False] * 2})
    parts = (
        Quantity(frozenset({"A"}), lambda tables, of=of: pd.Series(of, dtype=float))
        for of in values
    )
    claim = Claim(
        "X",
        "statement",
        tuple(Part(f"part {index}", "", of, 0.1) for index, of in enumerate(parts)),
    )
    return verdict_table([claim], {"A": table}).assign(scale="smoke")


def test_a_claim_s_line_has_its_verdict_and_its_parts_lines_what_was_found():
    rows = claim_rows(_verdicts((64.0, 64.0), (0.3, 0.31, 0.29), (0.5,), ()))
    assert all(len(row) == len(CLAIM_COLUMNS) for row in rows)
    claim, alike, spread, single, untested = (
        dict(zip(CLAIM_COLUMNS, row, strict=True)) for row in rows
    )
    assert (claim["claim"], claim["scale"], claim["unfinished"], claim["verdict"]) == (
        "X",
        "smoke",
        "",
        "UNTESTED",
    )
    found = [part["mean [95 % interval]"] for part in (alike, spread, single, untested)]
    assert found == ["64 (all alike)", "0.3 [0.275, 0.325]", "0.5 (one seed)", ""]
    assert {part["unfinished"] for part in (alike, spread, single, untested)} == {"2 of 6"}


def test_a_batch_that_is_missing_has_no_networks_to_leave_out():
    missing = verdict_table(
        [Claim("X", "", (Part("", "", Quantity(frozenset("B"), len), 0.1),))], {}
    )
    assert claim_rows(missing.assign(scale="smoke"))[1][CLAIM_COLUMNS.index("unfinished")] == ""


def test_the_table_of_claims_says_once_what_refuted_means_and_shows_no_p(capsys):
    print_table(claims_table(_verdicts((-1.0, -1.1, -0.9), (-2.0, -2.0))), wraps=1)
    out = " ".join(capsys.readouterr().out.split())
    assert (
        out.count("refuted: outside the range, which ends at the smallest effect that would matter")
        == 1
    )
    assert out.startswith("claim what verdict ")
    assert "-1 [-1.25, -0.752]; holds if at least 0.1; n 3, 2 of 6 unfinished" in out


def test_json_has_no_number_that_json_does_not_know():
    frame = pd.DataFrame({"loss": [0.5, math.nan, math.inf], "rate": [1e-12, 0.1, 0.2]})
    rows = json.loads(strict_json(frame))
    assert [row["loss"] for row in rows] == [0.5, None, None]
    assert rows[0]["rate"] == 1e-12


@pytest.mark.parametrize(
    "error", [InputError("n must be 1"), OSError(28, "No space left on device")]
)
def test_a_bad_value_or_folder_ends_in_one_sentence_and_status_2(capsys, error):
    with pytest.raises(SystemExit) as stop, one_sentence():
        raise error
    assert stop.value.code == 2
    assert re.fullmatch("error: .*\n", capsys.readouterr().err)
