"""What more members cost: time per member and step for 1 to 64 of them, and compile time for the
widths of a sweep.

Command: make bench, or python benchmarks/scaling.py [--rounds 9]. In one process on one core, as
toymono uses each; the numbers of members take turns within each round.
"""

import argparse
import dataclasses
import os
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import jax.monitoring
import numpy as np
from _ours import prepared, trained
from _turns import ratios, spread
from rich.table import Table

from toymono.command_line.terminal import print_table, table
from toymono.config import Config, Hyper
from toymono.sweeps.plan import Unit, plan
from toymono.sweeps.presets import preset_sweep
from toymono.sweeps.scales import ScaleName
from toymono.sweeps.workers import ONE_THREAD

SHAPE = Config()  # the laptop size: N 128, d 64, k 256, batch 512
N_MEMBERS = (1, 2, 4, 8, 16, 32, 64)
MEMBER_STEPS = 192  # in a turn
SWEEP = "K1"  # one shape for each width
_COMPILING, _STEP = (
    "/jax/core/compile/",
    "advance_members",
)  # the events, and the program that makes updates


def main(argv: Sequence[str] | None = None) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--members", type=int, nargs="+", default=N_MEMBERS)
    parser.add_argument(
        "--scale", choices=("desk", "smoke"), default="desk", help="of the widths that are compiled"
    )
    args = parser.parse_args(argv)
    os.environ.update(ONE_THREAD)  # read when JAX first computes
    print(
        "members of one seed at laptop shape, one core, "
        f"{args.rounds} rounds, median (lowest to highest)"
    )
    print_table(costs(args.members, args.rounds))
    print(
        f"the widths of {SWEEP} at {args.scale} scale, cut to two steps; "
        "trained once as they are and once at half the rates"
    )
    print_table(compile_times(args.scale))


def costs(n_members: Sequence[int], rounds: int) -> Table:
    """What a member costs among so many."""
    advances = {n: prepared(SHAPE, settings(n), (0,)) for n in n_members}
    times = {n: [] for n in n_members}
    for _ in range(rounds):
        for n, advance in advances.items():
            times[n].append(seconds_per_member(advance, n))
    fewest = times[min(n_members)]
    rows = [
        (str(n), spread([1e3 * one for one in took]), spread(ratios(took, fewest)))
        for n, took in times.items()
    ]
    return table(("members", "ms per member and step", "the fewest members' time = 1"), rows)


def settings(n: int) -> list[Hyper]:
    """So many learning rates."""
    return [Hyper(learning_rate=rate) for rate in np.geomspace(0.001, 0.01, n).tolist()]


def seconds_per_member(advance: Callable[[int], float], n_members: int) -> float:
    """Seconds per member and step in one turn."""
    n_steps = max(1, MEMBER_STEPS // n_members)
    started = time.perf_counter()
    advance(n_steps)
    return (time.perf_counter() - started) / n_steps / n_members


def compile_times(scale: ScaleName) -> Table:
    """What each width takes to compile, and how often its step is compiled for two settings."""
    rows = []
    for unit in plan(preset_sweep(SWEEP, scale)):
        slower = [one.replace(learning_rate=one.learning_rate / 2) for one in unit.settings]
        of_units = [compilations(unit), compilations(unit._replace(settings=tuple(slower)))]
        all_programs, step = (
            sum(one.seconds for one in some) for some in (of_units[0], steps(of_units[0]))
        )
        n_compiled = sum(one.is_compiled for of_unit in of_units for one in steps(of_unit))
        config = unit.config
        rows.append(
            (
                str(config.n_neurons),
                str(config.batch_size),
                f"{step:.2f}",
                f"{all_programs:.2f}",
                f"{n_compiled}",
            )
        )
    headers = (
        "k",
        "batch",
        "s to compile a step",
        "s to compile all programs",
        "times a step is compiled",
    )
    return table(headers, rows)


class Compilation(NamedTuple):
    """What JAX reports of one program: its tracing, its lowering, or, where `is_compiled`, its
    compilation by XLA.
    """

    program: str
    is_compiled: bool
    seconds: float


def compilations(unit: Unit) -> list[Compilation]:
    """All that is compiled while a unit is trained for two steps."""
    heard = []

    def listen(event: str, duration_secs: float, **tags: str | int) -> None:
        if event.startswith(_COMPILING):
            heard.append(Compilation(str(tags.get("fun_name")), "backend" in event, duration_secs))

    jax.monitoring.register_event_duration_secs_listener(listen)
    trained(
        dataclasses.replace(unit.config, n_steps=2, record_phase="peak"), unit.settings, unit.seeds
    )
    jax.monitoring.unregister_event_duration_listener(listen)
    return heard


def steps(heard: Sequence[Compilation]) -> list[Compilation]:
    """Those of the program that makes updates."""
    return [one for one in heard if _STEP in one.program]


if __name__ == "__main__":
    main()
