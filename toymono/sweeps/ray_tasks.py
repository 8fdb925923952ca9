"""Train units in the tasks of a Ray cluster, one unit per task.

Ray only decides where and when. The run's folder alone says which units are done, so all nodes must
share it. A task whose node dies starts again on another node, from the unit's last checkpoint. When
the head dies, the run ends and can be resumed.
"""

import contextlib
import io
import pathlib
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from toymono.config import InputError, require
from toymono.sweeps.cluster import Cluster, first_line
from toymono.sweeps.folder import SWEEP_FILE, load_components
from toymono.sweeps.interruption import Stopped, asked_to_stop
from toymono.sweeps.plan import Unit
from toymono.sweeps.store import unit_file
from toymono.sweeps.train_unit import Report, train_unit
from toymono.training.ensemble import Progress

_SECONDS_BETWEEN_NEWS = 1.0
_PATIENCE = 120.0  # seconds; a file server frees the locks of a node that is gone after about 90
_WIDTH = 200  # of what Ray says


def train_in_cluster(
    cluster: Cluster,
    folder: pathlib.Path,
    units: list[Unit],
    report: Report,
    stop: Callable[[], bool],
) -> None:
    """Train units on a cluster, as many at a time as it can; if one task dies, the others continue.

    Raises Stopped, once the units in training have a checkpoint, if it was asked to stop, and
    otherwise InputError if a unit is not done, which says why.
    """
    ray, named = cluster.ray, {unit.name: unit for unit in units}
    news = _news(ray)
    train = cluster.task(_train)
    running = {train.remote(folder.absolute(), unit, news): unit for unit in units}
    reasons, asked = {}, False
    while running:
        with contextlib.redirect_stdout(_Brief()):
            done, _ = ray.wait(list(running), timeout=_SECONDS_BETWEEN_NEWS)
        for name, progress in _taken(ray, news).items():
            report(named[name], progress)
        reasons |= {running.pop(task): _reason(ray, task) for task in done}
        if stop() and not asked:
            asked = True
            for task in running:
                ray.cancel(task)  # as Ctrl-C does in the process that trains it
    if stop():
        raise Stopped
    _check_done(folder, reasons)


def _train(folder: pathlib.Path, unit: Unit, news: Any) -> None:  # noqa: ANN401 (a handle of Ray's)
    """On a node: train a unit if it is not done. Raises InputError, or Stopped on request."""
    fix = "put the run on storage that all nodes share at the same path"
    require((folder / SWEEP_FILE).exists(), "folder", "the run on every node", str(folder), fix)
    load_components(folder)
    sent_at = -_SECONDS_BETWEEN_NEWS

    def report(unit: Unit, progress: Progress) -> None:
        nonlocal sent_at
        now = time.monotonic()
        if now - sent_at >= _SECONDS_BETWEEN_NEWS or progress.step == progress.last_step:
            sent_at = now
            news.put.remote(unit.name, progress)

    with asked_to_stop() as stop:
        train_unit(folder, unit, report, stop, _PATIENCE)


class _News:
    """The latest progress of each unit that nobody has asked for yet."""

    def __init__(self) -> None:
        self.latest: dict[str, Progress] = {}

    def put(self, name: str, progress: Progress) -> None:
        self.latest[name] = progress

    def take(self) -> dict[str, Progress]:
        taken, self.latest = self.latest, {}
        return taken


def _news(ray: ModuleType) -> Any:  # noqa: ANN401 (a handle of Ray's)
    """A process on this node that takes the news of all."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    return ray.remote(num_cpus=0, max_restarts=-1, scheduling_strategy=here)(_News).remote()


def _taken(ray: ModuleType, news: Any) -> dict[str, Progress]:  # noqa: ANN401 (a handle of Ray's)
    """The news; none where they cannot be had, for no unit rests on them."""
    try:
        return ray.get(news.take.remote(), timeout=_SECONDS_BETWEEN_NEWS)
    except ray.exceptions.RayError:
        return {}


class _Brief(io.TextIOBase):
    """Where Ray prints which nodes and tasks died, in forty lines each: the first goes to the
    standard error.
    """

    def write(self, text: str) -> int:
        line = text.strip().partition("\n")[0]
        return sys.stderr.write(f"{line[:_WIDTH]}\n" if line else "")


def _reason(ray: ModuleType, task: Any) -> str:  # noqa: ANN401 (a reference of Ray's)
    """Why a task failed; empty if it did not."""
    try:
        ray.get(task)
    except ray.exceptions.RayError as error:
        cause = getattr(error, "cause", None) or error
        if isinstance(cause, InputError):
            return str(cause).rpartition("; ")[0]  # what to do about it is said once for all units
        return f"{type(cause).__name__}: {first_line(cause)}"[:_WIDTH]
    return ""


def _check_done(folder: pathlib.Path, reasons: dict[Unit, str]) -> None:
    """Raise InputError unless all units are done; lists files anew, since a file server can lag."""
    done = {file.name for file in (folder / "units").iterdir()}
    lost = {
        unit: reason for unit, reason in reasons.items() if unit_file(folder, unit).name not in done
    }
    if lost:
        deaths = "; ".join(
            f"{unit.name}: {why or 'its node wrote to another folder'}"
            for unit, why in lost.items()
        )
        fix = f"fix that, then continue with: toymono resume {folder}"
        raise InputError(f"each unit must be trained to its end, but {deaths}; {fix}")
