"""What a command finds around it: JAX's variables, the locale, the width of the terminal."""

import ast
import contextlib
import json
import os
import pathlib
import subprocess
import sys

import jax
import plotly.graph_objects as go
import plotly.offline
import pytest
import running

import toymono
from toymono import environment
from toymono.command_line import doctor, startup_checks
from toymono.command_line.main import main
from toymono.config import InputError
from toymono.plots.write import write_json

ROOT = pathlib.Path(toymono.__file__).parent.parent
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
WITHOUT = {
    "list": ({"JAX_NUM_CPU_DEVICES": "x", "JAX_PLATFORMS": "cuda_of_mine"}, "list"),
    "run": ({"JAX_DEFAULT_MATMUL_PRECISION": "flot32"}, "run", "demo", "--out", "another"),
    "tpu": ({"JAX_PLATFORMS": "tpus"}, "figure", "figure.json"),
    "no jit": ({"JAX_DISABLE_JIT": "1"}, "run", "demo", "--dry-run"),
    "truth": ({"JAX_ENABLE_X64": "perhaps"}, "report", "run"),
    "figure": (ASCII, "figure", "figure.json", "--out", "r\u00e9.html"),
    "help": ({**ASCII, "COLUMNS": "1"}, "run", "custom", "--help"),
}


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """Exit status and words of commands in surroundings of their own; all run at the same time."""
    home = tmp_path_factory.mktemp("home")
    write_json(go.Figure(layout_title_text="\u03bb"), home / "figure.json")
    with contextlib.ExitStack() as stack:
        started = {name: stack.enter_context(_started(home, *of)) for name, of in WITHOUT.items()}
        words = {name: process.communicate(timeout=240) for name, process in started.items()}
    assert not (home / "another").exists()
    page = home / "r\u00e9.html"
    assert set(plotly.offline.get_plotlyjs()) <= set(page.read_text(encoding="utf-8"))
    return {name: (started[name].returncode, *words[name]) for name in started}


def _started(home, variables, *args):
    path = {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    command, pipe = [sys.executable, "-m", "toymono", *args], subprocess.PIPE
    environment = {**os.environ, **path, **variables}
    return subprocess.Popen(
        command, cwd=home, env=environment, stdout=pipe, stderr=pipe, encoding="utf-8"
    )


@pytest.mark.long
def test_a_list_needs_no_device_but_says_what_is_wrong(ended):
    status, out, error = ended["list"]
    lines = error.splitlines()
    assert status == 0, error
    assert [line.split()[4] for line in lines] == [*WITHOUT["list"][0]]
    assert all(
        line.startswith("computing on the CPU: JAX_") and "; unset it" in line for line in lines
    )
    assert " ?  " in out


@pytest.fixture
def tpus(monkeypatch):
    """A variable names a device that is not there, until it is unset."""
    devices = jax.devices()

    def found():
        if "JAX_PLATFORMS" in os.environ:
            raise RuntimeError("Unable to initialize backend 'tpus'")
        return devices

    monkeypatch.setenv("JAX_PLATFORMS", "tpus")
    monkeypatch.setattr(jax, "devices", found)


def test_a_table_needs_no_device(tpus, smoke_run, capsys):
    main(["table", str(smoke_run), "--json"])
    printed = capsys.readouterr()
    assert len(json.loads(printed.out)) == 18
    assert printed.err.startswith("computing on the CPU: JAX_PLATFORMS must be devices")


def test_the_doctor_finds_what_is_wrong_with_a_variable(tpus, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "tiny_run", lambda: list(doctor.STORED_LOSSES))
    monkeypatch.setattr(environment, "multiply_adds_per_second", lambda: 1e11)
    monkeypatch.setenv("COLUMNS", "200")  # each check in one line
    with pytest.raises(SystemExit, match=r"^1$"):
        main(["doctor"])
    out = capsys.readouterr().out
    (line,) = (line for line in out.splitlines() if "JAX_PLATFORMS" in line)
    assert "but is 'tpus'; unset it" in line
    assert line.rstrip().endswith("WRONG")
    assert "largest deviation" in out


@pytest.mark.long
@pytest.mark.parametrize("name", ["run", "tpu", "no jit", "truth"])
def test_what_jax_cannot_do_here_is_refused_in_one_sentence(ended, name):
    status, _, error = ended[name]
    ((variable, value),) = WITHOUT[name][0].items()
    sentence = running.refusal(error)
    assert status == 2
    assert sentence.startswith(f"error: {variable} must be ")
    assert f"but is '{value}'; unset it" in sentence


@pytest.mark.parametrize(
    ("variable", "value", "instead"),
    [
        ("JAX_DISABLE_JIT", True, False),
        ("JAX_NUMPY_RANK_PROMOTION", "raise", "allow"),
        ("JAX_NUMPY_DTYPE_PROMOTION", "strict", "standard"),
        ("JAX_DEBUG_INFS", True, False),
        ("JAX_TRANSFER_GUARD", "disallow", "allow"),
    ],
)
def test_a_check_of_jax_that_networks_cannot_pass_is_refused(monkeypatch, variable, value, instead):
    name, before = variable.lower(), getattr(jax.config, variable.lower())
    monkeypatch.setenv(variable, str(value))
    jax.config.update(name, value)
    try:
        with pytest.raises(InputError, match=f"^{variable} must be unset, as .*unset it"):
            startup_checks.require_jax()
        assert [fault.variable for fault in startup_checks.jax_anyway()] == [variable]
        assert getattr(jax.config, name) == instead
    finally:
        jax.config.update(name, before)


@pytest.mark.long
def test_a_page_is_whole_where_the_locale_is_ascii(ended):
    status, out, error = ended["figure"]
    assert (status, error) == (0, "")
    assert out.startswith("open r??.html")


@pytest.mark.long
def test_help_is_there_at_once_on_a_terminal_of_one_ascii_column(ended):
    status, out, error = ended["help"]
    assert (status, error) == (0, "")
    assert "--learning-rate" in out


def test_a_device_that_is_broken_with_no_variable_set_is_one_sentence(monkeypatch):
    for name in startup_checks._DEVICE_VARIABLES:
        monkeypatch.delenv(name, raising=False)

    def broken():
        raise RuntimeError("no device")

    monkeypatch.setattr(jax, "devices", broken)
    with pytest.raises(InputError, match=r"^JAX must start, but .*no device.*JAX_PLATFORMS=cpu"):
        startup_checks.jax_anyway()


@pytest.mark.parametrize(("width", "used"), [("1", "40"), ("80", "80"), ("100000000", "400")])
def test_a_width_is_one_in_which_words_can_be_laid_out(monkeypatch, width, used):
    monkeypatch.setenv("COLUMNS", width)
    with pytest.raises(SystemExit):
        main(["resume"])
    assert os.environ["COLUMNS"] == used


def test_text_is_read_and_written_in_one_place():
    for folder in ("toymono", "experiments", "benchmarks"):
        for file in (ROOT / folder).rglob("*.py"):
            if file.name != "text_files.py":
                called = {
                    node.func.attr
                    for node in ast.walk(ast.parse(file.read_bytes()))
                    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
                }
                assert not called & {"read_text", "write_text"}, file
