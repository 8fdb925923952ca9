"""Show the progress of training: a bar in a terminal, else a line now and then."""

import contextlib
import math
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from toymono.sweeps.plan import Unit
    from toymono.training import ensemble

_SECONDS_BETWEEN_LINES = 10.0
_STARTING = "starting: it can take half a minute until training is compiled"


def duration(seconds: float) -> str:
    """A length of time in a unit that fits it."""
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size or (unit == "min" and seconds >= 90):
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


class _Titled(Progress):
    """Bars with what each trains on a line above, which is too long to stand beside it."""

    def get_renderables(self) -> Iterator["RenderableType"]:
        for task in self.tasks:
            if task.visible:
                yield Text(task.description)
                yield self.make_tasks_table([task])


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
        BarColumn(bar_width=12),
        TextColumn("{task.fields[words]}"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    pace, tasks = _Pace(), {}
    with _Titled(*columns, console=console) as bar:
        starting = bar.add_task(_STARTING, total=None, words="")

        def report(unit: "Unit", at: "ensemble.Progress") -> None:
            rate = pace(unit, at.step)
            words = f"{at.step}/{at.last_step} steps, {rate:.0f}/s, loss {at.loss:.4f}, {_mono(at)}"
            if unit.name not in tasks:
                bar.update(starting, visible=False)
                tasks[unit.name] = bar.add_task(unit.title, total=at.last_step, words=words)
            bar.update(tasks[unit.name], completed=at.step, words=words)

        try:
            yield report
        finally:  # units that are done already report nothing
            bar.update(starting, visible=False)


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
    if math.isnan(at.n_mono):
        return ""
    n = round(at.n_mono)
    return f"{n} mono neuron{'' if n == 1 else 's'}, "
