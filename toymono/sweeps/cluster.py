"""Units trained on a Ray cluster: a task for each, wherever a core is free, or a GPU if the cluster has any.

Ray only says where and when. What is done is what the run folder holds, which all nodes must therefore share: a task
whose node dies starts again elsewhere, from the unit's last checkpoint. The head's own death ends the run.
"""

import contextlib
import logging
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

from toymono import environment
from toymono.config import InputError, require
from toymono.sweeps.folder import SWEEP_FILE
from toymono.sweeps.interruption import Stopped, asked_to_stop
from toymono.sweeps.plan import Unit
from toymono.sweeps.store import unit_file
from toymono.sweeps.work import Report, train_unit
from toymono.sweeps.workers import ONE_THREAD
from toymono.training.ensemble import Progress

_DEATHS_PER_UNIT = 10  # of its node or process, before the unit is given up
_UNITS_PER_PROCESS = 16  # starting one and compiling takes seconds, but XLA keeps memory for all that it compiles
_SECONDS_TO_CONNECT = 30.0
_SECONDS_BETWEEN_NEWS = 1.0
_PATIENCE = 120.0  # seconds; a file server frees the locks of a node that is gone after about 90
_OBJECT_STORE = 2**27  # bytes; nothing large passes through Ray


class Cluster(NamedTuple):
    """A cluster that this process is connected to."""

    at_once: int  # units that it trains at the same time
    bytes_each: int  # memory for each of them
    ray: ModuleType
    task: Callable[..., Any]  # what makes a function one that a node calls, with one unit's share of the cluster


@contextlib.contextmanager
def connected(on: str, workers: int | None = None) -> Iterator[Cluster]:
    """A cluster: "ray" starts one on this machine, HOST:PORT or ray://HOST:PORT is the address of one's head.

    This process must run on one of its nodes. Raises InputError if there is no Ray or no such cluster.
    """
    ray = _ray()
    local = {"address": "local", "num_cpus": workers or environment.n_cores(), "object_store_memory": _OBJECT_STORE}
    told = {**local, "include_dashboard": False} if on == "ray" else {"address": _head(on, workers)}
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # this process leaves its GPU to its workers
    try:
        ray.init(**told, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError, AssertionError) as error:
        fix = "run toymono on one of its nodes, with its versions of Python and Ray"
        raise InputError(f"{on} must be a Ray cluster that can be joined, but {_line(error)}; {fix}") from error
    try:
        with contextlib.redirect_stdout(sys.stderr):  # Ray says there which nodes died
            yield _measured(ray, on)
    finally:
        ray.shutdown()


def _ray() -> ModuleType:
    """Ray, which sends no usage statistics, and gives up a unit that was too large for its node's memory too often."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_task_oom_retries"] = str(_DEATHS_PER_UNIT)
    try:
        import ray
    except ModuleNotFoundError as error:
        fix = "install it with `pip install 'toymono[ray]'`"
        raise InputError(f"a cluster needs Ray, but there is no {error.name}; {fix}") from error
    return ray


def _head(on: str, workers: int | None) -> str:
    """The address of a cluster's head, where one answers; Ray itself would try again and again for minutes."""
    told = re.fullmatch(r"(?:ray://)?(([\w.-]+):(\d{1,5}))", on)
    fix = "name the head as `ray start --head` printed it, HOST:6379, or leave --on out"
    require(told is not None and int(told[3]) < 2**16, "on", "here, ray, HOST:PORT or ray://HOST:PORT", on, fix)
    require(workers is None, "workers", "left to the cluster", workers, "leave it out")
    assert told
    try:
        socket.create_connection((told[2], int(told[3])), _SECONDS_TO_CONNECT).close()
        status = [sys.executable, "-m", "ray.scripts.scripts", "status", "--address", told[1]]
        subprocess.run(status, capture_output=True, check=True, timeout=_SECONDS_TO_CONNECT)
    except (OSError, subprocess.SubprocessError) as error:
        reason = f" ({error})" if isinstance(error, OSError) else ""
        raise InputError(f"on must be the address of a Ray cluster, but none answers at {on}{reason}; {fix}") from error
    return told[1]


def _measured(ray: ModuleType, on: str) -> Cluster:
    """How much there is of a cluster: one core for a unit, and one GPU if there are any."""
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    kinds = ("CPU", "GPU") if any("GPU" in node for node in nodes) else ("CPU",)
    found = [(int(min(node.get(kind, 0) for kind in kinds)), node.get("memory", 0)) for node in nodes]
    able = [(n, memory) for n, memory in found if n]
    require(bool(able), "on", "a cluster with a core that is a worker's", on, "add a node with `ray start`")
    task = ray.remote(
        num_cpus=1,
        num_gpus=len(kinds) - 1,
        max_calls=1 if len(kinds) > 1 else _UNITS_PER_PROCESS,  # one that is idle would keep its GPU's memory
        max_retries=_DEATHS_PER_UNIT,
        retry_exceptions=[Stopped],  # its node is being shut down
        runtime_env={"env_vars": {**ONE_THREAD, **_checkout()}},
    )
    # Ray knows the nodes' own memory, and nothing of their GPUs'.
    each = int(min(memory // n for n, memory in able))
    return Cluster(
        at_once=sum(n for n, _ in able),
        bytes_each=ray.get(task(environment.free_memory).remote()) if len(kinds) > 1 else each,
        ray=ray,
        task=task,
    )


def _checkout() -> dict[str, str]:
    """Where nodes find the toymono that runs here, if it is a checkout: on the storage that they share, say."""
    root = pathlib.Path(__file__).parents[2]
    return {"PYTHONPATH": f"{root}{os.pathsep}${{PYTHONPATH}}"} if (root / "pyproject.toml").exists() else {}


def train_in_cluster(
    cluster: Cluster, folder: pathlib.Path, units: list[Unit], report: Report, stop: Callable[[], bool]
) -> None:
    """Train units of a run, as many at the same time as the cluster can; where one dies the others go on.

    Raises Stopped, once the units in training have a checkpoint, if it was asked to stop, and otherwise InputError if
    a unit is not done, which says why.
    """
    ray, named = cluster.ray, {unit.name: unit for unit in units}
    news = _news(ray)
    train = cluster.task(_train)
    running = {train.remote(folder.absolute(), unit, news): unit for unit in units}
    reasons, asked = {}, False
    while running:
        done, _ = ray.wait(list(running), timeout=_SECONDS_BETWEEN_NEWS)
        for name, progress in ray.get(news.take.remote()).items():
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
    """On a node: train a unit unless it is done. Raises InputError, or Stopped when this process is asked to stop."""
    fix = "let all nodes see the run's folder at the same path, on storage that they share"
    require((folder / SWEEP_FILE).exists(), "folder", "the run's on every node", str(folder), fix)
    told = -_SECONDS_BETWEEN_NEWS

    def report(unit: Unit, progress: Progress) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= _SECONDS_BETWEEN_NEWS or progress.step == progress.last_step:
            told = now
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
    """A process on this node, which lives as long as this one does, that takes the news of all."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
    return ray.remote(num_cpus=0, scheduling_strategy=here)(_News).remote()


def _reason(ray: ModuleType, task: Any) -> str:  # noqa: ANN401 (a reference of Ray's)
    """Why a task failed; empty if it did not."""
    try:
        ray.get(task)
    except ray.exceptions.RayError as error:
        return _line(getattr(error, "cause", None) or error)
    return ""


def _line(error: BaseException) -> str:
    """The first line of an error's words, or else what it is."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


def _check_done(folder: pathlib.Path, reasons: dict[Unit, str]) -> None:
    """Raise InputError unless all units are done; the list of files is read anew, for a file server's may be late."""
    done = {file.name for file in (folder / "units").iterdir()}
    lost = {unit: reason for unit, reason in reasons.items() if unit_file(folder, unit).name not in done}
    if lost:
        deaths = "; ".join(f"{unit.name}: {why or 'its node wrote elsewhere'}" for unit, why in lost.items())
        fix = f"mend that, then go on with: toymono resume {folder}"
        raise InputError(f"each unit must be trained to its end, but {deaths}; {fix}")
