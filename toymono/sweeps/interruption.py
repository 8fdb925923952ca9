"""Stop a run on Ctrl-C, or on a cluster's signal to end its job, without loss of progress."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator

_orderly: list[None] = []  # one for each block that is being gone through


class Stopped(Exception):
    """A run was asked to stop, and did; everything that it had made is kept."""


def ends_in_order() -> bool:
    """Whether the program stores or closes something before it ends, which may take a while."""
    return bool(_orderly)


@contextlib.contextmanager
def order() -> Iterator[None]:
    """A block that is gone through in its own time where a signal comes."""
    _orderly.append(None)
    try:
        yield
    finally:
        _orderly.pop()


@contextlib.contextmanager
def asked_to_stop() -> Iterator[Callable[[], bool]]:
    """A function that says whether SIGINT or SIGTERM came; the second SIGINT interrupts at once.

    Elsewhere than in the main thread, where signals do not arrive, nobody asks.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return

    def heed(number: int, frame: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, heed) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with order():
            yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
