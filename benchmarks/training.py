"""How long a member's training step takes: toymono against PyTorch and against the machine's own
float32 products.

Command: make bench, or python benchmarks/training.py [--rounds 9]. All take turns within each
round, and their ratios are taken within it too, so that they hold on a noisy machine. Each uses the
cores in both ways, and its better one counts: one process with a thread for every core, or one
process per core.
"""

import argparse
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from _turns import Contender, Members, contenders, ratios, spread

from toymono.command_line.terminal import print_table, table
from toymono.config import Config
from toymono.environment import n_cores
from toymono.training.train import multiply_adds

PROGRAMS = {
    "limit": "matrix products alone",
    "ours": "toymono",
    "strong": "PyTorch, members stacked",
    "plain": "PyTorch, the authors' loop",
}
PRODUCTS = 4  # the fastest of so many gives the machine's rate


class Course(NamedTuple):
    """What is trained, and how far in a turn."""

    members: Members
    n_steps: int


COURSES = {
    "laptop": Course(Members(Config(), (0.001, 0.003, 0.01, 0.03), (0, 1)), 48),
    "paper": Course(
        Members(
            Config(n_features=512, n_embed=64, n_neurons=1024, batch_size=8192), (0.003,), (0, 1)
        ),
        2,
    ),
}
Times = dict[Contender, list[float]]  # seconds per member and step, one for each round


def main(argv: Sequence[str] | None = None) -> None:
    """Print a table for each shape, and how toymono stands to each of the others."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--shapes", nargs="+", choices=COURSES, default=tuple(COURSES))
    args = parser.parse_args(argv)
    for name in args.shapes:
        times = measured(COURSES[name], args.rounds)
        print(f"\n{name}: {course_words(COURSES[name])}, {args.rounds} rounds, {n_cores()} cores")
        print_times(times, COURSES[name].members.config)


def course_words(course: Course) -> str:
    """The course in words."""
    config = course.members.config
    widths = f"N {config.n_features}, d {config.n_embed}, k {config.n_neurons}"
    shape = f"{widths}, batch {config.batch_size}"
    return f"{shape}, {len(course.members)} members, {course.n_steps} steps a round"


def measured(course: Course, rounds: int) -> Times:
    """Seconds per member and step of every contender in every round; the limit's are what its rate
    would need.
    """
    with contenders(tuple(PROGRAMS), course.members) as ready:
        times: Times = {contender: [] for contender in ready}
        for _ in range(rounds):
            for contender in ready:
                times[contender].append(turn(contender, course))
    return times


def turn(contender: Contender, course: Course) -> float:
    """Seconds per member and step in one turn."""
    if contender.program == "limit":
        _, rates = contender.advance(PRODUCTS)
        return multiply_adds(course.members.config) / sum(rates)
    seconds, _ = contender.advance(course.n_steps)
    return seconds / course.n_steps / len(course.members)


def print_times(times: Times, config: Config) -> None:
    """Print what each took, and what it took for each second of toymono's; medians with the range
    over rounds.
    """
    best = {program: fastest(times, program) for program in PROGRAMS}
    rows = []
    for contender, seconds in times.items():
        milliseconds = spread([1e3 * second for second in seconds])
        against_ours = spread(ratios(seconds, times[best["ours"]]))
        of_limit = spread(
            [100 * share for share in ratios(times[best["limit"]], seconds)], digits=0
        )
        mark = "*" if contender is best[contender.program] else ""
        rows.append(
            (
                PROGRAMS[contender.program],
                contender.way + mark,
                milliseconds,
                against_ours,
                of_limit,
            )
        )
    headers = (
        "program",
        "processes",
        "ms per member and step",
        "toymono's time = 1",
        "% of the matmul rate",
    )
    print_table(table(headers, rows), n_keys=2)
    rate = 2e-9 * multiply_adds(config) / statistics.median(times[best["limit"]])
    print(
        "median (lowest to highest); * the better way, which counts; "
        f"the matmul rate: {rate:.0f} GFLOP/s"
    )


def fastest(times: Times, program: str) -> Contender:
    """The better way of a program, by its median."""
    ways = [contender for contender in times if contender.program == program]
    return min(ways, key=lambda contender: statistics.median(times[contender]))


if __name__ == "__main__":
    main()
