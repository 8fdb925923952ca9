"""The figures of a stored run, by kind: read results, measure, and pass the numbers to plots."""

import pathlib
from collections.abc import Callable, Sequence

import jax
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr

from toymono.config import Config, known_numbers
from toymono.evidence import curves
from toymono.evidence.contrast import contrast
from toymono.evidence.curves import Curve
from toymono.evidence.tables import has_code, varying_settings
from toymono.gallery.circuits import circuit_figure, hand_built_curve
from toymono.gallery.runs import Run, open_run, phase_of
from toymono.plots import Kind, biases, scores, sweeps, traces
from toymono.plots.maps import on_one_scale
from toymono.plots.style import axis_title

_SWEEP_MEASURES = ("task_loss", "mono_per_feature")
_FIXED = {*vars(Config())}


def _phases(table: pd.DataFrame) -> str:
    return "; ".join(
        {phase_of(*pair): None for pair in zip(table.schedule, table.record_phase, strict=True)}
    )


def sweep_figure(
    table: pd.DataFrame,
    x: str | None = None,
    by: Sequence[str] | None = None,
    measures: Sequence[str] = _SWEEP_MEASURES,
    title: str = "",
    marks: Sequence[sweeps.Mark] = (),
) -> go.Figure:
    """Measures of all members against a setting: by default the setting with the most values.

    There is one curve for each combination of the settings in `by`, by default all others that
    vary. A loss is drawn beside that of the hand-built network, if the shape allows one and only x
    and the seed change it.
    """
    x = x or curves.sweep_axis(table)
    panels = {name: curves.sweep_curves(table, x, name, by) for name in measures}
    baseline = {"task_loss": hand_built_curve(table, x)} if "task_loss" in measures else {}
    diverged = int(table.diverged.sum())
    lost = f" ({diverged} of {len(table)} members diverged)" if diverged else ""
    title = title or f"Loss and monosemanticity against {axis_title(x)}"
    return sweeps.sweep_panels(x, panels, title + lost, _phases(table), marks, baseline)


def _of_units(
    of: Callable[[xr.Dataset], list[Curve]], units: Sequence[xr.Dataset], varying: Sequence[str]
) -> list[Curve]:
    """The curves of several units; names say which unit a curve is from.

    They hold the unit's value of each setting in `varying`, and of each number that is constant in
    the unit but not over all units.
    """
    named = []
    parted = [
        name
        for name in known_numbers()
        if name in units[0].coords and len({tuple(np.unique(data[name])) for data in units}) > 1
    ]
    for data in units:
        own = {name: data.attrs[name] for name in varying if name in _FIXED}
        own |= {name: float(data[name][0]) for name in parted if len(np.unique(data[name])) == 1}
        named += [curve._replace(group={**own, **curve.group}) for curve in of(data)]
    return named


def traces_figure(
    units: Sequence[xr.Dataset], varying: Sequence[str] = (), title: str = ""
) -> go.Figure:
    """The training of the members of some units; `varying` names what the units differ in."""
    panels = {"training_loss": _of_units(curves.loss_curves, units, varying)}
    for name in ("mono_per_feature", "mean_bias"):
        panels[name] = _of_units(
            lambda data, name=name: curves.record_curves(data, name), units, varying
        )
    return traces.training_traces(panels, _unit_phase(units[0]), title)


def biases_figure(
    units: Sequence[xr.Dataset],
    varying: Sequence[str] = (),
    title: str = "",
    n_positive: int | None = None,
) -> go.Figure:
    """Sorted final biases; `varying` names what units differ in, `n_positive` the paper's count."""
    shown = _of_units(curves.sorted_bias_curves, units, varying)
    return biases.sorted_biases(shown, _unit_phase(units[0]), title, n_positive)


def scores_figure(data: xr.Dataset, setting: int, title: str) -> go.Figure:
    """The distribution of the scores of one setting of a unit, record by record."""
    return scores.score_distributions(curves.score_cdfs(data, setting), title, _unit_phase(data))


def _unit_phase(data: xr.Dataset) -> str:
    return phase_of(data.attrs["schedule"], data.attrs["record_phase"])


def member_figure(run: Run, number: int, title: str = "Circuit of the network") -> go.Figure:
    """One member's roles, outputs, linear block and ablations; `number` is its number in the run's
    table.
    """
    member = run.member(number)
    with jax.default_matmul_precision(member.config.jax_precision):
        return circuit_figure(member.stored, f"{title}: {member.label}", member.phase)


def draw(folder: pathlib.Path, kind: Kind, member: int | None = None) -> list[go.Figure]:
    """The figures of one kind, one per unit if the kind shows single settings.

    If no member is named, maps and geometries show the run's contrast, or member 0 if it has none.
    "all" leaves out kinds that need code from a user's file that is not loaded.
    """
    run = open_run(folder)
    units, table = run.units, run.table
    varying = varying_settings(table)
    chosen = [member] if member is not None else contrast(table) or [0]
    figures = {
        "sweep": lambda: [sweep_figure(table)],
        "traces": lambda: [traces_figure([data], varying) for data in units],
        "biases": lambda: [biases_figure([data], varying) for data in units],
        "map": lambda: on_one_scale([run.member(number).map() for number in chosen]),
        "geometry": lambda: [run.member(number).geometry() for number in chosen],
        "circuit": lambda: [member_figure(run, chosen[0])],
    }
    network = ("activation", "task")
    needs = {"map": network, "geometry": network, "circuit": (*network, "feature_law")}
    drawable = [
        name for name in figures if all(has_code(data, needs.get(name, ())) for data in units)
    ]
    kinds = drawable if kind == "all" else [kind]
    return [figure for name in kinds for figure in figures[name]()]
