"""The commands as frozen dataclasses: each field is a flag."""

import dataclasses
import pathlib
from typing import TYPE_CHECKING, Annotated, Literal, Union

from tyro.conf import FlagCreatePairsOff, OmitArgPrefixes, Positional, Suppress, subcommand

from toymono.config import Config, Hyper, RecordParams, RecordPhase, Sweep
from toymono.plots import Kind
from toymono.sweeps.presets import PRESETS, ScaleName, preset_sweep

TableName = Literal["counts", "circuit", "contexts", "geometry"]
_DEFAULTS = Hyper._field_defaults


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Training:
    """The flags of every command that trains."""

    unit: str = "1/1"
    """Train share i of n of the units, written i/n: for arrays of jobs on a cluster."""
    workers: int | None = None
    """Processes that train a unit each (default: one per core, if that is faster)."""
    on: str = "here"
    """Where: here; on all cores through Ray (ray); or on a Ray cluster, by its head's address, as
    HOST:6379.
    """


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunPreset(_Training):
    """Train a named sweep."""

    preset: Suppress[str]
    scale: ScaleName = "desk"
    """Sizes and steps: the paper's networks with a short training, the paper's own, or seconds for
    a try-out.
    """
    seeds: tuple[int, ...] = (0, 1, 2)
    """Seeds that every setting is trained with."""
    record_phase: RecordPhase = "rest"
    """Record at minima of a periodic learning rate (rest), or at powers of two, which are its
    maxima (peak).
    """
    record_params: RecordParams | None = None
    """Keep full parameters at the end, or at every record (default: the end; every record in the
    demo).
    """
    out: pathlib.Path | None = None
    """Folder of the run (default: runs/<preset>-<scale>)."""
    dry_run: bool = False
    """Print the plan and write nothing."""

    def sweep(self) -> Sweep:
        """What is to be trained."""
        sweep = preset_sweep(self.preset, self.scale, self.seeds)
        kept = self.record_params or sweep.base.record_params
        base = dataclasses.replace(sweep.base, record_phase=self.record_phase, record_params=kept)
        return dataclasses.replace(sweep, base=base)

    def folder(self) -> pathlib.Path:
        """Where it goes."""
        return self.out or pathlib.Path("runs") / f"{self.preset}-{self.scale}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunCustom(Config, _Training):
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
    weight_density: tuple[float, ...] = (_DEFAULTS["weight_density"],)
    """Probability that a weight exists, where connectivity is random."""
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
        base = Config(
            **{field.name: getattr(self, field.name) for field in dataclasses.fields(Config)}
        )
        return Sweep(
            base=base,
            grids=({name: getattr(self, name) for name in Hyper._fields},),
            seeds=self.seeds,
        )

    def folder(self) -> pathlib.Path:
        """Where it goes."""
        return self.out or pathlib.Path("runs/custom")


if TYPE_CHECKING:
    SweepCommand = RunPreset | RunCustom
else:  # one subcommand for each preset, which no type checker can follow
    _presets = (
        Annotated[RunPreset, subcommand(name, default=RunPreset(preset=name), description=title)]
        for name, title in PRESETS.items()
    )
    SweepCommand = Union[*_presets, Annotated[RunCustom, subcommand("custom")]]


@dataclasses.dataclass(frozen=True)
class Run:
    """Train a sweep; what is done already is kept."""

    what: SweepCommand


@dataclasses.dataclass(frozen=True)
class Resume(_Training):
    """Train what a run still lacks; what is done already is kept."""

    folder: Positional[pathlib.Path]
    """Folder of a run."""


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
    show: TableName = "counts"
    """Which measures: counts of neurons; the circuit (neurons by role, the linear block); contexts
    (mono neurons at twice the amplitude, with noise, with other features on); or geometry (how
    features share inputs and neurons)."""


@dataclasses.dataclass(frozen=True)
class Figure:
    """Draw a run, or draw again a figure that is stored as JSON."""

    folder: Positional[pathlib.Path]
    """Folder of a run, or a figure's JSON file."""
    kind: Kind = "all"
    """What to draw; "all" is one page with every kind."""
    member: int = 0
    """Whose map to draw: a member's number in `toymono table`."""
    out: pathlib.Path | None = None
    """File to write, ending in .html, .png, .svg or .pdf (default: figures/<kind>.html in the
    run).
    """


@dataclasses.dataclass(frozen=True)
class Claims:
    """Judge the paper's twelve claims over seeds: supported, refuted, inconclusive or untested."""

    folders: Positional[tuple[pathlib.Path, ...]]
    """Runs, files of results, or folders with some of either."""
    json: bool = False
    """Print JSON."""
    out: pathlib.Path | None = None
    """Also draw the evidence, into a file ending in .html, .png, .svg or .pdf."""


@dataclasses.dataclass(frozen=True)
class Explore:
    """Open runs in a browser, on this machine only: sweeps, maps, neurons, training, what if."""

    folders: Positional[tuple[pathlib.Path, ...]]
    """Runs, or folders with runs."""
    port: int = 0
    """Port of the page (default: a free one)."""
    open: bool = False
    """Also open the browser."""


@dataclasses.dataclass(frozen=True)
class Report:
    """Write one page that opens anywhere: claims, sweeps, and chosen networks neuron by neuron."""

    folders: Positional[tuple[pathlib.Path, ...]]
    """Runs, or folders of runs."""
    out: pathlib.Path = pathlib.Path("report.html")
    """File to write; an earlier report is replaced."""
    members: tuple[int, ...] = ()
    """Whom to take apart: numbers in `toymono table` (default: up to 6, chosen over settings)."""


@dataclasses.dataclass(frozen=True)
class Doctor:
    """Say what this installation runs on, and hold a tiny run against stored numbers."""


CommandLine = Annotated[
    Union[  # noqa: UP007 (Annotated types know no |)
        Annotated[List, subcommand("list")],
        Annotated[Run, subcommand("run")],
        Annotated[Resume, subcommand("resume")],
        Annotated[ShowTable, subcommand("table")],
        Annotated[Figure, subcommand("figure")],
        Annotated[Claims, subcommand("claims")],
        Annotated[Explore, subcommand("explore")],
        Annotated[Report, subcommand("report")],
        Annotated[Doctor, subcommand("doctor")],
    ],
    OmitArgPrefixes,
    FlagCreatePairsOff,
]
