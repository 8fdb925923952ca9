"""The commands as frozen dataclasses: each field is a flag."""

import dataclasses
import pathlib
from typing import Annotated, Any, Literal, Union

from tyro.conf import (
    FlagCreatePairsOff,
    OmitArgPrefixes,
    Positional,
    Suppress,
    UseAppendAction,
    arg,
    subcommand,
)

from toymono.components.component import Number
from toymono.components.registry import component_names, components
from toymono.config import (
    FILLED_BY_COMPONENTS,
    KINDS_CHOSEN,
    Config,
    RecordParams,
    RecordPhase,
    Sweep,
    own_numbers,
    setting_numbers,
)
from toymono.plots import Kind
from toymono.sweeps.presets import PRESETS, preset_sweep
from toymono.sweeps.scales import ScaleName

# Types made of what is known when a command starts, which no type checker can follow.
made_literal: Any = Literal
made_tuple: Any = tuple
made_union: Any = Union
made_annotated: Any = Annotated
# Values that may be left out, whose default the help says in words.
_Path = Annotated[pathlib.Path | None, arg(metavar="PATH", help_behavior_hint="")]
_Number = Annotated[int | None, arg(metavar="INT", help_behavior_hint="")]
_Folders = Annotated[
    tuple[pathlib.Path, ...], arg(metavar="PATH [PATH ...]", help_behavior_hint="(required)")
]
TableName = Literal["counts", "circuit", "contexts", "geometry"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class _WithFiles:
    """The flag of every command that may need a user's code."""

    with_: Annotated[
        UseAppendAction[tuple[pathlib.Path, ...]], arg(name="with", metavar="FILE")
    ] = ()
    """A Python file with your own components; toymono runs it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Training:
    """The flags of every command that trains."""

    unit: str = "1/1"
    """Train part i of n of the run, written i/n; for job arrays on a cluster."""
    workers: _Number = None
    """Number of processes, one unit each (default: one per core, if that is faster)."""
    on: str = "here"
    """Where to train: here; on all cores of this machine through Ray (ray); or on a Ray cluster,
    given by the address of its head, such as HOST:6379.
    """


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunPreset(_Training):
    """Train a named sweep."""

    preset: Suppress[str]
    scale: ScaleName = "desk"
    """desk: the paper's networks, trained briefly; paper: the paper's own training; smoke: seconds,
    to try it out."""
    seeds: tuple[int, ...] = (0, 1, 2)
    """Train every setting with each of these seeds."""
    record_phase: RecordPhase = "rest"
    """Record at minima of a periodic learning rate (rest), or at powers of two, which are its
    maxima (peak).
    """
    record_params: RecordParams | None = None
    """Keep full parameters at the end, or at every record (default: the end; every record in the
    demo).
    """
    out: _Path = None
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
        """The folder of the run."""
        return self.out or pathlib.Path("runs") / f"{self.preset}-{self.scale}"


@dataclasses.dataclass(frozen=True, kw_only=True)
class RunCustom(_Training, _WithFiles):
    """Train every combination of the values that you give, with every seed."""

    base: Config = dataclasses.field(default_factory=Config)
    """What all networks have in common."""
    numbers: object = None
    """One or several values for each number."""
    seeds: tuple[int, ...] = (0, 1, 2)
    """Train every setting with each of these seeds."""
    out: _Path = None
    """Folder of the run (default: runs/custom)."""
    dry_run: bool = False
    """Print the plan and write nothing."""

    def sweep(self) -> Sweep:
        """What is to be trained."""
        given: dict[str, Any] = dict(vars(self.base))
        measures = components("neuron_measure")
        given["measures"] = tuple(name for name, found in measures.items() if found.function)
        base = Config(**given)
        grid = {
            name: values
            for name, values in vars(self.numbers).items()
            if name in own_numbers() or values != (setting_numbers()[name].default,)
        }
        return Sweep(base=base, grids=(grid,), seeds=self.seeds)

    def folder(self) -> pathlib.Path:
        """The folder of the run."""
        return self.out or pathlib.Path("runs/custom")


def _custom() -> type[RunCustom]:
    """`run custom` with a flag for each setting that is known now."""
    choices = [
        (
            kind,
            made_literal[*component_names(kind)],
            dataclasses.field(default=getattr(Config(), kind)),
        )
        for kind in KINDS_CHOSEN
    ]
    hidden = [
        (name, Suppress[field.type], dataclasses.field(default=field.default))
        for name, field in Config.__dataclass_fields__.items()
        if name in FILLED_BY_COMPONENTS
    ]
    made = {"frozen": True, "kw_only": True}
    base = dataclasses.make_dataclass("Base", [*choices, *hidden], bases=(Config,), **made)
    numbers = dataclasses.make_dataclass(
        "Numbers",
        [
            (name, made_annotated[made_tuple[_type(of), ...], arg(help=of.meaning)], (of.default,))
            for name, of in setting_numbers().items()
        ],
        **made,
    )
    fields = [("base", base, base()), ("numbers", numbers, numbers())]
    said = {"__doc__": RunCustom.__doc__}
    return dataclasses.make_dataclass(
        "RunCustom", fields, bases=(RunCustom,), namespace=said, **made
    )


def _type(number: Number) -> type:
    return int if number.is_whole else float


@dataclasses.dataclass(frozen=True)
class Run:
    """Train a sweep; units that are done are kept."""

    what: RunPreset | RunCustom


def _run() -> type[Run]:
    """`run` with one subcommand for each preset, which no type checker can follow."""
    presets = (
        Annotated[RunPreset, subcommand(name, default=RunPreset(preset=name), description=title)]
        for name, title in PRESETS.items()
    )
    what = made_union[*presets, made_annotated[_custom(), subcommand("custom")]]
    made = {"bases": (Run,), "frozen": True, "namespace": {"__doc__": Run.__doc__}}
    return dataclasses.make_dataclass("Run", [("what", what)], **made)


@dataclasses.dataclass(frozen=True)
class Resume(_Training):
    """Train the units that a run still lacks; units that are done are kept."""

    folder: Positional[pathlib.Path]
    """Folder of a run."""


@dataclasses.dataclass(frozen=True)
class List:
    """List the named sweeps with size, number of networks and estimated time on this machine."""

    scale: ScaleName = "desk"
    """desk: the paper's networks, trained briefly; paper: the paper's own training; smoke: seconds,
    to try it out."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShowTable(_WithFiles):
    """Print one row per trained member: its settings, and its numbers at the last record, in the
    words of `toymono glossary`.
    """

    folder: Positional[pathlib.Path]
    """Folder of a run."""
    json: bool = False
    """Print JSON, with every setting."""
    over_seeds: bool = False
    """Print one row per setting: means with 95 % intervals over seeds."""
    show: TableName = "counts"
    """Which measures: counts of neurons; the circuit (neurons by role, the linear block); contexts
    (mono neurons at twice the amplitude, with noise, with other features on); or geometry (how
    features share inputs and neurons)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Figure(_WithFiles):
    """Draw a run, or redraw a figure that is stored as JSON."""

    folder: Positional[pathlib.Path]
    """Folder of a run, or a figure's JSON file."""
    kind: Kind = "all"
    """What to draw; "all" is one page with every kind."""
    member: _Number = None
    """The member whose map, geometry and circuit to draw, by its number in `toymono table`
    (default: the two members with similar losses that differ most in mono neurons)."""
    out: _Path = None
    """File to write, ending in .html, .png, .svg or .pdf. A .pdf is one journal column wide; the
    terminal shows its title as a caption (default: figures/<kind>.html in the run)."""


@dataclasses.dataclass(frozen=True)
class Claims:
    """Judge the paper's twelve claims, and eight on the mechanism, over seeds: supported, refuted,
    inconclusive or untested."""

    folders: Positional[_Folders]
    """Runs, results files, or folders that contain them."""
    json: bool = False
    """Print JSON."""
    out: _Path = None
    """Also draw the evidence to a file ending in .html, .png, .svg or .pdf."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Explore(_WithFiles):
    """Explore runs in a browser, only on this machine: maps, sweeps, training, what-ifs."""

    folders: Positional[_Folders]
    """Runs, or folders with runs."""
    port: Annotated[int, arg(help_behavior_hint="")] = 0
    """Port of the page (default: 8761, or a free one where that is taken)."""
    open: bool = False
    """Also open the browser."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Report(_WithFiles):
    """Write one page that opens anywhere: claims, sweeps, and chosen networks in full."""

    folders: Positional[_Folders]
    """Runs, or folders of runs."""
    out: pathlib.Path = pathlib.Path("report.html")
    """File to write; an earlier report is replaced."""
    members: tuple[int, ...] = ()
    """Members to show in full, by their numbers in `toymono table` (default: up to 6, of different
    settings)."""


@dataclasses.dataclass(frozen=True)
class Glossary:
    """Define toymono's terms: member, score, mono neuron, covered, role, onset and others."""


@dataclasses.dataclass(frozen=True)
class Doctor:
    """Show what this installation runs on, and compare a tiny run with stored numbers."""


def command_line() -> Any:  # noqa: ANN401 (a type)
    """All commands, with flags for the components that are known now."""
    commands = {
        "list": List,
        "run": _run(),
        "resume": Resume,
        "table": ShowTable,
        "figure": Figure,
        "claims": Claims,
        "explore": Explore,
        "report": Report,
        "glossary": Glossary,
        "doctor": Doctor,
    }
    named = (Annotated[kind, subcommand(name)] for name, kind in commands.items())
    return made_annotated[made_union[*named], OmitArgPrefixes, FlagCreatePairsOff]
