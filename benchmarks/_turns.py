"""Contenders take turns: each is a set of processes that train some members between them while all
others are idle.

So what is compared is measured within seconds of each other, and what else the machine does meets
all alike.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from toymono.config import Config
from toymono.environment import n_cores
from toymono.sweeps.workers import ONE_THREAD

_WORKER = pathlib.Path(__file__).with_name("_worker.py")
_KEEPS_TO_ONE_CORE = {
    **ONE_THREAD,
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}  # PyTorch's and its products'


class Members(NamedTuple):
    """What all contenders train: every learning rate with every seed."""

    config: Config
    learning_rates: tuple[float, ...]
    seeds: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.learning_rates) * len(self.seeds)

    def parts(self, n: int) -> list["Members"]:
        """At most n parts of about one size: by seed first, so that settings share their draw, then
        by rate.
        """
        n_seeds = min(n, len(self.seeds))
        n_rates = min(max(n // n_seeds, 1), len(self.learning_rates))
        by_rate = [tuple(part.tolist()) for part in np.array_split(self.learning_rates, n_rates)]
        by_seed = [tuple(part.tolist()) for part in np.array_split(self.seeds, n_seeds)]
        return [Members(self.config, rates, seeds) for seeds in by_seed for rates in by_rate]


class Contender:
    """Processes that run one of the programs, with its name and way of using the cores."""

    def __init__(self, program: str, members: Members, one_per_core: bool) -> None:
        self.program, self.members = program, members
        parts = members.parts(n_cores()) if one_per_core else [members]
        environment = os.environ | (_KEEPS_TO_ONE_CORE if one_per_core else {})
        self.way = f"{len(parts)} x 1 thread" if one_per_core else "1 x all threads"
        self._workers = [
            subprocess.Popen(
                [sys.executable, _WORKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                env=environment,
            )
            for _ in parts
        ]
        self._tell([json.dumps(self._job(part)) for part in parts])

    def _job(self, part: Members) -> dict[str, object]:
        return {
            "contender": self.program,
            **part._asdict(),
            "config": dataclasses.asdict(part.config),
        }

    def _tell(self, lines: Sequence[str]) -> list[float]:
        """What the workers answer to one line each; they work at the same time."""
        for worker, line in zip(self._workers, lines, strict=True):
            assert worker.stdin
            print(line, file=worker.stdin, flush=True)
        return [float(worker.stdout.readline()) for worker in self._workers if worker.stdout]

    def advance(self, n_steps: int) -> tuple[float, list[float]]:
        """Seconds until all workers have made so many steps, and what they answered."""
        started = time.perf_counter()
        answers = self._tell([str(n_steps)] * len(self._workers))
        return time.perf_counter() - started, answers

    def stop(self) -> None:
        """End the processes."""
        for worker in self._workers:
            worker.communicate()


@contextlib.contextmanager
def contenders(programs: Sequence[str], members: Members) -> Iterator[list[Contender]]:
    """Each program in both ways of using the cores, ready to advance; their processes end with the
    block.
    """
    ready = [
        Contender(program, members, one_per_core)
        for program in programs
        for one_per_core in (False, True)
    ]
    try:
        yield ready
    finally:
        for contender in ready:
            contender.stop()


def ratios(over: Sequence[float], under: Sequence[float]) -> list[float]:
    """One ratio for each round."""
    return [one / other for one, other in zip(over, under, strict=True)]


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median and range: "1.31 (1.27 to 1.42)"."""
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"
