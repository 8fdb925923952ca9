"""What tests share: the smoke sweep, trained once."""

import pathlib

import pytest

from toymono.sweeps.presets import preset_sweep
from toymono.sweeps.run import run_sweep
from toymono.sweeps.store import read_run


@pytest.fixture(scope="session")
def smoke_sweep():
    return preset_sweep("demo", "smoke")


@pytest.fixture(scope="session")
def smoke_run(smoke_sweep, tmp_path_factory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("runs") / "demo-smoke"
    run_sweep(smoke_sweep, folder)
    return folder


@pytest.fixture
def smoke_data(smoke_run):
    (data,) = read_run(smoke_run)
    return data
