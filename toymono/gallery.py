"""The figures of a stored run, by name: reads results, measures, and hands records to the plots."""

import dataclasses
import pathlib
from collections.abc import Sequence

import jax
import pandas as pd
import plotly.graph_objects as go
import xarray as xr

from toymono.analysis import curves
from toymono.analysis.members import run_table, varying_settings
from toymono.analysis.ordering import feature_neuron_map
from toymono.config import Config, require
from toymono.plots import Kind, biases, maps, sweeps, traces
from toymono.plots.style import axis_title, setting_label
from toymono.sweeps.store import read_member, read_run
from toymono.toy.model import network

_SWEEP_MEASURES = ("task_loss", "mono_per_feature")
_FIXED = {field.name for field in dataclasses.fields(Config)}


def _phase(schedule: str, record_phase: str) -> str:
    """Where the learning rate stood when records were taken, for the small print."""
    if schedule != "periodic":
        return f"{schedule} learning rate"
    return f"recorded at {'minima' if record_phase == 'rest' else 'maxima'} of the learning rate"


def _unit_note(data: xr.Dataset, varying: Sequence[str]) -> str:
    """What tells a unit from the others of its run, and its phase."""
    own = {name: data.attrs[name] for name in varying if name in _FIXED}
    phase = _phase(data.attrs["schedule"], data.attrs["record_phase"])
    return f"{setting_label(own)}; {phase}" if own else phase


def sweep_figure(table: pd.DataFrame) -> go.Figure:
    """Loss and mono neurons per feature, all units of a run together, against the number that takes most values."""
    x = curves.sweep_axis(table)
    panels = {name: curves.sweep_curves(table, x, name) for name in _SWEEP_MEASURES}
    diverged = int(table.diverged.sum())
    lost = f" ({diverged} of {len(table)} members diverged)" if diverged else ""
    note = "; ".join({_phase(*pair): None for pair in zip(table.schedule, table.record_phase, strict=True)})
    return sweeps.sweep_panels(x, panels, f"Loss and monosemanticity against {axis_title(x)}{lost}", note)


def traces_figure(data: xr.Dataset, varying: Sequence[str] = ()) -> go.Figure:
    """How one unit's members trained; `varying` names what the units of its run differ in."""
    panels = {"task_loss": curves.loss_curves(data)}
    for name in ("mono_per_feature", "mean_bias"):
        panels[name] = curves.record_curves(data, name)
    return traces.training_traces(panels, _unit_note(data, varying))


def biases_figure(data: xr.Dataset, varying: Sequence[str] = ()) -> go.Figure:
    """One unit's final biases in order; `varying` names what the units of its run differ in."""
    return biases.sorted_biases(curves.sorted_bias_curves(data), _unit_note(data, varying))


def map_figure(units: list[xr.Dataset], table: pd.DataFrame, member: int) -> go.Figure:
    """The feature-neuron map of one member, numbered as in the run's table."""
    known = member in table.index
    require(known, "member", f"a whole number from 0 to {len(table) - 1}", member, "see `toymono table`")
    row = table.loc[member]
    stored = read_member(units[int(row.unit)], int(row.seed), int(row.setting))
    phase = _phase(stored.config.schedule, stored.config.record_phase)
    label = setting_label({name: row[name] for name in (*varying_settings(table), "seed")})
    with jax.default_matmul_precision(stored.config.matmul_precision):
        shown = feature_neuron_map(stored.config, network(stored.config, stored.params), stored.problem)
    return maps.feature_neuron_map(shown, f"Every neuron against every feature: {label}", phase)


def draw(folder: pathlib.Path, kind: Kind, member: int = 0) -> list[go.Figure]:
    """The figures of a kind; a kind that looks at settings one by one has a figure for each unit."""
    units = read_run(folder)
    table = run_table(units)
    varying = varying_settings(table)
    figures = {
        "sweep": lambda: [sweep_figure(table)],
        "traces": lambda: [traces_figure(data, varying) for data in units],
        "biases": lambda: [biases_figure(data, varying) for data in units],
        "map": lambda: [map_figure(units, table, member)],
    }
    kinds = list(figures) if kind == "all" else [kind]
    return [figure for name in kinds for figure in figures[name]()]
