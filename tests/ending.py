"""How work in this process ends: well, in one sentence, in a traceback, or not at all."""

import contextlib
import io
import signal
import traceback

import running

COMPUTING, WAITING = 60, 600  # seconds of the processor and of the clock after which work hangs


class Hang(BaseException):
    """Work takes too long."""


def end_of(work):
    """How work ends, and what it said."""
    error = io.StringIO()
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(error):
            with _limited():
                work()
    except Hang:
        return "hang", traceback.format_exc()
    except SystemExit as stop:
        return _end_with(stop.code or 0, error.getvalue())
    except BaseException:
        return "traceback", traceback.format_exc()
    return _end_with(0, error.getvalue())


def _end_with(status, error):
    """How work with this exit status ends: what it printed must fit."""
    try:
        assert status in (0, 2) and "Traceback" not in error
        return ("sentence" if status and running.refusal(error) else "ok"), error
    except (AssertionError, ValueError):
        return "traceback", f"{status}: {error}"


@contextlib.contextmanager
def _limited():
    def late(number, frame):
        raise Hang

    alarms = ((signal.ITIMER_VIRTUAL, COMPUTING), (signal.ITIMER_REAL, WAITING))
    for number in (signal.SIGVTALRM, signal.SIGALRM):
        signal.signal(number, late)
    try:
        for timer, seconds in alarms:
            signal.setitimer(timer, seconds)
        yield
    finally:
        for timer, _ in alarms:
            signal.setitimer(timer, 0)
