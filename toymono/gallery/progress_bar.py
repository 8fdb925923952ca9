"""Show the progress of training: a bar in a terminal, else a line now and then."""

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from toymono.sweeps.plan import Unit
    from toymono.training import ensemble

_SECONDS_BETWEEN_LINES = 10.0


def duration(seconds: float) -> str:
    """A length of time in a unit that fits it."""
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size or (unit == "min" and seconds >= 90):
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


class _Pace:
    """Updates per second since the first report of a unit, which leaves compilation out."""

    def __init__(self) -> None:
        self.first: dict[str, tuple[int, float]] = {}

    def __call__(self, unit: "Unit", step: int) -> float:
        step_then, then = self.first.setdefault(unit.name, (step, time.monotonic()))
        return (step - step_then) / max(time.monotonic() - then, 1e-9)


@contextlib.contextmanager
def progress(
    console: Console | None = None,
) -> Iterator[Callable[["Unit", "ensemble.Progress"], None]]:
    """A function to report progress to: a bar with steps per second, loss and time left, or a line
    now and then.
    """
    console = console or Console(stderr=True)
    yield from _bar(console) if console.is_terminal else _lines(console)


def _bar(console: Console) -> Iterator[Callable[["Unit", "ensemble.Progress"], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn(
            "{task.completed:.0f}/{task.total:.0f} steps, {task.fields[pace]:.0f}/s, "
            "loss {task.fields[loss]:.4f}, {task.fields[mono]}"
        ),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    pace, tasks = _Pace(), {}
    with Progress(*columns, console=console) as bar:

        def report(unit: "Unit", at: "ensemble.Progress") -> None:
            rate = pace(unit, at.step)
            fields = {"pace": rate, "loss": at.loss, "mono": _mono(at)}
            if unit.name not in tasks:
                tasks[unit.name] = bar.add_task(unit.title, total=at.last_step, **fields)
            bar.update(tasks[unit.name], completed=at.step, **fields)

        yield report


def _lines(console: Console) -> Iterator[Callable[["Unit", "ensemble.Progress"], None]]:
    pace, printed = _Pace(), [-_SECONDS_BETWEEN_LINES]

    def report(unit: "Unit", at: "ensemble.Progress") -> None:
        rate, now = pace(unit, at.step), time.monotonic()
        if now - printed[0] < _SECONDS_BETWEEN_LINES and at.step < at.last_step:
            return
        printed[0] = now
        left = duration((at.last_step - at.step) / rate) if rate else "?"
        steps = f"step {at.step}/{at.last_step}, {rate:.0f} steps/s"
        line = f"{unit.title}; {steps}, loss {at.loss:.4f}, {_mono(at)}{left} left"
        console.print(line, soft_wrap=True, highlight=False)

    yield report


def _mono(at: "ensemble.Progress") -> str:
    """Mono neurons at the last record, on average; nothing before the first record."""
    return "" if math.isnan(at.n_mono) else f"{at.n_mono:.0f} mono neurons, "
