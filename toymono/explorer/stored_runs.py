"""Runs that are looked at: opened once, read only where they are looked at, each member measured
once.

Whoever shows a run to a person takes it from here; nothing here draws or prints.
"""

import dataclasses
import functools
import pathlib
from collections.abc import Iterable

import numpy as np
import pandas as pd

from toymono.analysis.dashboard_data import (
    Dashboard,
    Frame,
    History,
    dashboard,
    frame,
    history,
    responses_of,
)
from toymono.config import InputError, require
from toymono.evidence.results import Results, has_results, measured_results, runs_at
from toymono.evidence.tables import (
    identifying_settings,
    own_measures,
    recorded_table,
    run_table,
)
from toymono.gallery.runs import Run
from toymono.plots.style import setting_label
from toymono.sweeps.store import StoredMember, open_run_units

_MEMBERS_KEPT = 32


@dataclasses.dataclass(frozen=True, eq=False)
class Member:
    """One trained network, what is known of it, and how it came about."""

    number: int  # in its run's table
    label: str  # its setting and seed in words
    stored: StoredMember
    history: History
    own: dict[str, np.ndarray]  # the measures of users' files at the last record, each: neuron
    _run: Run

    @functools.cached_property
    def dashboard(self) -> Dashboard:
        """At the last record."""
        return dashboard(self.stored.specimen, self.stored.config.jax_precision)

    def frame(self, record: int) -> Frame:
        """At one of its records, without its map where the network itself was not kept."""
        if record == len(self.history.step) - 1:
            return frame(self.history, record, self.dashboard.responses)
        return frame(
            self.history,
            record,
            self._responses(record) if self.history.has_params[record] else None,
        )

    @functools.cache  # noqa: B019 (members are few, and kept by their study)
    def _responses(self, record: int) -> np.ndarray:
        earlier = self._run.member(self.number, int(self.history.step[record]))
        return responses_of(earlier.specimen, earlier.config.jax_precision)


class Study:
    """A run under the name by which addresses and pages know it."""

    def __init__(self, name: str, folder: pathlib.Path) -> None:
        self.name, self.folder = name, folder
        self._member = functools.lru_cache(_MEMBERS_KEPT)(self._read_member)
        self._opened = self.stamp()

    @functools.cached_property
    def run(self) -> Run:
        """Its units, read lazily, and the table of its members with the measures recorded in
        training.
        """
        units = open_run_units(self.folder)
        return Run(units, run_table(units, recorded_table), self.name)

    @functools.cached_property
    def whole_table(self) -> pd.DataFrame:
        """The table with all measures, for which every network's parameters are read and taken
        apart.
        """
        return run_table(self.run.units)

    @functools.cached_property
    def results(self) -> Results:
        """Its whole table as what claims are judged on."""
        return measured_results(self.folder, self.run.units, self.whole_table)

    @functools.cached_property
    def labels(self) -> dict[int, str]:
        """Every member's setting and seed in words, by its number."""
        table = self.run.table
        return dict(enumerate(map(setting_label, identifying_settings(table, table))))

    def stamp(self) -> str:
        """Changes when results of the run do."""
        files = sorted((self.folder / "units").glob("*.nc"))
        return " ".join(f"{file.name}:{file.stat().st_mtime_ns}" for file in files)

    def renewed(self) -> "Study":
        """This run, or if its results have changed since it was opened, the same opened anew."""
        return self if self.stamp() == self._opened else Study(self.name, self.folder)

    def member(self, number: int) -> Member:
        """A member by its number; raises InputError for another number, or where its results cannot
        be read.
        """
        return self._member(number)

    def _read_member(self, number: int) -> Member:
        found = self.run.member(number)
        last = found.data.isel(step=-1)
        own = {name: last[name].values for name in own_measures(found.data)}
        return Member(number, found.label, found.stored, history(found.data), own, self.run)


def studies(folders: Iterable[pathlib.Path]) -> dict[str, Study]:
    """The runs in these folders by name: each folder a run, a folder of runs, or of results alone,
    on which claims are judged; raises InputError for one with none, and where there is no run.
    """
    found: dict[str, Study] = {}
    rule, fix, folder = "a run, or a folder with runs", "make one with `toymono run`", None
    for folder in folders:
        runs = runs_at(folder)
        require(bool(runs or has_results(folder)), "folder", rule, str(folder), fix)
        for run in runs:
            name = _free_name(run, found)
            found[name] = Study(name, run)
    require(bool(found), "folder", rule, str(folder), fix)
    return found


def _free_name(folder: pathlib.Path, taken: dict[str, Study]) -> str:
    """The folder's name; with a number where two runs share one, and none where a run is named
    twice.
    """
    base = folder.resolve().name
    if any(study.folder.resolve() == folder.resolve() for study in taken.values()):
        raise InputError(
            f"folders must be different runs, but {str(folder)!r} is named twice; name it once"
        )
    names = (base, *(f"{base} ({n})" for n in range(2, len(taken) + 2)))
    return next(name for name in names if name not in taken)
