"""The command line: list, run, table, figure, doctor. JAX is loaded only by the verbs that need it."""

import contextlib
import dataclasses
import io
import pathlib
import sys
from typing import TYPE_CHECKING, Annotated, Union

import tyro
from tyro.conf import FlagCreatePairsOff, OmitArgPrefixes, Positional, Suppress, subcommand

from toymono.config import Config, Hyper, RecordParams, RecordPhase, Sweep
from toymono.plots import Kind
from toymono.sweeps.paper import PRESETS, SCALES, ScaleName, preset_sweep
from toymono.terminal import (
    duration,
    fail,
    frame_table,
    one_sentence,
    print_table,
    progress,
    strict_json,
    summary_table,
    table,
)

_DEFAULTS = Hyper._field_defaults


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunPreset:
    """Train a named sweep."""

    preset: Suppress[str]
    scale: ScaleName = "laptop"
    """Sizes and steps: the paper's own, a laptop's, or seconds for a try-out."""
    seeds: tuple[int, ...] = (0, 1, 2)
    """Seeds that every setting is trained with."""
    record_phase: RecordPhase = "rest"
    """Record at minima of a periodic learning rate (rest), or at powers of two, which are its maxima (peak)."""
    record_params: RecordParams = "last"
    """Keep full parameters at the end, or at every record."""
    out: pathlib.Path | None = None
    """Folder of the run (default: runs/<preset>-<scale>)."""
    dry_run: bool = False
    """Print the plan and write nothing."""

    def sweep(self) -> Sweep:
        """What is to be trained."""
        sweep = preset_sweep(self.preset, self.scale, self.seeds)
        base = dataclasses.replace(sweep.base, record_phase=self.record_phase, record_params=self.record_params)
        return dataclasses.replace(sweep, base=base)

    def folder(self) -> pathlib.Path:
        """Where it goes."""
        return self.out or pathlib.Path("runs") / f"{self.preset}-{self.scale}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunCustom(Config):
    """Train the product of the numbers given: every combination, with every seed."""

    learning_rate: tuple[float, ...] = (_DEFAULTS["learning_rate"],)
    """Learning rate per step, at the schedule's maximum."""
    bias_offset: tuple[float, ...] = (_DEFAULTS["bias_offset"],)
    """Added to every initial bias, in units of the pre-activation."""
    bias_decay: tuple[float, ...] = (_DEFAULTS["bias_decay"],)
    """Share of the bias lost per unit of learning rate and step, in the first half of training."""
    l1: tuple[float, ...] = (_DEFAULTS["l1"],)
    """Weight of sum |activation| / batch in the loss that is trained."""
    feature_density: tuple[float, ...] = (_DEFAULTS["feature_density"],)
    """Mean probability that a feature is on."""
    seeds: tuple[int, ...] = (0, 1, 2)
    """Seeds that every setting is trained with."""
    out: pathlib.Path | None = None
    """Folder of the run (default: runs/custom)."""
    dry_run: bool = False
    """Print the plan and write nothing."""

    def __post_init__(self) -> None:
        """Leave the checks to the sweep, which reports all bad values in one form."""

    def sweep(self) -> Sweep:
        """What is to be trained."""
        base = Config(**{field.name: getattr(self, field.name) for field in dataclasses.fields(Config)})
        return Sweep(base=base, grids=({name: getattr(self, name) for name in Hyper._fields},), seeds=self.seeds)

    def folder(self) -> pathlib.Path:
        """Where it goes."""
        return self.out or pathlib.Path("runs/custom")


if TYPE_CHECKING:
    SweepCommand = RunPreset | RunCustom
else:  # one subcommand for each preset, which no type checker can follow
    _presets = (
        Annotated[RunPreset, subcommand(name, default=RunPreset(preset=name), description=preset.title)]
        for name, preset in PRESETS.items()
    )
    SweepCommand = Union[*_presets, Annotated[RunCustom, subcommand("custom")]]


@dataclasses.dataclass(frozen=True)
class Run:
    """Train a sweep; what is done already is kept."""

    what: SweepCommand


@dataclasses.dataclass(frozen=True)
class List:
    """List the named sweeps with size, member count and estimated time here."""


@dataclasses.dataclass(frozen=True)
class ShowTable:
    """Print one row per trained member: its settings, and its numbers at the last record."""

    folder: Positional[pathlib.Path]
    """Folder of a run."""
    json: bool = False
    """Print JSON, with every setting."""
    over_seeds: bool = False
    """Print one row per setting: means with their 95 % intervals over seeds."""


@dataclasses.dataclass(frozen=True)
class Figure:
    """Draw a run."""

    folder: Positional[pathlib.Path]
    """Folder of a run."""
    kind: Kind = "all"
    """What to draw; "all" is one page with every kind."""
    member: int = 0
    """Whose map to draw: a member's number in `toymono table`."""
    out: pathlib.Path | None = None
    """File to write, ending in .html, .png, .svg or .pdf (default: figures/<kind>.html in the run)."""


@dataclasses.dataclass(frozen=True)
class Doctor:
    """Say what this installation runs on, and hold a tiny run against stored numbers."""


_CommandLine = Annotated[
    Union[  # noqa: UP007 (Annotated types know no |)
        Annotated[List, subcommand("list")],
        Annotated[Run, subcommand("run")],
        Annotated[ShowTable, subcommand("table")],
        Annotated[Figure, subcommand("figure")],
        Annotated[Doctor, subcommand("doctor")],
    ],
    OmitArgPrefixes,
    FlagCreatePairsOff,
]


def _list() -> None:
    from toymono.environment import multiply_adds_per_second
    from toymono.sweeps.plan import estimated_seconds, n_members, plan

    rate, rows = multiply_adds_per_second(), []
    for name, preset in PRESETS.items():
        for scale in SCALES:
            units = plan(preset_sweep(name, scale))
            config = units[0].config
            size = f"{config.n_features}/{config.n_embed}/{config.n_neurons}"
            time = duration(estimated_seconds(units, rate))
            row = (size, str(config.batch_size), str(config.n_steps), str(n_members(units)), time)
            rows.append((name, scale, *row, preset.title))
    headers = ("preset", "scale", "N/d/k", "batch", "steps", "members", "time here", "what")
    print_table(table(headers, rows))


def _print_plan(sweep: Sweep, folder: pathlib.Path) -> None:
    from toymono.environment import multiply_adds_per_second
    from toymono.sweeps.plan import estimated_bytes, estimated_seconds, plan

    units, rate = plan(sweep), multiply_adds_per_second()
    headers = ("unit", "settings", "seeds", "members", "memory", "time here")
    rows = [
        (
            unit.name,
            *(str(count) for count in (len(unit.settings), len(unit.seeds), unit.n_members)),
            f"{estimated_bytes(unit) / 2**20:.0f} MiB",
            duration(estimated_seconds([unit], rate)),
        )
        for unit in units
    ]
    print_table(table(headers, rows, title=f"{folder} (nothing is written)"))


def _run(what: RunPreset | RunCustom) -> None:
    sweep, folder = what.sweep(), what.folder()
    if what.dry_run:
        return _print_plan(sweep, folder)
    from toymono.sweeps.run import run_sweep

    try:
        with progress() as report:
            files = run_sweep(sweep, folder, report)
    except KeyboardInterrupt:
        sys.exit(f"stopped; finished units are kept, so the same command goes on. The run is in {folder}")
    print(f"{len(files)} unit(s) done in {folder}; next: toymono table {folder}")


def _table(command: ShowTable) -> None:
    from toymono.analysis.members import COUNTS, brief, over_seeds, run_table
    from toymono.sweeps.store import read_run

    rows, measures = run_table(read_run(command.folder)), ("task_loss", *COUNTS)
    shown = over_seeds(rows, measures) if command.over_seeds else rows.reset_index()
    if command.json:
        print(strict_json(shown))
    else:
        print_table(summary_table(shown, measures) if command.over_seeds else frame_table(brief(rows)))


def _figure(command: Figure) -> None:
    from toymono.gallery import draw
    from toymono.plots.write import write_figures

    figures = draw(command.folder, command.kind, command.member)
    file = command.out or command.folder / "figures" / f"{command.kind}.html"
    print(f"open {write_figures(figures, file)}")


def _doctor() -> None:
    from toymono.doctor import examine

    checks = examine()
    verdicts = {None: "", True: "ok", False: "WRONG"}
    print_table(table(("what", "found", ""), [(c.name, c.found, verdicts[c.holds]) for c in checks]))
    if any(check.holds is False for check in checks):
        sys.exit(1)


def _parsed(args: list[str] | None) -> object:
    """The command that the words stand for; tyro's box around what is wrong with them becomes one sentence."""
    shown = io.StringIO()
    try:
        with contextlib.redirect_stderr(shown):
            return tyro.cli(_CommandLine, prog="toymono", args=args, description=__doc__)
    except SystemExit as stop:
        if stop.code:
            lines = (line.strip(" │") for line in shown.getvalue().splitlines() if line.startswith("│"))
            fail(" ".join("-" if line.startswith("─") else line for line in lines) or shown.getvalue())
        raise


def main(args: list[str] | None = None) -> None:
    """Run one command; a bad value ends it with one sentence and exit status 2."""
    with one_sentence():
        match command := _parsed(args):
            case List():
                _list()
            case Run(what):
                _run(what)
            case ShowTable():
                _table(command)
            case Figure():
                _figure(command)
            case Doctor():
                _doctor()
