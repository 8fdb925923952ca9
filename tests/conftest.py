"""What tests share: the smoke sweep, trained once, and a browser, started once."""

import pathlib

import pytest
from browsing import chromium, fresh_page

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


@pytest.fixture(scope="session")
def browser_opened():
    with chromium() as opened:
        yield opened


@pytest.fixture
def browser_page(browser_opened):
    """A fresh page; the test fails if it printed an error, raised one, or asked anything of the network."""
    with fresh_page(browser_opened) as page:
        yield page
