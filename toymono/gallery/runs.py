"""Runs in Python: train or open one, read its table, and get its networks by number."""

import contextlib
import dataclasses
import pathlib
import tempfile

import jax
import pandas as pd
import plotly.graph_objects as go
import xarray as xr

from toymono.analysis.directions import directions
from toymono.analysis.ordering import feature_neuron_map
from toymono.analysis.specimen import Specimen
from toymono.config import Config, Hyper, Sweep, require
from toymono.evidence.tables import (
    COUNTS,
    brief,
    identifying_settings,
    over_seeds,
    run_table,
    varying_settings,
)
from toymono.gallery.progress_bar import progress
from toymono.plots import maps
from toymono.plots.directions import directions_figure
from toymono.plots.style import setting_label
from toymono.sweeps.run import run_sweep
from toymono.sweeps.store import StoredMember, Whole, read_member, read_run


@dataclasses.dataclass(frozen=True, eq=False)
class Member:
    """One trained network of a run.

    >>> member = run.member(3)
    >>> member.history("n_mono").dims
    ('step',)
    >>> member.specimen
    Specimen(8 inputs, 32 relu neurons, 16 outputs; 16 features)
    """

    number: int  # in its run's table
    label: str  # its setting and seed in words
    stored: StoredMember
    data: xr.Dataset  # what its unit holds of it

    def __repr__(self) -> str:
        last = self.data.isel(step=-1)
        text = f"task loss {float(last.task_loss):.4g}, {int(last.n_mono)} mono neurons"
        return f"Member {self.number} ({self.label}): {text}"

    @property
    def config(self) -> Config:
        """Its shapes, and the program that trained it."""
        return self.stored.config

    @property
    def hyper(self) -> Hyper:
        """Its numbers."""
        return self.stored.hyper

    @property
    def seed(self) -> int:
        """What its embedding, initial weights and samples were drawn from."""
        return self.stored.seed

    @property
    def specimen(self) -> Specimen:
        """The network itself, and the features it was trained on."""
        return self.stored.specimen

    @property
    def phase(self) -> str:
        """Where the learning rate stood at the records, for a figure's small print."""
        return phase_of(self.config.schedule, self.config.record_phase)

    def history(self, measure: str = "task_loss") -> xr.DataArray:
        """The recorded values of a measure during training: one value, or one per neuron, at each
        step. Raises InputError for a measure that was not recorded.
        """
        dims = {"step", "loss_step"}
        known = [str(name) for name, kept in self.data.data_vars.items() if dims & {*kept.dims}]
        rule = f"one that was recorded: {', '.join(known)}"
        require(measure in known, "measure", rule, measure, "choose one of them")
        return self.data[measure]

    def map(self, title: str = "Every neuron against every feature") -> go.Figure:
        """A picture of every neuron against every feature alone, mono neurons on a diagonal."""
        with jax.default_matmul_precision(self.config.jax_precision):
            shown = feature_neuron_map(self.specimen)
        return maps.feature_neuron_map(shown, f"{title}: {self.label}", self.phase)

    def geometry(self, title: str = "The directions of the features") -> go.Figure:
        """A picture of how much the features' directions overlap, and how they lie in a plane."""
        shown = directions(self.specimen, self.config.jax_precision)
        return directions_figure(shown, f"{title}: {self.label}", self.phase)


def phase_of(schedule: str, record_phase: str) -> str:
    """Where the learning rate stands at records, in words."""
    if schedule != "periodic":
        return f"{schedule} learning rate"
    return f"recorded at {'minima' if record_phase == 'rest' else 'maxima'} of the learning rate"


@dataclasses.dataclass(frozen=True, eq=False)
class Run:
    """The networks of a sweep that are trained so far.

    >>> run
    Run of 18 members (demo-smoke): learning_rate, bias_offset, bias_decay, 3 seeds
    >>> run.table[["bias_offset", "seed", "task_loss", "n_mono"]].shape
    (18, 4)
    >>> list(run.brief().columns)[:5]
    ['learning_rate', 'bias_offset', 'bias_decay', 'seed', 'task_loss']
    >>> list(run.over_seeds("n_mono").columns)[-4:]
    ['n', 'n_mono', 'n_mono_low', 'n_mono_high']
    """

    units: list[xr.Dataset]  # the arrays of all members: seed setting, step, and more
    table: pd.DataFrame  # one row per member, under the number that names it
    name: str = "in memory"  # of its folder

    def __repr__(self) -> str:
        varying, n_seeds = varying_settings(self.table), self.table.seed.nunique()
        text = ", ".join([*varying, f"{n_seeds} seed{'s' if n_seeds > 1 else ''}"])
        return f"Run of {len(self.table)} members ({self.name}): {text}"

    def brief(self) -> pd.DataFrame:
        """The table's columns that `toymono table` shows: the settings that differ, the seed, the
        task loss, counts of neurons and features, and your own measures.
        """
        return brief(self.table)

    def over_seeds(self, *measures: str) -> pd.DataFrame:
        """One row per setting: mean, low and high of each measure over seeds, and the number n of
        seeds that did not diverge. Raises InputError for a measure that the table does not have.
        """
        columns = self.table.select_dtypes(["number", "bool"]).columns
        known = [name for name in columns if name not in ("unit", "setting", "seed")]
        for measure in measures:
            rule = f"a column of numbers: {', '.join(known)}"
            require(measure in known, "measure", rule, measure, "choose one of them")
        return over_seeds(self.table, measures or ("task_loss", *COUNTS))

    def member(self, number: Whole, step: Whole | None = None) -> Member:
        """The member with this number in the table, at a recorded step (default: the last).

        Raises InputError for a number that is not in the table, or for a step whose parameters were
        not kept.
        """
        known, rule = number in self.table.index, f"a whole number from 0 to {len(self.table) - 1}"
        require(known, "member", rule, number, "see the run's table, or `toymono table`")
        row = self.table.loc[number]
        label = setting_label(*identifying_settings(self.table, self.table.loc[[number]]))
        unit, seed, setting = self.units[int(row.unit)], int(row.seed), int(row.setting)
        one = unit.sel(seed=seed).isel(setting=setting)
        return Member(int(number), label, read_member(unit, seed, setting, step), one)


def open_run(folder: pathlib.Path | str, *more: pathlib.Path | str) -> Run:
    """Read a run; raises InputError if the folder is not a run or has no finished unit.

    If several folders hold one sweep, each with some of its seeds, name them all: they are read as
    one run.

    >>> open_run(folder).member(0).seed
    0
    """
    units = read_run(folder, *more)
    return Run(units, run_table(units), pathlib.Path(folder).name)


def train(
    sweep: Sweep,
    folder: pathlib.Path | str | None = None,
    workers: Whole | None = None,
    quiet: bool = False,
) -> Run:
    """Train a sweep, as `run_sweep` does, and read it; show progress unless `quiet`.

    With a folder, finished units are kept and a stopped training continues. Without a folder
    everything is in memory, and a stopped training is lost.

    >>> sweep = Sweep(base=Config(n_features=4, n_embed=2, n_neurons=8, n_steps=8), seeds=(0,))
    >>> train(sweep, quiet=True)
    Run of 1 members (in memory): 1 seed
    """
    with contextlib.ExitStack() as stack:
        report = _unseen if quiet else stack.enter_context(progress())
        if folder is not None:
            run_sweep(sweep, folder, report, workers=workers)
            return open_run(folder)
        home = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory())) / "run"
        run_sweep(sweep, home, report, workers=workers)
        return dataclasses.replace(open_run(home), name="in memory")


def _unseen(*_: object) -> None: ...
