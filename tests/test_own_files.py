"""The README's words on components of one's own, from an empty folder."""

import json
import pathlib
import signal
import subprocess
import sys

import pytest
from running import HURRIED, PATIENCE, arrays, ended, refusal, started, starts, wait_until

LAWS = pathlib.Path(__file__).with_name("own_ideas.py").read_text()
SHAPE = "--n-features 12 --n-embed 6 --n-neurons 20 --batch-size 32 --n-steps 64".split()
RUN = [
    *("run", "custom", "--with", "mylaws.py", "--feature-law", "pairs", "--activation", "topk"),
    *("--k", "4", "8", "--rho", "0", "1", "--positive-bias", "0", "0.01", "--seeds", "0", "1"),
    *(*SHAPE, "--record-phase", "peak", "--out", "runs/pairs", "--workers", "2"),
]


@pytest.fixture
def home(tmp_path):
    (tmp_path / "mylaws.py").write_text(LAWS)
    return tmp_path


def _toymono(home, *args):
    command = [sys.executable, "-m", "toymono", *args]
    return subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=PATIENCE)


@pytest.mark.long
def test_a_file_of_one_s_own_is_trained_kept_and_known_again(home):
    ran = _toymono(home, *RUN)
    assert "2 units done" in ran.stdout, ran.stderr
    (home / "mylaws.py").unlink()  # the run has its own
    rows = json.loads(_toymono(home, "table", "runs/pairs", "--json").stdout)
    assert {(row["rho"], row["positive_bias"], row["k"]) for row in rows} == {
        (rho, weight, k) for rho in (0, 1) for weight in (0, 0.01) for k in (4, 8)
    }
    assert {row["feature_law"] for row in rows} == {"mylaws:pairs"}
    assert all(row["task_loss"] > 0 and row["onset"] is None for row in rows)  # no code, no circuit
    assert all(row["effective_features"] > 0 for row in rows)
    named = "runs/pairs/components/mylaws.py"
    rows = json.loads(_toymono(home, "table", "runs/pairs", "--json", "--with", named).stdout)
    assert any(row["n_linear"] is not None for row in rows)
    (home / named).write_text(LAWS + "# changed\n")
    assert "must be the file that" in refusal(_toymono(home, "resume", "runs/pairs").stderr)


@pytest.mark.parametrize(
    ("text", "said"),
    [("import nonsense\n", "No module named 'nonsense'"), ("def x(:\n", "SyntaxError")],
)
def test_a_file_that_cannot_be_imported_is_one_sentence(home, text, said):
    (home / "mylaws.py").write_text(text)
    assert said in refusal(_toymono(home, "table", "--with", "mylaws.py", "runs").stderr)


@pytest.mark.long
def test_a_run_with_a_file_of_one_s_own_that_is_killed_goes_on_to_the_same_bits(home, tmp_path):
    whole = _toymono(home, *RUN)
    assert "2 units done" in whole.stdout, whole.stderr
    theirs = arrays(home / "runs" / "pairs")
    args = [word if word != "runs/pairs" else "runs/killed" for word in RUN]
    hurry = tmp_path / "hurry"
    with started(*args, first=HURRIED, folder=hurry, cwd=home) as process:
        wait_until(lambda: len(starts(hurry)) >= 1)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with started("resume", "runs/killed", cwd=home) as process:
        assert ended(process)[0] == 0
    assert arrays(home / "runs" / "killed") == theirs
