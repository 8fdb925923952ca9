"""A unit's results as a table: one row per trained member, with its settings and main measures.

The functions take the named arrays that `sweeps.store` writes and reads; they touch no file.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Array
from pandas.api.typing import DataFrameGroupBy

from toymono.analysis.circuits import Anatomy, anatomy
from toymono.analysis.scores_in_contexts import MonoInContexts
from toymono.analysis.specimen import Specimen
from toymono.analysis.superposition import Geometry
from toymono.components.component import short_name
from toymono.components.registry import all_components, neuron_measures
from toymono.config import KINDS_CHOSEN, NO_SETTINGS, Config, own_numbers, setting_numbers
from toymono.evidence.finished import is_finished, late_gain
from toymono.evidence.seeds import interval_over_seeds
from toymono.sweeps.stored_networks import config_of, settings_of, specimens_in

COUNTS = ("n_mono", "n_covered", "n_dead", "n_positive_bias", "mean_bias")
SHARES = (
    "mono_per_neuron",
    "mono_per_feature",
    "covered_per_feature",
    "nearly_covered_per_feature",
)
CIRCUIT = (
    "n_one_of_one",
    "n_one_of_several",
    "n_linear",
    "block_rank",
    "block_distance",
    "null_share",
    "onset",
)
LOSS_AND_SHARES = ("task_loss", "mono_per_feature", "nearly_covered_per_feature")
LOSSES = ("task_loss", "task_loss_error")
STATE = ("late_gain", "finished", "diverged")
MEASURES = (*LOSSES, *COUNTS, *SHARES, *Anatomy._fields, *STATE)
RECORDED = (*LOSSES, *COUNTS, *SHARES[:3], *STATE)
_MOST_IDENTIFYING = 6  # settings that name a member
_SIGNED = {"mean_bias", "mono_bias", "poly_bias", "block_slope", "final_slope"}
_ON_DEMAND = {*MonoInContexts._fields, *Geometry._fields}  # see on_demand.py
_OF_EXPERIMENTS = {"loss_over_linear", "loss_over_zero", "group_neurons"}
_MEASURED = {*LOSSES, *COUNTS, *SHARES, *Anatomy._fields, *_ON_DEMAND, *_OF_EXPERIMENTS}
_NOT_NEGATIVE = _MEASURED - _SIGNED
_AT_MOST_1 = {"mono_per_neuron", "covered_per_feature", "nearly_covered_per_feature", "null_share"}
SETTINGS = (
    *(name for name in Config().__dict__ if name not in NO_SETTINGS),
    *own_numbers(),
)


def lowest(measure: str) -> float:
    """The least value a measure can have: losses, counts and shares are not negative, biases and
    differences may be.
    """
    own = _own(measure, "low")
    return 0.0 if measure in _NOT_NEGATIVE else -np.inf if own is None else own


def highest(measure: str) -> float:
    """The largest value a measure can have: 1 for shares, except for neurons per feature."""
    own = _own(measure, "high")
    return 1.0 if measure in _AT_MOST_1 else np.inf if own is None else own


def _own(measure: str, end: str) -> float | None:
    """The end of its values that a user's measure declares."""
    declared = neuron_measures().get(measure)
    return None if declared is None else declared.facts[end]


def training_loss(data: xr.Dataset) -> xr.DataArray:
    """Mean of every member's stored batch losses over the last `schedule_period` steps: what the
    authors report.

    That is one period of the periodic schedule, its maxima included, and as many steps of any
    other; a shorter run is averaged whole. The loss of the network itself is `task_loss`, which is
    measured with each record.
    """
    last = data.loss_step > data.loss_step[-1] - data.attrs["schedule_period"]
    return data.loss.where(last, drop=True).mean("loss_step", skipna=False)


def member_table(data: xr.Dataset) -> pd.DataFrame:
    """One row per member, settings in order and seeds within; measures are those of the last
    record.

    `mono_per_feature` counts neurons, so it can exceed 1; `n_covered` counts features.
    `circuits.Anatomy` says what the biases and the block are; they are NaN where a network has no
    such neuron. `finished` is `finished.is_finished`: whether the network counts as evidence.
    """
    table = recorded_measures(data).assign(_anatomies(data))
    table["nearly_covered_per_feature"] = table.n_nearly_covered / data.attrs["n_features"]
    return member_rows(table, data, (*MEASURES, *own_measures(data)))


def recorded_table(data: xr.Dataset) -> pd.DataFrame:
    """The same rows with only the measures that training recorded: no parameters are read."""
    return member_rows(recorded_measures(data), data, (*RECORDED, *own_measures(data)))


def recorded_measures(data: xr.Dataset) -> xr.Dataset:
    """The last record's measures of every member: seed setting."""
    last = data.isel(step=-1, drop=True)
    table = last[["task_loss", "task_loss_error", *COUNTS]].assign(diverged=data.diverged)
    table = table.assign(late_gain=late_gain(data), finished=is_finished(data))
    table = table.assign({name: last[name].mean("neuron") for name in own_measures(data)})
    table["mono_per_neuron"] = table.n_mono / data.attrs["n_neurons"]
    table["mono_per_feature"] = table.n_mono / data.attrs["n_features"]
    table["covered_per_feature"] = table.n_covered / data.attrs["n_features"]
    return table if config_of(data).has_neurons else _without_neurons(table)


def _without_neurons(table: xr.Dataset) -> xr.Dataset:
    """The table with NaN for all counts of neurons, since a linear layer has none."""
    return table.assign({name: table[name] * np.nan for name in (*COUNTS, *SHARES[:3])})


def own_measures(data: xr.Dataset) -> list[str]:
    """The measures of users' files that were recorded, by the names of their arrays."""
    return [short_name(measure) for measure in config_of(data).measures]


def own_columns(table: pd.DataFrame) -> list[str]:
    """The columns of a table that are measures of users' files: means over neurons."""
    return [name for name in neuron_measures() if name in table]


def member_rows(table: xr.Dataset, data: xr.Dataset, measures: Sequence[str]) -> pd.DataFrame:
    """One row per member with its settings, its seed and these measures."""
    rows = table.to_dataframe(dim_order=("setting", "seed")).reset_index()
    rows = rows.assign(**settings_of(data))
    return rows[["setting", *setting_names(rows), "seed", *measures]]


def setting_names(table: pd.DataFrame) -> list[str]:
    """The settings among a table's columns: toymono's own, and those of users' components."""
    return [*SETTINGS, *(n for n in setting_numbers() if n in table and n not in SETTINGS)]


def _anatomies(data: xr.Dataset) -> dict[str, tuple[tuple[str, str], np.ndarray]]:
    if not has_code(data) or not config_of(data).has_neurons:
        unknown = jnp.full((data.sizes["seed"], data.sizes["setting"]), jnp.nan)
        return member_columns(dict.fromkeys(Anatomy._fields, unknown))
    found = _anatomies_of(specimens_in(data.isel(step=-1, param_step=-1)))
    return member_columns(found._asdict())


def has_code(data: xr.Dataset, kinds: Sequence[str] = ("activation", "task")) -> bool:
    """Whether the components of these kinds are loaded, by default all that a network computes
    with. Those from a user's file that was not named are not.
    """
    return all(config_of(data).component(kind).function for kind in kinds)


def member_columns(found: Mapping[str, Array]) -> dict[str, tuple[tuple[str, str], np.ndarray]]:
    """Measures of all members, seed by setting, as variables of a dataset."""
    return {name: (("seed", "setting"), np.asarray(values)) for name, values in found.items()}


@jax.jit
def _anatomies_of(members: Specimen) -> Anatomy:
    """The anatomy of every member, one after another: seed setting.

    Mapped all at once, XLA's two threads on two cores wait for each other for ever (jax 0.10.2, at
    the demo's shape).
    """

    def of_seed(net: Specimen) -> Anatomy:
        return jax.lax.map(lambda weights: anatomy(net.with_weights(weights)), net.weights)

    return jax.lax.map(of_seed, members)


def run_table(
    units: Sequence[xr.Dataset], of: Callable[[xr.Dataset], pd.DataFrame] = member_table
) -> pd.DataFrame:
    """The rows of all units of a run, numbered from 0; members are named by this number."""
    tables = [of(data).assign(unit=index) for index, data in enumerate(units)]
    return pd.concat(tables, ignore_index=True).rename_axis("member")


def brief(table: pd.DataFrame, measures: Sequence[str] = ("task_loss", *COUNTS)) -> pd.DataFrame:
    """The columns that a reader needs: the settings that differ, the seed, these measures, and the
    user's own measures.
    """
    shown = (*varying_settings(table), "seed", *measures, *own_columns(table), "diverged")
    return with_numbers_in_use(table)[[*shown]]


def with_numbers_in_use(table: pd.DataFrame) -> pd.DataFrame:
    """The table with NaN for each number whose component a member does not use, such as the lift of
    groups where features are independent.
    """
    in_use = {
        number: table[number].where(table[one.kind] == one.name)
        for one in all_components()
        if one.kind in KINDS_CHOSEN
        for number in one.numbers
        if number in table
    }
    return table.assign(**in_use)


def over_seeds(table: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """One row per setting: the settings that differ, n, and mean, low and high of each measure over
    seeds.

    Columns are named task_loss, task_loss_low, task_loss_high and so on; n counts the members that
    did not diverge.
    """
    varying = varying_settings(table)
    rows = []
    for _, part in by_setting(table):
        settings = with_numbers_in_use(part.iloc[:1]).iloc[0][varying].to_dict()
        row = {**settings, "n": int((~part.diverged).sum())}
        for measure in measures:
            values = part[measure].where(~part.diverged).to_numpy(float)
            interval = interval_over_seeds(values, lowest(measure), highest(measure))
            ends = {f"{measure}_low": float(interval.low), f"{measure}_high": float(interval.high)}
            row |= {measure: float(interval.mean), **ends}
        rows.append(row)
    return pd.DataFrame(rows)


def by_setting(table: pd.DataFrame) -> DataFrameGroupBy:
    """The members in groups that differ only in their seeds."""
    return table.groupby(setting_names(table), sort=False, dropna=False)


def varying_settings(table: pd.DataFrame) -> list[str]:
    """Settings, seeds aside, that differ between rows."""
    return [name for name in setting_names(table) if table[name].nunique(dropna=False) > 1]


def identifying_settings(table: pd.DataFrame, of: pd.DataFrame) -> list[dict[str, Any]]:
    """The settings and seed that identify each of some rows in the table: settings that differ in
    the table; if many do, only those that are not at their defaults.
    """
    varying = varying_settings(table)
    defaults = {**vars(Config()), **{n: of.default for n, of in setting_numbers().items()}}
    idle = defaults if len(varying) > _MOST_IDENTIFYING else {}
    rows = with_numbers_in_use(of)[[*varying, "seed"]].to_dict("records")
    return [
        {
            str(name): value
            for name, value in row.items()
            if value == value and (name not in idle or value != idle[name])  # not NaN: no such one
        }
        for row in rows
    ]
