"""Attack toymono with drawn inputs of every kind and count how each ends.

    .venv/bin/python tests/fuzz.py                       5500 inputs
    .venv/bin/python tests/fuzz.py --n 500 --seed 1 --only lines figures

Each class of inputs has a share of the n. An input ends well (ok), in one sentence and exit status
2, in a traceback, in a hang, or with changed data of the user's. What ends badly is printed, and
the exit status is 1. The same seed draws the same inputs.
"""

import argparse
import collections
import contextlib
import hashlib
import json
import logging
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from typing import NamedTuple
from unittest import mock

import drawing
import hostile
import plotly.graph_objects as go
import xarray as xr
from ending import end_of
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from toymono import environment
from toymono.command_line.main import main
from toymono.config import Sweep
from toymono.explorer.server import Explored, make_app
from toymono.plots.write import write_json
from toymono.sweeps import run as runs
from toymono.sweeps.run import run_sweep

ENDS = ("ok", "sentence", "traceback", "hang", "changed")
ONCE = {"deadline": None, "database": None, "phases": [Phase.generate]}  # no input is tried again
SWEEP = Sweep(base=drawing.BASE, grids=({"learning_rate": (0.003, 0.03)},), seeds=(0, 1))
# What is asked of a hostile run: mostly the command that reads most of it in the shortest time.
LOOKS = [["table"]] * 14 + [["table", "--show", "circuit"], ["claims"], ["resume"], ["resume"]]
LOOKS += [["figure", "--out", "drawn.html"], ["report", "--out", "report.html"]]


class Made(NamedTuple):
    """What attacks start from: a run, a figure, and the explorer of the run."""

    folder: pathlib.Path
    run: pathlib.Path
    data: xr.Dataset
    figure: pathlib.Path
    client: object


def _made(folder):
    run, figure = folder / "whole", folder / "figure.json"
    run_sweep(SWEEP, run)
    write_json(go.Figure(go.Scatter(x=[1, 2], y=[3, 4]), layout_title_text="t"), figure)
    (file,) = (run / "units").glob("*.nc")
    data = xr.load_dataset(file, engine="h5netcdf")
    app = make_app(Explored([run]))
    app.config["PROPAGATE_EXCEPTIONS"] = True
    return Made(folder, run, data, figure, app.test_client())


def _content(*roots):
    """What is in folders, so that a change is seen."""
    files = (path for root in roots for path in root.rglob("*") if path.is_file())
    return {path: hashlib.sha256(path.read_bytes()).digest() for path in files}


def _command(home, args):
    with contextlib.chdir(home):
        main([str(arg) for arg in args])


def lines(home, draw, made):
    """Command lines, with somebody's thesis in the folder."""
    (home / "mine").mkdir()
    (home / "mine" / "thesis.tex").write_text("mine")
    args = draw(drawing.commands)
    return args, lambda: _command(home, args)


def environments(home, draw, made):
    """Variables of a process of its own, which helps, lists, tabulates, draws or trains."""
    added = draw(hostile.environments)
    figure = ["figure", made.figure, "--out", home / "drawn.html"]
    train = ["run", "custom", *drawing.TINY, "0", "--out", home / "new"]
    args = draw(st.sampled_from([["--help"], ["list"], ["table", made.run], figure, train]))

    def work():
        words = [sys.executable, "-m", "toymono", *map(str, args)]
        done = subprocess.run(words, env={**os.environ, **added}, capture_output=True, check=False)
        sys.stderr.write(done.stderr.decode(errors="replace"))
        sys.exit(done.returncode)

    return (added, args), work


def _looked_at(home, draw):
    """Words of a command that looks at the hostile run."""
    verb, *more = draw(st.sampled_from(LOOKS))
    return [verb, "run", *more]


def results(home, draw, made):
    """Results of other content whose checksum is right."""
    changes = draw(st.lists(hostile.changes(), min_size=1, max_size=2))
    run, args = shutil.copytree(made.run, home / "run"), _looked_at(home, draw)
    (file,) = (run / "units").glob("*.nc")
    data = made.data
    try:
        for change in changes:
            data = hostile.changed(data, *change)
        file.write_bytes(data.to_netcdf(engine="h5netcdf", invalid_netcdf=True))
    except Exception:  # xarray cannot write that, so nobody has it
        return None
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    file.with_name(f"{file.name}.sha256").write_text(f"{digest}  {file.name}\n")
    return (changes, args), lambda: _command(home, args)


def folders(home, draw, made):
    """Runs with damaged files, and sweeps of other content."""
    run, args = shutil.copytree(made.run, home / "run"), _looked_at(home, draw)
    if draw(st.booleans()):
        (run / "sweep.json").write_text(json.dumps(draw(drawing.sweeps())))
    else:
        for position, damage in draw(st.lists(drawing.damages(), min_size=1, max_size=3)):
            files = [path for path in sorted(run.rglob("*")) if path.is_file()]
            damage(files[round(position * (len(files) - 1))])
    return args, lambda: _command(home, args)


def figures(home, draw, made):
    """JSON files in place of figures and results."""
    text = draw(hostile.figures(json.loads(made.figure.read_text())))
    (home / "f.json").write_text(text, errors="surrogatepass")
    args = draw(st.sampled_from([["figure", "f.json"], ["claims", "f.json"]]))
    return (text, args), lambda: _command(home, args)


def requests(home, draw, made):
    """HTTP requests to the explorer, where a refusal counts as a sentence."""
    request = draw(hostile.requests())

    def work():
        status = made.client.open(**request).status_code
        assert status < 500, status
        if status >= 400:
            print(f"error: {status}", file=sys.stderr)
            sys.exit(2)

    return request, work


SHARES: dict[Callable, float] = {
    figures: 0.2,
    lines: 0.25,
    folders: 0.18,
    results: 0.08,
    requests: 0.28,
    environments: 0.01,
}


def _counted(of, n, number, made):
    """How n drawn inputs of a class end; what ends badly is printed."""
    ends = collections.Counter()

    @seed(number)
    @settings(max_examples=n, suppress_health_check=[*HealthCheck], **ONCE)
    @given(st.data())
    def one(data):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            home = pathlib.Path(folder)
            if (drawn := of(home, data.draw, made)) is None:
                return
            inputs, work = drawn
            before = _content(home, made.folder)
            end, words = end_of(work)
            after = _content(home, made.folder)
            if strangers := [path for path in before if after.get(path) != before[path]]:
                end, words = "changed", str(strangers)
        ends[end] += 1
        if end not in ("ok", "sentence"):
            print(f"--- {of.__name__}: {end}: {inputs!r:.600}\n{words[-1500:]}", flush=True)

    one()
    return ends


def _attack(n, number, names):
    """Print how all inputs end, by class; return how many end badly."""
    total = collections.Counter()
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(environment, "multiply_adds_per_second", lambda: 1e11),
    ):
        made = _made(pathlib.Path(folder))
        with mock.patch.object(runs, "train_unit", lambda *args, **more: None):
            print(f"{'':14}" + "".join(f"{end:>11}" for end in ENDS))
            for of in (of for of in SHARES if of.__name__ in names):
                ends = _counted(of, round(n * SHARES[of]), number, made)
                total += ends
                print(f"{of.__name__:14}" + "".join(f"{ends[e]:11}" for e in ENDS), flush=True)
    print(f"{'all':14}" + "".join(f"{total[end]:11}" for end in ENDS))
    return total.total() - total["ok"] - total["sentence"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=5500)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", default=[of.__name__ for of in SHARES])
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable()
    sys.exit(bool(_attack(asked.n, asked.seed, asked.only)))
