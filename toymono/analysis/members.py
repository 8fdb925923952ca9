"""A unit's results as a table: one row per trained member, with its settings and its headline numbers.

Takes the named arrays that `sweeps.store` writes and reads; knows no file.
"""

import dataclasses

import numpy as np
import pandas as pd
import xarray as xr

from toymono.config import Config, Hyper

COUNTS = ("n_mono", "n_covered", "n_dead", "n_positive_bias", "mean_bias")
MEASURES = ("task_loss", *COUNTS, "mono_per_neuron", "mono_per_feature", "diverged")
SETTINGS = (*(field.name for field in dataclasses.fields(Config)), *Hyper._fields)


def task_loss(data: xr.Dataset) -> xr.DataArray:
    """Reported loss of every member: the mean of the stored task losses over the last schedule period."""
    last = data.loss_step > data.loss_step[-1] - data.attrs["schedule_period"]
    return data.loss.where(last, drop=True).mean("loss_step", skipna=False)


def is_diverged(data: xr.Dataset) -> xr.DataArray:
    """Members that have a loss or a final parameter which is not finite."""
    finite = np.isfinite(data.loss).all("loss_step")
    for name in ("encoder_kernel", "encoder_bias", "decoder_kernel"):
        others = [dim for dim in data[name].dims if dim not in ("seed", "setting")]
        finite &= np.isfinite(data[name]).all(others)
    return ~finite


def member_table(data: xr.Dataset) -> pd.DataFrame:
    """One row per member, settings in order and seeds within; measures are those of the last record.

    `mono_per_feature` counts neurons, so it can exceed 1; `n_covered` counts features.
    """
    last = data[list(COUNTS)].isel(step=-1, drop=True)
    table = last.assign(task_loss=task_loss(data), diverged=data.diverged)
    table["mono_per_neuron"] = table.n_mono / data.attrs["n_neurons"]
    table["mono_per_feature"] = table.n_mono / data.attrs["n_features"]
    rows = table.to_dataframe(dim_order=("setting", "seed")).reset_index()
    fixed = {name: data.attrs[name] for name in SETTINGS if name in data.attrs}
    return rows.assign(**fixed)[["setting", *SETTINGS, "seed", *MEASURES]]


def run_table(units: list[xr.Dataset]) -> pd.DataFrame:
    """The rows of all units of a run, numbered from 0: the number is how a member is named."""
    tables = [member_table(data).assign(unit=place) for place, data in enumerate(units)]
    return pd.concat(tables, ignore_index=True).rename_axis("member")


def brief(table: pd.DataFrame) -> pd.DataFrame:
    """The columns that a reader needs: the settings that differ, the seed, and the measures."""
    return table[[*varying_settings(table), "seed", *MEASURES]]


def varying_settings(table: pd.DataFrame) -> list[str]:
    """Settings, seeds aside, that differ between rows."""
    return [name for name in SETTINGS if table[name].nunique() > 1]
