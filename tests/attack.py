"""Attack toymono with drawn inputs of every kind and count how each ends; run by hand.

Command: python tests/attack.py [--n 5000] [--seed 0]. A class of inputs has a share of the n; ends
are ok, sentence (one, with exit status 2), traceback, hang and changed (data of the user's). All
but environments run in this process. The same seed draws the same inputs.
"""

# ruff: noqa: E501 (a table of changes reads best with one on a line)

import argparse
import collections
import contextlib
import hashlib
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
import warnings
from unittest import mock

import drawing
import numpy as np
import plotly.graph_objects as go
import xarray as xr
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from toymono import environment
from toymono.command_line.main import main
from toymono.config import Sweep
from toymono.explorer.app import make_app
from toymono.explorer.stored_runs import studies
from toymono.explorer.view import View
from toymono.plots.write import write_json
from toymono.sweeps import run as runs
from toymono.sweeps.run import run_sweep

PATIENCE = 60  # seconds after which an input hangs
ENDS = ("ok", "sentence", "traceback", "hang", "changed")
SWEEP = Sweep(base=drawing.BASE, grids=({"learning_rate": (0.003, 0.03)},), seeds=(0, 1))
VERBS = (*["table"] * 17, "figure", "claims", "resume")
VARIABLES = {
    "JAX_PLATFORMS": ("cuda", "tpu", "typo", "cpu", "", ",", "cpu,cuda"),
    "JAX_PLATFORM_NAME": ("gpu", "cpu", "x"),
    "JAX_DEFAULT_MATMUL_PRECISION": ("highest", "hihgest", "", "bfloat16"),
    "JAX_ENABLE_X64": ("1", "0", "perhaps"),
    "JAX_DISABLE_JIT": ("1", "0", "x"),
    "JAX_NUM_CPU_DEVICES": ("0", "1", "2", "x", "-3"),
    "JAX_DEBUG_NANS": ("1",),
    "JAX_NUMPY_RANK_PROMOTION": ("raise", "rise"),
    "COLUMNS": ("0", "1", "-1", "x", "99999999"),
    "TERM": ("dumb", "", "xterm"),
    "LC_ALL": ("C", "C.UTF-8", "xx_YY"),
    "PYTHONUTF8": ("0", "1"),
    "PYTHONIOENCODING": ("ascii", "latin-1", "utf-16"),
    "NO_COLOR": ("1",),
    "BROWSER_PATH": ("/nowhere", "/bin/false"),
}


class Hang(BaseException):
    """An input takes too long."""


def content(place):
    """What is in a folder, so that a change is seen."""
    files = (path for path in sorted(place.rglob("*")) if path.is_file())
    return {str(f): hashlib.sha256(f.read_bytes()).digest() for f in files}


def end_of(work):
    """How a piece of work in this process ends, and what it said."""
    out, error = io.StringIO(), io.StringIO()

    def late(number, frame):
        raise Hang

    signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENCE)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            work()
        return "ok", error.getvalue()
    except Hang:
        return "hang", traceback.format_exc()
    except SystemExit as stop:
        told = [line for line in error.getvalue().splitlines() if line.startswith("error: ")]
        good = stop.code in (0, None) or (stop.code == 2 and len(told) == 1)
        kind = "ok" if stop.code in (0, None) else "sentence"
        return (kind if good else "traceback"), f"{stop.code}: {error.getvalue()}"
    except BaseException:
        return "traceback", traceback.format_exc()
    finally:
        signal.alarm(0)


def command(home, args, own=()):
    """How a command ends; what it changes but its own places counts first."""
    before = content(home)
    with contextlib.chdir(home):
        end, words = end_of(lambda: main(list(map(str, args))))
    changed = {name for name, now in content(home).items() if before.get(name, now) != now}
    lost = set(before) - set(content(home))
    strangers = [name for name in changed | lost if not name.startswith(tuple(map(str, own)))]
    return ("changed", f"{strangers}") if strangers else (end, words)


def lines(home, draw):
    """Command lines, with somebody's thesis in the folder."""
    (home / "mine").mkdir()
    (home / "mine" / "thesis.tex").write_text("mine")
    args = draw(drawing.commands)
    return args, command(home, args)


def environments(home, draw):
    """Variables of a process of its own, which lists, tabulates, helps, draws or trains."""
    chosen = draw(st.lists(st.sampled_from([*VARIABLES]), min_size=1, max_size=3, unique=True))
    told = {name: draw(st.sampled_from(VARIABLES[name])) for name in chosen}
    run = shutil.copytree(RUN, home / "run")
    args = draw(st.sampled_from([["--help"], ["list"], ["table", run], ["figure", FIGURE, "--out",
                home / "f.html"], ["run", "custom", *drawing.TINY, "0", "--out", home / "new"]]))  # fmt: skip
    before = content(run)
    words = [sys.executable, "-m", "toymono", *map(str, args)]
    try:
        ended = subprocess.run(words, env={**os.environ, **told}, capture_output=True, timeout=240)
    except subprocess.TimeoutExpired:
        return (told, args), ("hang", "")
    error, status = ended.stderr.decode(errors="replace"), ended.returncode
    end = "ok" if status == 0 else "sentence" if "error: " in error and status == 2 else "traceback"
    end = "traceback" if "Traceback" in error else end
    return (told, args), ("changed" if content(run) != before else end, error)


@st.composite
def changes(draw):
    """A function that changes a result's content and leaves it readable."""
    kind = draw(st.sampled_from(["rename", "transpose", "dtype", "text", "units", "values", "cut",
                                 "drop", "attribute", "value", "nothing", "new"]))  # fmt: skip
    at, other = draw(st.integers(0, 99)), draw(drawing._NUMBERS | drawing._TEXTS | st.none())
    dtype = draw(st.sampled_from(["f2", "f8", ">f4", "i1", "i8", "u4", "bool", "S3", "c8"]))

    def change(data):
        dim, name = ([*of][at % len([*of])] for of in (data.sizes, data.variables))
        array, attribute = data[name], [*data.attrs][at % len(data.attrs)]
        stored = (array.dims, array.values)
        match kind:
            case "rename":
                return data.rename({dim: "other"})
            case "transpose":
                return data.transpose(dim, ...) if at % 2 else data.transpose(..., dim)
            case "dtype":
                return data.assign({name: (stored[0], stored[1].astype(dtype))})
            case "text":
                return data.assign({name: (stored[0], stored[1].astype(str).astype(object))})
            case "units":
                array.attrs["units"] = ["days since 2000-01-01", "seconds", "hours"][at % 3]
            case "values":
                return data.assign({name: (stored[0], np.full_like(stored[1], at))})
            case "cut":
                return data.isel({dim: slice(at % data.sizes[dim])})
            case "drop":
                return data.drop_vars(name)
            case "attribute":
                del data.attrs[attribute]
            case "value":
                data.attrs[attribute] = [1, 2] if other is None else str(other)[:at]
            case "new":
                return data.assign({f"new{at}": (dim, np.arange(data.sizes[dim]))})
        return data  # fmt: skip

    return kind, at, change


def results(home, draw):
    """Results of other content whose checksum is right."""
    run = shutil.copytree(RUN, home / "run")
    told, (file,) = draw(st.lists(changes(), min_size=1, max_size=2)), (run / "units").glob("*.nc")
    try:
        data = xr.load_dataset(file, engine="h5netcdf")
        for _, _, change in told:
            data = change(data)
        written = data.to_netcdf(engine="h5netcdf", invalid_netcdf=True)
    except Exception:  # xarray cannot write that, so nobody has it
        return None
    file.write_bytes(written)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    file.with_name(f"{file.name}.sha256").write_text(f"{digest}  {file.name}\n")
    args = [draw(st.sampled_from(VERBS)), "run", *draw(st.sampled_from([[], ["--out", "o.html"]]))]
    args = args[:2] if args[0] in ("table", "resume") else args
    return [(kind, at) for kind, at, _ in told] + args, command(home, args)


def folders(home, draw):
    """Runs with damaged files, and sweeps of other content."""
    run = shutil.copytree(RUN, home / "run")
    if draw(st.booleans()):
        (run / "sweep.json").write_text(json.dumps(draw(drawing.sweeps())))
    else:
        for place, damage in draw(st.lists(drawing.damages(), min_size=1, max_size=3)):
            files = [path for path in sorted(run.rglob("*")) if path.is_file()]
            damage(files[round(place * (len(files) - 1))])
    args = [draw(st.sampled_from(VERBS)), "run"]
    return args, command(home, args)


def figures(home, draw):
    """JSON files in place of figures and results."""
    told = json.loads(FIGURE.read_text())
    for _ in range(draw(st.integers(0, 3))):
        part = draw(st.sampled_from([told, told["layout"], *told["data"]]))
        part[draw(st.sampled_from(["data", "layout", "type", "x", "title", "meta", "zz"]))] = draw(
            drawing._JSON
        )
        if not (isinstance(told.get("layout"), dict) and isinstance(told.get("data"), list)):
            break
        told["data"] = [trace for trace in told["data"] if isinstance(trace, dict)]
    text = draw(st.sampled_from([json.dumps(told)] * 4 + ["", "[1", "nul", "\ud800"]))
    (home / "f.json").write_text(text, errors="surrogatepass")
    args = draw(st.sampled_from([["figure", "f.json"], ["claims", "f.json"]]))
    return (text[:300], args), command(home, args)


@st.composite
def asks(draw):
    """What a page asks of a callback: its inputs, with values of any kind."""
    name = draw(st.sampled_from(sorted(CALLS)))
    view = st.dictionaries(st.sampled_from(View._fields), drawing._JSON, max_size=3)
    told = view.map(lambda values: {"run": RUN.name, "member": 0, **values}) | drawing._JSON
    given = [[{**each, "value": draw(told)} for each in CALLS[name][part]]
             for part in ("inputs", "state")]  # fmt: skip
    outputs = [{"id": part.rpartition(".")[0], "property": part.rpartition(".")[2]}
               for part in name.strip(".").split("...")]  # fmt: skip
    return {"output": name, "inputs": given[0], "state": given[1],
            "outputs": outputs if name.startswith("..") else outputs[0],
            "changedPropIds": [f"{each['id']}.{each['property']}" for each in given[0]]}  # fmt: skip


def requests(home, draw):
    """HTTP requests to the explorer; a status below 500 is well."""
    path = draw(st.sampled_from(["/", "/_dash-layout", "/_dash-dependencies", "/assets/../app.py",
                                 *["/_dash-update-component"] * 6]))  # fmt: skip
    sent, told, store = draw(asks() | drawing._JSON), [], st.dictionaries(*[drawing._TEXTS] * 2)
    query, host = draw(store), draw(st.sampled_from([*["127.0.0.1"] * 5, "evil.example"]))

    def ask():
        headers = {"Host": host}
        post = path.endswith("component")
        answer = (CLIENT.post(path, json=sent, headers=headers) if post
                  else CLIENT.get(path, query_string=query, headers=headers))  # fmt: skip
        told.append(answer.status_code)

    end, words = end_of(ask)
    end = "traceback" if told and told[0] >= 500 else "sentence" if told and told[0] >= 400 else end
    return (path, sent, told), (end, words)


CLASSES = {
    requests: 0.2,
    figures: 0.145,
    results: 0.25,
    folders: 0.2,
    lines: 0.2,
    environments: 0.005,
}


def count(of, n, number, home):
    """How n drawn inputs of one class end; what ends badly is printed."""
    ends = collections.Counter()

    @seed(number)
    @settings(max_examples=n, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=[*HealthCheck])  # fmt: skip
    @given(st.data())
    def one(data):
        place = pathlib.Path(tempfile.mkdtemp(dir=home))
        ended = of(place, data.draw)
        shutil.rmtree(place, ignore_errors=True)
        if ended is not None:
            told, (end, words) = ended
            ends[end] += 1
            if end not in ("ok", "sentence"):
                print(f"--- {of.__name__}: {end}: {told!r:.600}\n{words[-1500:]}", flush=True)

    one()
    return ends


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", default=[of.__name__ for of in CLASSES])
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    home = pathlib.Path(tempfile.mkdtemp())
    RUN, FIGURE = home / "whole", home / "figure.json"
    run_sweep(SWEEP, RUN)
    write_json(go.Figure(go.Scatter(x=[1, 2], y=[3, 4]), layout_title_text="t"), FIGURE)
    app = make_app(studies([RUN]), [RUN])
    CLIENT, CALLS = app.server.test_client(), app.callback_map
    total = collections.Counter()
    with (
        mock.patch.object(environment, "multiply_adds_per_second", lambda: 1e11),
        mock.patch.object(runs, "train_unit", lambda *args, **more: None),
    ):
        print(f"{'':14}" + "".join(f"{end:>11}" for end in ENDS))
        for of, share in CLASSES.items():
            if of.__name__ in args.only:
                ends = count(of, round(args.n * share), args.seed, home)
                total += ends
                print(f"{of.__name__:14}" + "".join(f"{ends[e]:11}" for e in ENDS), flush=True)
    print(f"{'all':14}" + "".join(f"{total[end]:11}" for end in ENDS))
    shutil.rmtree(home)
