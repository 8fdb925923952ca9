"""Make a signal end the program: by an exception that cleans up, or else after a timeout.

Python prints and loses an exception that is raised during garbage collection, and delays one that
is raised while a library computes.
"""

import _thread
import contextlib
import os
import queue
import select
import signal
import socket
import sys
import threading
import time
import types
from collections.abc import Iterator
from typing import Any

from toymono.sweeps.interruption import ends_in_order

PATIENCE = 1.5  # seconds in which a program ends by itself, if it does at all
STATUS = 130  # what shells give a program that Ctrl-C ended
_STOPPING = (signal.SIGINT, signal.SIGTERM)
_STOP = tuple(bytes([number]) for number in _STOPPING)  # as Python writes them
_AT_ONCE = (bytes([signal.SIGINT]), b"")  # a second Ctrl-C, or the end of the block
_PAUSE = 0.05  # seconds between two looks
_SHOW_CURSOR = b"\x1b[?25h"


@contextlib.contextmanager
def ends_on_signal() -> Iterator[None]:
    """While this block lasts, SIGINT and SIGTERM raise KeyboardInterrupt, again if it is lost; a
    program that still runs after `PATIENCE` is ended.

    A run that is storing its progress (`sweeps.interruption`) may take longer, unless Ctrl-C comes
    again. Outside the main thread, where signals do not arrive, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reader, writer = socket.socketpair()  # Python writes to it at once, whatever it is doing
    writer.setblocking(False)
    with writer, _handlers(writer.fileno()), _kept_stops() as lost:
        asked: queue.SimpleQueue[bool] = queue.SimpleQueue()
        threading.Thread(target=_watch, args=(reader, asked, lost), daemon=True).start()
        status: object = "stopped"  # whatever a stop became on its way through libraries
        try:
            yield
            status = 0
        except SystemExit as stop:
            status = stop.code
            raise
        finally:
            signal.set_wakeup_fd(-1)
            writer.shutdown(socket.SHUT_WR)
            if asked.get():
                _leave(status)


@contextlib.contextmanager
def _handlers(writer: int) -> Iterator[None]:
    before = {number: signal.signal(number, _raise) for number in _STOPPING}
    woken = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(woken)
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise(number: int, frame: types.FrameType | None) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def _kept_stops() -> Iterator[list[None]]:
    """One entry for each stop that Python could not raise. Neither these stops nor those that a
    library drops are printed.
    """
    lost: list[None] = []
    unraised, given_up = sys.unraisablehook, sys.excepthook

    def keep(what: "sys.UnraisableHookArgs") -> None:
        if issubclass(what.exc_type, KeyboardInterrupt):
            lost.append(None)
        else:
            unraised(what)

    def leave_out(kind: type[BaseException], *more: Any) -> None:  # noqa: ANN401 (as Python's own)
        if not issubclass(kind, KeyboardInterrupt):
            given_up(kind, *more)

    sys.unraisablehook, sys.excepthook = keep, leave_out
    try:
        yield lost
    finally:
        sys.unraisablehook, sys.excepthook = unraised, given_up


def _watch(reader: socket.socket, asked: "queue.SimpleQueue[bool]", lost: list[None]) -> None:
    """Wait for a signal, then until the run has stored its progress, then for the program's end."""
    while (number := reader.recv(1)) and number not in _STOP:
        pass
    asked.put(bool(number))
    if not number:  # the block is left, and nobody has asked
        return reader.close()
    while ends_in_order():
        if select.select([reader], [], [], _PAUSE)[0] and reader.recv(1) in _AT_ONCE:
            break
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        time.sleep(_PAUSE)
        if lost:
            lost.clear()
            _thread.interrupt_main()
    os.write(2, (_SHOW_CURSOR if os.isatty(2) else b"") + b"stopped\n")
    os._exit(STATUS)


def _leave(status: object) -> None:
    """End at once, with Python's own status: cleaning up may take seconds while JAX compiles."""
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)
    if isinstance(status, str):
        print(status, file=sys.stderr)
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 0 if status is None else 1)
