"""What a GPU or TPU gives: member-steps per second by members and precision, and what precision
does to results.

Command: python benchmarks/accelerator.py [--scale paper] [--seconds 2] [--out accelerator.json].
Shares are of the device's own rate of matrix products in the same precision; from the rates follows
how long all of Table 1 would take. Needs neither plotly nor h5netcdf nor tyro, which a machine that
only trains may lack.
"""

import argparse
import dataclasses
import json
import pathlib
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from _ours import prepared
from _precision import PRECISIONS, REFERENCE, compared
from rich.table import Table

from toymono.command_line.terminal import duration, print_table, table
from toymono.config import Config, Hyper, MatmulPrecision
from toymono.environment import devices, free_memory, git_commit, versions
from toymono.sweeps.estimates import estimated_bytes
from toymono.sweeps.paper import BATCHES
from toymono.sweeps.plan import Unit, plan
from toymono.sweeps.presets import PRESETS, preset_sweep
from toymono.sweeps.scales import SCALES, ScaleName
from toymono.text_files import write_text
from toymono.training.schedules import last_step
from toymono.training.train import multiply_adds

N_MEMBERS = (1, 2, 4, 8, 16, 32, 64)
PRODUCT_SIZES: dict[ScaleName, int] = {"paper": 8192, "desk": 4096, "smoke": 256}
PRODUCTS = 8  # in a chain
TURNS = 5  # in which each rate is measured
Row = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print three tables, and write all their numbers as JSON if asked to."""
    args = parsed(argv)
    print(f"{', '.join(devices())}; {args.scale} scale")
    speeds = [
        row
        for precision in PRECISIONS
        for row in speed(args.scale, precision, args.members, args.seconds)
    ]
    print_table(speed_table(speeds))
    projections = [projection(args.scale, precision, speeds) for precision in PRECISIONS]
    print_table(projection_table(projections))
    differences = compared(args.scale, args.seeds, args.steps)
    print_table(difference_table(differences))
    if args.out:
        machine = {
            "devices": devices(),
            "versions": versions(),
            "commit": git_commit(),
            "scale": args.scale,
        }
        numbers = {
            **machine,
            "speeds": speeds,
            "projections": projections,
            "differences": differences,
        }
        write_text(args.out, json.dumps(numbers, indent=1, allow_nan=False) + "\n")


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", choices=SCALES, default="paper")
    parser.add_argument(
        "--seconds", type=float, default=2.0, help="to measure a rate for (default: 2)"
    )
    parser.add_argument("--members", type=int, nargs="+", default=N_MEMBERS)
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=(0, 1, 2), help="to compare precisions over"
    )
    parser.add_argument(
        "--steps", type=int, help="to compare precisions after (default: what their batches have)"
    )
    parser.add_argument("--out", type=pathlib.Path, help="JSON file for all numbers")
    return parser.parse_args(argv)


def speed(
    scale: ScaleName, precision: MatmulPrecision, n_members: Sequence[int], seconds: float
) -> list[Row]:
    """A row for each number of members that fits into memory: its rate, and the share of the
    device's own.
    """
    config, size = (
        dataclasses.replace(SCALES[scale].config, matmul_precision=precision),
        PRODUCT_SIZES[scale],
    )
    multiply, rows = products(size, precision), []
    for n in n_members:
        settings = tuple(
            Hyper(learning_rate=rate) for rate in np.geomspace(0.001, 0.01, n).tolist()
        )
        if estimated_bytes(Unit(config, settings, (0,))) > free_memory():
            break
        limit = statistics.median(timed(multiply, seconds)) * PRODUCTS * size**3
        rates = [n * rate for rate in timed(prepared(config, settings, (0,)), seconds)]
        found = {
            "member_steps_per_s": statistics.median(rates),
            "lowest": min(rates),
            "highest": max(rates),
        }
        share = found["member_steps_per_s"] * multiply_adds(config) / limit
        rows.append(
            {
                "precision": precision,
                "members": n,
                **found,
                "share": share,
                "products_multiply_adds_per_s": limit,
            }
        )
    return rows


def products(size: int, precision: MatmulPrecision) -> Callable[[int], object]:
    """A function that makes so many chains of PRODUCTS products of float32 matrices of random
    numbers, size x size.
    """
    pair = (
        jax.random.normal(jax.random.key(0), (2, size, size)) * size**-0.5
    )  # products keep this scale

    @jax.jit
    def chained(pair: jax.Array, n: int) -> jax.Array:
        return jax.lax.fori_loop(0, n, lambda _, product: product @ pair[1], pair[0])

    def multiply(n_chains: int) -> None:
        with jax.default_matmul_precision(Config(matmul_precision=precision).jax_precision):
            chained(pair, n_chains * PRODUCTS).block_until_ready()

    return multiply


def timed(advance: Callable[[int], object], seconds: float) -> list[float]:
    """Steps per second in each of some turns, which together take about so many seconds."""
    advance(1)  # compiles what is not compiled yet
    n_steps, took = 1, 0.0
    while took < seconds / TURNS / 4:
        n_steps *= 2
        took = seconds_of(advance, n_steps)
    n_steps = max(1, round(n_steps * seconds / TURNS / took))
    return [n_steps / seconds_of(advance, n_steps) for _ in range(TURNS)]


def seconds_of(advance: Callable[[int], object], n_steps: int) -> float:
    """How long so many steps take."""
    started = time.perf_counter()
    advance(n_steps)
    return time.perf_counter() - started


def projection(scale: ScaleName, precision: MatmulPrecision, speeds: Sequence[Row]) -> Row:
    """Seconds for one seed of every preset, if its multiply-adds go as fast as those of as many
    members, or fewer.

    Rough: other widths and batches have the same multiply-adds in products of another form.
    """
    measured = {
        row["members"]: row["member_steps_per_s"] for row in speeds if row["precision"] == precision
    }
    step = multiply_adds(SCALES[scale].config)

    def seconds(unit: Unit) -> float:
        n = max((n for n in measured if n <= unit.n_members), default=min(measured))
        return (
            last_step(unit.config)
            * unit.n_members
            * multiply_adds(unit.config)
            / step
            / measured[n]
        )

    presets = {name: sum(map(seconds, plan(preset_sweep(name, scale, (0,))))) for name in PRESETS}
    of_paper = [name for name, batch in BATCHES.items() if not batch.title.startswith("control")]
    table_1 = sum(presets[name] for name in of_paper)
    return {
        "precision": precision,
        "table_1": table_1,
        "all": sum(presets.values()),
        "presets": presets,
    }


def speed_table(rows: Sequence[Row]) -> Table:
    """The rates, and what they are of the device's own."""
    lines = []
    for row in rows:
        rate = f"{row['member_steps_per_s']:.4g} ({row['lowest']:.4g} to {row['highest']:.4g})"
        shares = (f"{100 * row['share']:.0f}", f"{2e-12 * row['products_multiply_adds_per_s']:.3g}")
        lines.append((row["precision"], str(row["members"]), rate, *shares))
    headers = (
        "precision",
        "members",
        "member-steps per s (lowest to highest)",
        "% of products",
        "their TFLOP/s",
    )
    return table(headers, lines)


def projection_table(rows: Sequence[Row]) -> Table:
    """How long the paper's batches would take, and all presets."""
    lines = [(row["precision"], duration(row["table_1"]), duration(row["all"])) for row in rows]
    return table(("precision", "Table 1, one seed", "with toymono's controls"), lines)


def difference_table(rows: Sequence[Row]) -> Table:
    """Means, and what they are above the reference with its interval."""
    lines = []
    for row in rows:
        numbers = (
            "" if row[name] is None else f"{row[name]:.4g}"
            for name in ("mean", "difference", "low", "high", "n")
        )
        if row["precision"] != REFERENCE:
            lines.append((row["precision"], row["start"], row["measure"], *numbers))
    return table(
        ("precision", "start", "measure", "mean", f"less {REFERENCE}", "low", "high", "n"), lines
    )


if __name__ == "__main__":
    main()
