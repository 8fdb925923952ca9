"""Fixtures that several test modules share: trained runs, a browser, and the page in it."""

import collections
import gc
import importlib.util
import os
import pathlib
import shutil
import sys
from collections.abc import Callable
from types import ModuleType

import jax
import pytest
from browsing import chromium, fresh_page, loaded_page, watched_page
from filelock import FileLock
from jax.experimental.compilation_cache import compilation_cache
from seeing import Sight, explorer

from toymono.components import registry
from toymono.components.registry import all_components
from toymono.config import Config, Sweep
from toymono.explorer import server
from toymono.explorer.report import write_report
from toymono.explorer.stored_runs import studies
from toymono.sweeps.presets import preset_sweep
from toymono.sweeps.run import run_sweep
from toymono.sweeps.store import read_run
from toymono.sweeps.workers import XLA_THREADS

PROGRAMS = ".pytest_cache/programs"
MAPPINGS = pathlib.Path("/proc/self/maps")
EXPERIMENTS = pathlib.Path(__file__).parent.parent / "experiments"


def pytest_configure(config):
    """Compile quickly: tests run each program for a moment, long ones for longer. Give each of
    several test processes one XLA thread: there are as many processes as cores. Drop the programs
    that earlier sessions kept when they fill half a gibibyte.
    """
    # The bits of a training are the same at every level.
    level = 0 if config.option.markexpr == "not long" else 1
    quick = [f"--xla_backend_optimization_level={level}"]
    if jax.__version_info__ < (0, 11):  # XLA ends a process that names a flag it does not know
        quick.append("--xla_cpu_use_fusion_emitters=false")
    os.environ["XLA_FLAGS"] = " ".join([*quick, os.environ.get("XLA_FLAGS", "")]).strip()
    if int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")) > 1:
        os.environ.setdefault(XLA_THREADS, "1")
    kept = config.rootpath / PROGRAMS
    if not hasattr(config, "workerinput") and sum(f.stat().st_size for f in kept.glob("*")) > 2**29:
        shutil.rmtree(kept)


def pytest_collection_modifyitems(items):
    """Begin with the modules that take longest, so that no process waits for another at the end."""
    n_long = collections.Counter(item.module for item in items if item.get_closest_marker("long"))
    items.sort(key=lambda item: -n_long[item.module])


def pytest_collection_finish():
    """Garbage collection need not walk what is imported by now, which takes a third of a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def _forgotten_programs():
    """Drop compiled programs when they have many memory mappings: Linux allows a process 65,530."""
    yield
    if not MAPPINGS.exists() or MAPPINGS.read_bytes().count(b"\n") > 30_000:
        jax.clear_caches()


@pytest.fixture(scope="module", autouse=True)
def _forgotten_components():
    """Forget the components of users' files after each module: the others run as without them."""
    all_components()
    known = {kind: dict(of) for kind, of in registry._known.items()}
    sources = dict(registry._sources)
    yield
    if registry._sources != sources:  # programs know them by name alone
        jax.clear_caches()
    for module in registry._sources.keys() - sources.keys():
        sys.modules.pop(module, None)
    registry._known, registry._sources = known, sources


@pytest.fixture
def load_script(monkeypatch) -> Callable[[str], ModuleType]:
    """Import a script of experiments/ anew by its name."""
    monkeypatch.syspath_prepend(EXPERIMENTS)

    def by_name(name):
        spec = importlib.util.spec_from_file_location(name, EXPERIMENTS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return by_name


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory) -> pathlib.Path:
    """A folder that all test processes of this session share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session", autouse=True)
def _kept_programs(pytestconfig):
    """Compile each program once, for all test processes, the commands they start, and later
    sessions.
    """
    kept = {
        "jax_compilation_cache_dir": str(pytestconfig.rootpath / PROGRAMS),
        "jax_persistent_cache_min_compile_time_secs": 0.0,
        "jax_persistent_cache_min_entry_size_bytes": -1,
    }
    for name, value in kept.items():
        os.environ[name.upper()] = str(value)  # for the processes that tests start
        jax.config.update(name, value)
    compilation_cache.reset_cache()  # JAX asks only once whether there is one


@pytest.fixture(scope="session")
def make_once(shared_folder) -> Callable[[str, Callable], pathlib.Path]:
    """Make a folder that all test processes read: the first that needs it makes it."""
    root = shared_folder

    def folder_of(name, make):
        folder = root / f"made-{name}" / name  # alone in its parent, as a run of a user may be
        with FileLock(root / f".{name}.lock"):
            if not (root / f".{name}.made").exists():
                folder.parent.mkdir(exist_ok=True)
                make(folder)
                (root / f".{name}.made").touch()
        return folder

    return folder_of


@pytest.fixture(scope="session")
def smoke_sweep():
    return preset_sweep("demo", "smoke")


@pytest.fixture(scope="session")
def smoke_run(smoke_sweep, make_once) -> pathlib.Path:
    return make_once("demo-smoke", lambda folder: run_sweep(smoke_sweep, folder))


@pytest.fixture(scope="session")
def smoke_data_read(smoke_run):
    (data,) = read_run(smoke_run)
    return data


@pytest.fixture
def smoke_data(smoke_data_read):
    return smoke_data_read.copy(deep=True)


@pytest.fixture(scope="session")
def browser_opened():
    with chromium() as opened:
        yield opened


@pytest.fixture
def browser_page(browser_opened):
    """A fresh page; the test fails if the page reports an error or asks anything of the network."""
    with fresh_page(browser_opened) as page:
        yield page


@pytest.fixture(scope="session")
def signed_run(make_once) -> pathlib.Path:
    """A run of another shape and task, which keeps parameters of the last record alone."""
    base = Config(
        task="absolute", n_features=12, n_embed=6, n_neurons=24, batch_size=64, n_steps=256
    )
    return make_once("signed", lambda folder: run_sweep(Sweep(base=base, seeds=(4, 7)), folder))


@pytest.fixture(scope="session")
def known(smoke_run, signed_run):
    return studies([smoke_run, signed_run])


@pytest.fixture(scope="session")
def study(known):
    return known["demo-smoke"]


@pytest.fixture(scope="session")
def served(smoke_run, signed_run):
    with pytest.MonkeyPatch.context() as patch, explorer([smoke_run, signed_run]) as address:
        patch.setattr(server, "SHIPPED", smoke_run / "no results")
        yield address


@pytest.fixture(scope="session")
def served_page(browser_opened, served):
    with watched_page(browser_opened) as watched:
        yield watched


@pytest.fixture
def sight(served_page, served):
    with loaded_page(*served_page) as page:
        yield Sight(page, served)


@pytest.fixture(scope="session")
def file(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return write_report({study.name: study}, folder / "report.html", [0, 3])


@pytest.fixture(scope="session")
def file_page(browser_opened):
    with watched_page(browser_opened) as (page, complaints):
        page.context.set_offline(True)
        yield page, complaints


@pytest.fixture(params=[pytest.param("explorer", marks=pytest.mark.long), "report"])
def anywhere(request):
    """The same page from a server, and from a file with the network cut."""
    if request.param == "explorer":
        yield request.getfixturevalue("sight")
    else:
        with loaded_page(*request.getfixturevalue("file_page")) as page:
            yield Sight(page, f"file://{request.getfixturevalue('file')}")
