"""What the explorer and reports say of a member and draw of its loss: the loss of the recorded
network.
"""

import numpy as np
import pytest

from toymono.analysis.dashboard_data import Frame
from toymono.explorer.captions import fall_words, frame_words, loss_words
from toymono.explorer.stored_runs import studies
from toymono.plots.members import LOSS_TRACES, loss_panel, loss_traces

SCORES = np.array([0.25, 1.0, 0.5, 0.75])
FRAME = Frame(512, np.zeros((4, 2)), SCORES, SCORES, np.zeros(4, int), 1.25304, 0.00213)


@pytest.fixture
def member(smoke_run):
    return studies([smoke_run])[smoke_run.name].member(4)


@pytest.mark.parametrize(
    ("loss", "error", "text"),
    [
        (0.06661, 0.00021, "task loss 0.0666 (standard error 0.0002)"),
        (1.25304, 0.0213, "task loss 1.2530 (standard error 0.0213)"),
        (0.0066612, 0.00003, "task loss 0.00666 (standard error 0.00003)"),
        (0.0, 0.0, "task loss 0.0000 (standard error 0.0000)"),
        (np.nan, np.nan, "task loss unknown"),
        (np.inf, np.nan, "task loss unknown"),
    ],
)
def test_a_loss_has_the_digits_that_show_its_error(loss, error, text):
    text = text.replace("task loss ", "Task loss after 512 steps: ")
    words = loss_words(FRAME._replace(task_loss=loss, task_loss_error=error))
    assert words.startswith(f"{text}. ")


def test_a_record_is_described_by_its_step_its_mono_neurons_and_its_loss():
    text = (
        "After 512 steps 1 of 4 neurons is monosemantic; task loss 1.2530 (standard error 0.0021)."
    )
    assert frame_words(FRAME) == text
    silent = FRAME._replace(score=np.array([0.0, 1.0, 0.0, 0.0]))
    assert "1 of 4 neurons is monosemantic, 3 respond to no single feature;" in frame_words(silent)
    assert loss_words(FRAME).startswith(
        "Task loss after 512 steps: 1.2530 (standard error 0.0021)."
    )


def test_a_fall_of_the_count_is_explained_by_what_became_of_the_neurons():
    before = FRAME._replace(step=1, score=np.array([1.0, 1.0, 1.0, 0.5]))
    text = " Of the neurons that were monosemantic after 1 step, "
    more, silent = "now respond to other features as well", "now responds to no single feature"
    assert fall_words(before, FRAME) == f"{text}2 {more}."
    dead = FRAME._replace(score=np.array([0.0, 0.2, 0.3, 1.0]))
    assert fall_words(before, dead) == f"{text}2 {more} and 1 {silent}."
    assert fall_words(FRAME, before) == fall_words(before, before) == ""


def test_a_record_whose_loss_or_scores_are_not_known_says_so():
    unknown = FRAME._replace(task_loss=np.nan, task_loss_error=np.nan, score=np.full(4, np.nan))
    assert frame_words(unknown) == "After 512 steps 0 of 4 neurons are monosemantic."
    assert loss_words(unknown).startswith("Task loss after 512 steps: unknown.")


def test_the_loss_panel_names_both_losses_and_its_cursor_stands_on_that_of_the_record(member):
    past = member.history
    figure = loss_panel(past, 4)
    training, task, now = figure.data
    assert (
        [trace.name for trace in figure.data]
        == [*LOSS_TRACES]
        == ["training loss", "task loss", "now"]
    )
    np.testing.assert_array_equal(training.y, past.loss)
    np.testing.assert_array_equal([task.x, task.y], [past.step, past.task_loss])
    assert (now.x[0], now.y[0]) == (past.step[4], past.task_loss[4])
    assert [trace.showlegend for trace in figure.data] == [None, None, False]
    layout = figure.layout
    assert layout.showlegend
    assert (layout.title.text, layout.yaxis.title.text) == ("Loss", "loss")
    assert (task.mode, training.mode) == ("lines+markers", "lines")
    assert training.line.width < task.line.width


def test_the_cursor_is_nowhere_at_a_record_whose_loss_is_not_known(member):
    past = member.history
    unknown = past._replace(task_loss=np.where(past.step < past.step[-1], np.nan, past.task_loss))
    assert np.isnan(loss_traces(unknown, 2)["now"]["y"]).all()
    assert loss_traces(unknown, -1)["now"]["y"] == past.task_loss[-1]
