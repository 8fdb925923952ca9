"""What tests share: the smoke sweep, trained once, and a browser and an explorer, started once."""

import pathlib
import shutil

import jax
import pytest
from browsing import chromium, fresh_page
from exploring import Look, explorer

from toymono.config import Config, Sweep
from toymono.explorer.stored_runs import studies
from toymono.sweeps.presets import preset_sweep
from toymono.sweeps.run import run_sweep
from toymono.sweeps.store import read_run


@pytest.fixture(scope="module", autouse=True)
def _forgotten_programs():
    """Compiled programs are let go after each file: all together need more mappings than Linux
    allows a process.
    """
    yield
    jax.clear_caches()


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
    """A fresh page; the test fails if it printed an error, raised one, or asked anything of the
    network.
    """
    with fresh_page(browser_opened) as page:
        yield page


HOSTILE_NAME = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="session")
def signed_run(tmp_path_factory) -> pathlib.Path:
    """A run of another shape and task, which keeps parameters at the end alone."""
    base = Config(
        task="absolute", n_features=12, n_embed=6, n_neurons=24, batch_size=64, n_steps=256
    )
    folder = tmp_path_factory.mktemp("runs") / "signed"
    run_sweep(Sweep(base=base, seeds=(4, 7)), folder)
    return folder


@pytest.fixture(scope="session")
def explored(smoke_run, signed_run, tmp_path_factory) -> list[pathlib.Path]:
    """What the explorer is given: two runs, and one whose name is a script."""
    hostile = shutil.copytree(smoke_run, tmp_path_factory.mktemp("hostile") / HOSTILE_NAME)
    return [smoke_run, signed_run, hostile]


@pytest.fixture(scope="session")
def known(explored):
    """The same runs in Python, by the names that the explorer gives them."""
    return studies(explored)


@pytest.fixture(scope="session")
def explorer_server(explored, tmp_path_factory):
    with explorer(explored, tmp_path_factory.mktemp("explorer") / "log") as server:
        yield server


@pytest.fixture
def look(browser_page, explorer_server):
    """The explorer in a fresh page; the test fails if its server printed anything."""
    before = explorer_server.log.read_text()
    yield Look(browser_page, explorer_server)
    assert explorer_server.log.read_text() == before
