"""What a training step costs under each law of features in processor time, as a ratio to the
uniform law.

Command: python benchmarks/laws.py. All laws take turns in each round, at the demo's shape; a law is
measured alone and with a number of its own that differs between settings, so that each setting has
a batch of its own.
"""

import dataclasses
import statistics
import time
from collections.abc import Callable

from _ours import prepared

from toymono.config import Hyper
from toymono.sweeps.demo import race_of

ROUNDS, STEPS, SEEDS = 9, 64, (0, 1)
LAWS = {
    "uniform": {"feature_density": (1 / 32, 1 / 40)},
    "power-law": {},
    "zipf": {},
    "groups": {"lift": (4.0, 8.0)},
    "trees": {"dependence": (0.5, 1.0)},
    "copula": {"neighbour_correlation": (0.3, 0.6)},
    "low-rank-copula": {"factor_scale": (0.05, 0.1)},
}


def main() -> None:
    """Print, for each law, the processor time of a step over that under the uniform law: median and
    range.
    """
    base, density = race_of("desk")
    programs = {}
    for law, varied in LAWS.items():
        config = dataclasses.replace(base, feature_law=law)
        alike = [Hyper(rate, feature_density=density) for rate in (0.005, 0.01)]
        programs[law, "one batch"] = prepared(config, alike, SEEDS)
        for name, values in varied.items():
            apart = [Hyper(**{"feature_density": density, name: value}) for value in values]
            programs[law, "a batch each"] = prepared(config, apart, SEEDS)
    rounds = [{what: seconds(advance) for what, advance in programs.items()} for _ in range(ROUNDS)]
    for what in programs:
        ratios = [times[what] / times["uniform", "one batch"] for times in rounds]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"{', '.join(what)}: {statistics.median(ratios):.2f} ({spread}, n {ROUNDS})")


def seconds(advance: Callable[[int], float]) -> float:
    """The processor time that some steps take, on all threads."""
    started = time.process_time()
    advance(STEPS)
    return time.process_time() - started


if __name__ == "__main__":
    main()
