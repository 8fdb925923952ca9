"""One process of a contender: trains its part of the members whenever it is told to, and is idle
until then.

The first line it is given is its job in JSON; each further line is a number of steps. To each it
answers with one line when it is done: the members' mean loss, or the rate where there is nothing to
train.
"""

import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

from toymono.config import Config, Hyper
from toymono.environment import multiply_adds_per_second

PRODUCT_SIZE = 2048


def main() -> None:
    """Answer every line of the input."""
    job = json.loads(sys.stdin.readline())
    advance = multiply_adds_of_products if job["contender"] == "limit" else prepared(job)
    print(advance(1), flush=True)
    for line in sys.stdin:
        print(advance(int(line)), flush=True)


def multiply_adds_of_products(repeats: int) -> float:
    """Multiply-adds per second of float32 products of large matrices, the best of so many."""
    return multiply_adds_per_second(PRODUCT_SIZE, repeats)


def prepared(job: dict[str, Any]) -> Callable[[int], float]:
    """What the contender of this name makes of the members it is to train."""
    contender = importlib.import_module(f"_{job['contender']}")
    settings = [Hyper(learning_rate=rate) for rate in job["learning_rates"]]
    return contender.prepared(Config(**job["config"]), settings, job["seeds"])


if __name__ == "__main__":
    main()
