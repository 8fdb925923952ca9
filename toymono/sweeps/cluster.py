"""Connect to a Ray cluster or start one, and measure what each of its tasks can use."""

import contextlib
import logging
import os
import pathlib
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

from toymono import environment
from toymono.config import InputError, require
from toymono.sweeps.estimates import PROCESS_BYTES
from toymono.sweeps.interruption import Stopped
from toymono.sweeps.workers import ONE_THREAD
from toymono.text_files import ENCODING

_DEATHS_PER_UNIT = 10  # of its node or process, before the unit is given up
# starting one and compiling takes seconds, but XLA keeps memory for all that it compiles
_UNITS_PER_PROCESS = 16
_SECONDS_TO_CONNECT = 30.0
_OBJECT_STORE = 2**27  # bytes; nothing large passes through Ray


class Cluster(NamedTuple):
    """A cluster that this process is connected to."""

    at_once: int  # units that it trains at the same time
    bytes_each: int  # memory for each of them, beside what its process needs for itself
    ray: ModuleType
    # Makes a function one that a node calls, with one unit's share of the cluster.
    task: Callable[..., Any]


@contextlib.contextmanager
def connected(on: str, workers: int | None = None) -> Iterator[Cluster]:
    """Connect to a cluster: "ray" starts one on this machine, HOST:PORT or ray://HOST:PORT is the
    address of a cluster's head.

    This process must run on one of its nodes. Raises InputError if Ray is not installed or if there
    is no such cluster.
    """
    ray = _ray()
    local = {
        "address": "local",
        "num_cpus": workers or environment.n_cores(),
        "object_store_memory": _OBJECT_STORE,
        "include_dashboard": False,
    }
    options = local if on == "ray" else {"address": _head(on, workers)}
    os.environ.setdefault(
        "XLA_PYTHON_CLIENT_PREALLOCATE", "false"
    )  # this process leaves its GPU to its workers
    try:
        ray.init(**options, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError, AssertionError, ray.exceptions.RayError) as error:
        fix = "run toymono on one of its nodes, with its versions of Python and Ray"
        raise InputError(
            f"{on} must be a Ray cluster to join, but {first_line(error)}; {fix}"
        ) from error
    try:
        yield _measured(ray, on)
    finally:
        ray.shutdown()


def _ray() -> ModuleType:
    """Ray, set to send no usage statistics and to give up a unit that has run out of its node's
    memory too often.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_task_oom_retries"] = str(_DEATHS_PER_UNIT)
    try:
        import ray
    except ModuleNotFoundError as error:
        fix = "install it with `pip install 'toymono[ray]'`"
        raise InputError(f"a cluster needs Ray, but {error.name} is missing; {fix}") from error
    return ray


def _head(on: str, workers: int | None) -> str:
    """The address of a cluster's head that answers; Ray itself would retry for minutes."""
    match = re.fullmatch(r"(?:ray://)?(([\w.-]+):(\d{1,5}))", on)
    token = "(and set RAY_AUTH_MODE=token if it asks for a token)"
    fix = f"give the address that `ray start --head` printed, HOST:6379 {token}"
    require(
        match is not None and int(match[3]) < 2**16,
        "on",
        "here, ray, HOST:PORT or ray://HOST:PORT",
        on,
        fix,
    )
    require(workers is None, "workers", "left to the cluster", workers, "leave it out")
    assert match
    try:
        socket.create_connection((match[2], int(match[3])), _SECONDS_TO_CONNECT).close()
        status = [sys.executable, "-m", "ray.scripts.scripts", "status", "--address", match[1]]
        subprocess.run(
            status,
            capture_output=True,
            encoding=ENCODING,
            errors="replace",
            check=True,
            timeout=_SECONDS_TO_CONNECT,
        )
    except (OSError, subprocess.SubprocessError) as error:
        last = str(getattr(error, "stderr", None) or error).strip().splitlines()[-1]
        raise InputError(
            f"on must be the address of a Ray cluster, but {on} is not: {last[:200]}; {fix}"
        ) from error
    return match[1]


def _measured(ray: ModuleType, on: str) -> Cluster:
    """Measure what a cluster has for units: a unit takes one core, and one GPU if there are any."""
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    kinds = ("CPU", "GPU") if any("GPU" in node for node in nodes) else ("CPU",)
    found = [
        (int(min(node.get(kind, 0) for kind in kinds)), node.get("memory", 0)) for node in nodes
    ]
    able = [(n, memory) for n, memory in found if n]
    require(
        bool(able),
        "on",
        "a cluster with at least one worker core",
        on,
        "add a node with `ray start`",
    )
    task = ray.remote(
        num_cpus=1,
        num_gpus=len(kinds) - 1,
        max_calls=1
        if len(kinds) > 1
        else _UNITS_PER_PROCESS,  # one that is idle would keep its GPU's memory
        max_retries=_DEATHS_PER_UNIT,
        retry_exceptions=[Stopped],  # its node is being shut down
        runtime_env={"env_vars": {**ONE_THREAD, **_checkout()}},
    )
    # Ray knows the nodes' own memory, and nothing of their GPUs'.
    each = max(0, int(min(memory // n for n, memory in able)) - PROCESS_BYTES)
    return Cluster(
        at_once=sum(n for n, _ in able),
        bytes_each=ray.get(task(environment.free_memory).remote()) if len(kinds) > 1 else each,
        ray=ray,
        task=task,
    )


def _checkout() -> dict[str, str]:
    """The path of toymono's checkout, for nodes that share its storage; None if it is installed."""
    root = pathlib.Path(__file__).parents[2]
    return (
        {"PYTHONPATH": f"{root}{os.pathsep}${{PYTHONPATH}}"}
        if (root / "pyproject.toml").exists()
        else {}
    )


def first_line(error: BaseException) -> str:
    """The first line of an error's words, or else what it is."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
