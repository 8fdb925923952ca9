"""A signal ends a command soon, even where Python loses it, and not before a run has stored what it
has.
"""

import random
import signal
import subprocess
import sys
import time

import pytest

from toymono.command_line.stopping import PATIENCE

# A command that says when it begins, and goes on for a minute in a way in which a stop is lost, or
# has to wait.
WAYS = {
    "garbage": "gc.callbacks.append(lambda phase, about: time.sleep(0.02))\n"
    "    while True:\n        gc.collect()\n        time.sleep(0.02)",
    "swallowed": "while True:\n        try:\n            time.sleep(60)\n"
    "        except BaseException:\n            pass",
    "library": "hashlib.pbkdf2_hmac('sha1', b'', b'', 10**9)",
    "orderly": "with asked_to_stop() as stop:\n        while not stop():\n"
    "            time.sleep(0.01)\n        time.sleep(2.5)\n    print('stored')",
    "leaving": "atexit.register(time.sleep, 60)\n    time.sleep(60)",
}
# Ways that a program ends by itself: here the clock that ends the others may not come first,
# however busy the machine.
BY_THEMSELVES = ("garbage", "leaving")
PROGRAM = """
import atexit, gc, hashlib, time
from toymono.command_line import stopping
from toymono.command_line.terminal import one_sentence
from toymono.sweeps.interruption import asked_to_stop

stopping.PATIENCE = {patience}
with stopping.ends_on_signal(), one_sentence():
    print("begun", flush=True)
    {way}
"""


@pytest.fixture(scope="module")
def ends():
    """What each way ended with: its status, words and seconds since its signals; all run at the
    same time.
    """
    started = {
        (way, number): _begun(way) for way in WAYS for number in (signal.SIGINT, signal.SIGTERM)
    }
    for process in started.values():
        assert process.stdout.readline() == "begun\n"
    found, draw = {}, random.Random(0)
    for (_, number), process in started.items():
        time.sleep(draw.uniform(0, 0.05))
        process.send_signal(number)
    since = time.monotonic()
    while len(found) < len(started) and time.monotonic() < since + 20:
        for key, process in started.items():
            if key not in found and process.poll() is not None:
                found[key] = (process.returncode, *process.communicate(), time.monotonic() - since)
        time.sleep(0.01)
    for process in started.values():
        process.kill()
    return found


def _begun(way):
    patience = 20 if way in BY_THEMSELVES else PATIENCE
    program, pipe = PROGRAM.format(way=WAYS[way], patience=patience), subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", program], stdout=pipe, stderr=pipe, encoding="utf-8"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("way", "status"), [("garbage", 1), ("swallowed", 130), ("library", 130), ("leaving", 1)]
)
def test_a_signal_ends_a_command_though_its_exception_is_lost(ends, way, status, number):
    assert ends[way, number][:3] == (status, "", "stopped\n")
    assert ends[way, number][3] < 4  # 2 on a machine that does nothing else


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_takes_its_time_to_store_what_it_has(ends, number):
    status, out, error, seconds = ends["orderly", number]
    assert (status, out, error) == (0, "stored\n", "")
    assert seconds > 2


def test_a_second_ctrl_c_does_not_wait_for_what_is_stored():
    process = _begun("orderly")
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ("", "stopped\n")
    assert process.returncode == 1


def test_a_signal_after_the_work_ends_a_command_without_a_word():
    code = (
        "import atexit, time; from toymono.command_line.main import program;"
        "atexit.register(lambda: (print('leaves', flush=True), time.sleep(20))); program()"
    )
    command = [sys.executable, "-c", code, "--version"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        while process.stdout.readline() != b"leaves\n":
            pass
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=10)[1] == b""


@pytest.mark.long
@pytest.mark.parametrize("verb", ["report", "figure", "explore", "table"])
def test_a_signal_at_any_moment_ends_a_command_in_a_word(smoke_run, tmp_path, verb):
    draw = random.Random(verb)
    for trial in range(5):
        out = ("--out", tmp_path / f"{trial}.html") if verb in ("report", "figure") else ()
        command = [sys.executable, "-m", "toymono", verb, smoke_run, *out]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            time.sleep(draw.uniform(2, 12))
            process.send_signal(draw.choice([signal.SIGINT, signal.SIGTERM]))
            assert process.communicate(timeout=20)[1] in (b"", b"stopped\n")
    assert {path.suffix for path in tmp_path.iterdir()} <= {".html"}
