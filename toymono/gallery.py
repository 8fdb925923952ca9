"""The figures of a stored run, by name: reads results, measures, and hands records to the plots."""

import pathlib
from typing import Literal

import pandas as pd
import plotly.graph_objects as go
import xarray as xr

from toymono.analysis import curves
from toymono.analysis.members import run_table, varying_settings
from toymono.analysis.ordering import feature_neuron_map
from toymono.config import require
from toymono.plots import biases, maps, sweeps, traces
from toymono.plots.style import axis_title, setting_label
from toymono.sweeps.store import read_member, read_run
from toymono.toy.model import network

Kind = Literal["all", "sweep", "traces", "biases", "map"]
_SWEEP_MEASURES = ("task_loss", "mono_per_feature")


def sweep_figure(table: pd.DataFrame) -> go.Figure:
    """Loss and mono neurons per feature, all units of a run together, against the setting that takes most values."""
    x = curves.sweep_axis(table)
    panels = {name: curves.sweep_curves(table, x, name) for name in _SWEEP_MEASURES}
    diverged = int(table.diverged.sum())
    lost = f" ({diverged} of {len(table)} members diverged)" if diverged else ""
    return sweeps.sweep_panels(x, panels, f"Loss and monosemanticity against {axis_title(x)}{lost}")


def traces_figure(data: xr.Dataset) -> go.Figure:
    """How one unit's members trained."""
    panels = {"task_loss": curves.loss_curves(data)}
    for name in ("mono_per_feature", "mean_bias"):
        panels[name] = curves.record_curves(data, name)
    return traces.training_traces(panels)


def biases_figure(data: xr.Dataset) -> go.Figure:
    """One unit's final biases in order."""
    return biases.sorted_biases(curves.sorted_bias_curves(data))


def map_figure(units: list[xr.Dataset], table: pd.DataFrame, member: int) -> go.Figure:
    """The feature-neuron map of one member, numbered as in the run's table."""
    known = member in table.index
    require(known, "member", f"a whole number from 0 to {len(table) - 1}", member, "see `toymono table`")
    row = table.loc[member]
    stored = read_member(units[int(row.unit)], int(row.seed), int(row.setting))
    label = setting_label({name: row[name] for name in (*varying_settings(table), "seed")})
    shown = feature_neuron_map(stored.config, network(stored.config, stored.params), stored.problem)
    return maps.feature_neuron_map(shown, f"Every neuron against every feature: {label}")


def draw(folder: pathlib.Path, kind: Kind, member: int = 0) -> list[go.Figure]:
    """The figures of a kind; a kind that looks at settings one by one has a figure for each unit."""
    units = read_run(folder)
    table = run_table(units)
    figures = {
        "sweep": lambda: [sweep_figure(table)],
        "traces": lambda: [traces_figure(data) for data in units],
        "biases": lambda: [biases_figure(data) for data in units],
        "map": lambda: [map_figure(units, table, member)],
    }
    kinds = list(figures) if kind == "all" else [kind]
    return [figure for name in kinds for figure in figures[name]()]
