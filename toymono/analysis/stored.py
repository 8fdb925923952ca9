"""What a unit's named arrays say of the networks in them."""

import dataclasses

import xarray as xr

from toymono.config import Config


def config_of(data: xr.Dataset) -> Config:
    """The Config that a unit was trained with, from what its file says."""
    fields = (field.name for field in dataclasses.fields(Config))
    return Config(**{name: getattr(data.attrs[name], "item", lambda n=name: data.attrs[n])() for name in fields})
