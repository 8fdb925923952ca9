import base64
import itertools
import json
import re

import numpy as np
import pytest

from toymono.command_line.main import main
from toymono.config import InputError
from toymono.evidence.tables import run_table, training_loss
from toymono.explorer.captions import fall_words, frame_words, loss_words
from toymono.explorer.member_data import evenly, packed_member, thinned
from toymono.explorer.packing import packed, plain, script_json
from toymono.explorer.page import MARK
from toymono.explorer.report import chosen_members, write_report
from toymono.explorer.run_data import run_index, run_words, steps_words
from toymono.explorer.stored_runs import Study
from toymono.sweeps.store import read_run

HOSTILE = (
    '</title></script><script>window.hurt=1</script>"><img src=x onerror=window.hurt=1>../../x'
)


def _unpacked(content):
    """What the page makes of a packed array."""
    values = np.frombuffer(base64.b64decode(content["data"]), content["dtype"]).reshape(
        content["shape"]
    )
    return values * content["scale"]


@pytest.fixture
def study(smoke_run):
    return Study("demo-smoke", smoke_run)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("lowest", [0.0, -3.0])
def test_a_packed_number_is_off_by_half_a_step_at_most(bits, lowest):
    values = np.random.default_rng(0).uniform(lowest, 2.0, (40, 30)).astype(np.float32)
    content = packed(values, bits)
    steps = 2**bits - 1 if lowest == 0 else 2 ** (bits - 1) - 1
    assert content["scale"] == pytest.approx(np.abs(values).max() / steps)
    assert np.abs(_unpacked(content) - values).max() <= content["scale"] * 0.5001
    assert len(content["data"]) == pytest.approx(values.size * bits / 8 * 4 / 3, abs=4)


def test_packing_keeps_whole_numbers_and_what_is_not_finite():
    whole, holes = np.array([[3, -70000]]), np.array([[np.nan, 0.1]], np.float32)
    np.testing.assert_array_equal(_unpacked(packed(whole, 8)), whole)
    np.testing.assert_array_equal(_unpacked(packed(holes, 8)), holes)
    np.testing.assert_array_equal(
        _unpacked(packed(np.zeros((2, 2), np.float32), 8)), np.zeros((2, 2))
    )


def test_numbers_are_plain_in_seven_digits_and_null_where_they_are_not_finite():
    values = np.array([[0.1, -123456.789], [1e-12, 2.5e20], [0.0, 3.0]], np.float32)
    wanted = [[float(f"{x:.7g}") for x in row] for row in values]
    assert plain(values) == wanted
    assert plain(np.array([1.5, np.nan, np.inf])) == [1.5, None, None]
    assert plain(np.array([1, 2])) == [1, 2]


def test_evenly_spread_indices_have_both_ends():
    assert evenly(9, 3) == [0, 4, 8]
    assert evenly(3, 9) == [0, 1, 2]
    assert evenly(9, 1) == [4]
    assert evenly(4, 0) == []


def test_thinning_keeps_the_first_and_last_map_and_says_what_it_left_out(study):
    member = study.member(0)
    n_records = len(member.history.step)
    whole, half, none = (thinned(member, budget) for budget in (10**6, 7000, 0))
    assert (whole.records, whole.bits, whole.words) == (list(range(n_records)), 16, "")
    assert 2 < len(half.records) < n_records
    for keep in (half, none):
        assert (keep.records[0], keep.records[-1], keep.bits) == (0, n_records - 1, 8)
        assert f"maps of {n_records - len(keep.records)} of {n_records} records" in keep.words
    assert len(none.records) == 2


def test_chosen_members_have_the_most_and_the_fewest_mono_neurons_among_them(smoke_run):
    table = run_table(read_run(smoke_run))
    table["n_mono"] = [5, 5, 9, *[5] * (len(table) - 4), 1]
    last = len(table) - 1
    assert chosen_members(table, 1) == [2]
    assert chosen_members(table, 2) == [2, last]
    chosen = table.loc[chosen_members(table, 6)]
    assert len(chosen.groupby(["unit", "setting"])) == len(chosen) == 6
    table.loc[2, "diverged"] = True
    assert 2 not in chosen_members(table, 6)


def test_a_run_s_words_give_the_task_losses_of_its_last_records(smoke_run, smoke_data):
    losses = smoke_data.task_loss.isel(step=-1)
    assert not np.isclose(
        float(losses.min()), float(training_loss(smoke_data).min()), rtol=1e-3
    )  # could be told apart
    words = run_words(run_table([smoke_data]))
    assert f"Task loss from {float(losses.min()):.4f} to {float(losses.max()):.4f};" in words


def test_a_run_s_words_explain_steps_that_were_not_asked_for(smoke_run, smoke_data):
    table = run_table([smoke_data])
    asked = int(table.n_steps.iloc[0])
    assert steps_words(table, [asked]) == ""
    words = steps_words(table, [asked, asked + 512])
    assert f"{asked} steps were asked for and {asked + 512} made: training goes on" in words
    made = int(smoke_data.step[-1])
    study = Study("run", smoke_run)
    assert run_index(study, None, "")["words"].endswith(steps_words(study.run.table, [made]))


def test_a_packed_member_has_the_words_of_every_record_it_keeps(study):
    member = study.member(0)
    content = packed_member(member, thinned(member, 10**6))
    frames = [member.frame(record) for record in range(len(member.history.step))]
    falls = [fall_words(*pair) for pair in itertools.pairwise([frames[0], *frames])]
    assert any(falls)
    steps = [frame_words(frame) + fall for frame, fall in zip(frames, falls, strict=True)]
    assert content["words"]["step"] == steps
    assert content["words"]["loss"] == [loss_words(frame) for frame in frames]
    drawn = {trace["name"]: trace for trace in content["figures"]["loss"]["data"]}
    np.testing.assert_allclose(drawn["task loss"]["y"], member.history.task_loss, rtol=1e-6)


def test_embedded_json_cannot_end_its_element():
    text = script_json({HOSTILE: HOSTILE + "\u2028"})
    assert not re.search("[<>&\u2028]", text)
    assert json.loads(text) == {HOSTILE: HOSTILE + "\u2028"}


def test_a_report_never_replaces_what_is_not_a_report(study, tmp_path):
    file = tmp_path / "mine.html"
    file.write_text("<p>mine</p>")
    with pytest.raises(InputError, match="out must be a new file or an earlier report"):
        write_report({"a": study}, file)
    assert file.read_text() == "<p>mine</p>"
    with pytest.raises(InputError, match="earlier report"):
        write_report({"a": study}, tmp_path)
    file.write_text(f"<html>{MARK}")
    write_report({"a": study}, file, [0])
    assert len(file.read_text()) > 10**6


def test_a_member_that_is_none_is_refused_and_nothing_is_written(smoke_run, tmp_path, capsys):
    out = tmp_path / "report.html"
    with pytest.raises(SystemExit) as stop:
        main(["report", str(smoke_run), "--out", str(out), "--members", "0", "99"])
    assert stop.value.code == 2
    assert capsys.readouterr().err.startswith(
        "error: member must be a whole number from 0 to 17, but is 99"
    )
    assert list(tmp_path.iterdir()) == []
