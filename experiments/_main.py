"""What all experiments share: train what is missing, tabulate, draw, and say which file to open."""

import argparse
import pathlib

import numpy as np
import pandas as pd

from toymono.command_line.terminal import frame_table, one_sentence, print_table, summary_table
from toymono.environment import browser
from toymono.evidence.results import joined, measured_results, read_results, write_results
from toymono.evidence.tables import over_seeds
from toymono.gallery.progress_bar import progress
from toymono.gallery.runs import open_run
from toymono.plots.write import write_images, write_json, write_page
from toymono.sweeps.presets import preset_sweep
from toymono.sweeps.run import run_sweep
from toymono.sweeps.scales import SCALES

MEASURES = ("task_loss", "n_mono", "n_covered")


def print_means(run):
    """Loss and coverage of each setting, over its seeds."""
    print_rows(run.table)


def print_rows(table):
    """The same of some rows of a run's table."""
    print_table(summary_table(over_seeds(table, MEASURES), MEASURES))


def ends(interval):
    """The mean of an interval and its ends, as columns of a table."""
    return {end: float(getattr(interval, end)) for end in ("mean", "low", "high")}


def verdict(interval, low, high):
    """Where an interval lies against the range in which a rule wants it; a rule with two ends is
    refuted only where all of the interval is outside.
    """
    if not np.isfinite([interval.low, interval.high]).all():
        return "untested"
    if low <= interval.low and interval.high <= high:
        return "supported"
    return "refuted" if interval.high < low or interval.low > high else "undecided"


def print_verdicts(intervals, judged, rule, expected):
    """The intervals that a rule judges, the rule, what was expected and what was found, which is
    returned in words.
    """
    rows = [{"what": name, **ends(of), "n": int(of.n)} for name, of in intervals.items()]
    print_table(frame_table(pd.DataFrame(rows)))
    words = ", ".join(f"{name} {of}" for name, of in judged.items())
    print(f"{rule}. Expected: {expected}. Found: {words}.")
    return words


def main(name, doc, batches, draw, argv=None, seeds=(0, 1, 2), tell=print_means):
    """Run an experiment: `draw` takes its runs by batch and returns figures by name; `tell` prints
    a run.
    """
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", choices=SCALES, default="desk")
    parser.add_argument("--seeds", type=int, nargs="+", default=seeds)
    parser.add_argument(
        "--out",
        type=pathlib.Path,
        nargs="+",
        default=[pathlib.Path("runs")],
        help="folder that holds the runs (default: runs); several hold some of the seeds each, "
        "trained there before",
    )
    parser.add_argument(
        "--figures", type=pathlib.Path, help="folder of the figures (default: OUT/figures-SCALE)"
    )
    args = parser.parse_args(argv)
    figures = args.figures or args.out[0] / f"figures-{args.scale}"
    with one_sentence():
        folders = {batch: [out / f"{batch}-{args.scale}" for out in args.out] for batch in batches}
        for batch, (folder, *others) in folders.items():
            with progress() as report:
                if not others:
                    run_sweep(preset_sweep(batch, args.scale, tuple(args.seeds)), folder, report)
        runs = {batch: open_run(*paths) for batch, paths in folders.items()}
        figures.mkdir(parents=True, exist_ok=True)
        for batch, (folder, *_) in folders.items():
            print(batch)
            tell(runs[batch])
            file, results = (
                figures / f"{batch}.json",
                measured_results(folder, runs[batch].units, runs[batch].table),
            )
            write_results(with_earlier(results, file), file)
        print(f"open {save(draw(runs), figures, name)}")


def with_earlier(results, file):
    """The results with what the file holds of other seeds: a batch may be trained seed by seed."""
    return joined(read_results(file), results) if file.exists() else results


def save(drawn, folder, name):
    """Write each figure as JSON, and as PNG where there is a browser; then all as one page.

    A figure says which experiment drew it, by which the gallery sorts.
    """
    for title, figure in drawn.items():
        figure.update_layout(meta={"experiment": name})
        write_json(figure, folder / f"{title}.json")
    if browser():
        write_images({folder / f"{title}.png": figure for title, figure in drawn.items()})
    return write_page(list(drawn.values()), folder / f"{name}.html", f"toymono {name}")
