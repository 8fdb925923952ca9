import contextlib
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import xarray as xr

from toymono.command_line.main import main
from toymono.config import Config, Sweep
from toymono.sweeps import cluster, ray_tasks
from toymono.sweeps.interruption import ends_in_order
from toymono.sweeps.run import run_sweep

LONG = (
    "run custom --n-features 8 --n-embed 4 --n-neurons 8 --batch-size 16 --n-steps 20000 "
    "--seeds 0 1 --schedule-period 64 --bias-offset 0 -1"
).split()


@pytest.mark.long
def test_shares_of_a_run_and_resume_train_it_whole(tmp_path, capsys):
    out = str(tmp_path / "run")
    main(["run", "K3", "--scale", "smoke", "--seeds", "0", "--unit", "1/2", "--out", out])
    some = set((tmp_path / "run" / "units").glob("*.nc"))
    main(["resume", out])
    whole = set((tmp_path / "run" / "units").glob("*.nc"))
    assert some < whole
    assert f"{len(whole)} units done" in capsys.readouterr().out


def _arrays(folder):
    (file,) = (folder / "units").glob("*.nc")
    with xr.open_dataset(file, engine="h5netcdf") as data:
        return {name: data[name].values for name in data.variables}


@pytest.mark.long
def test_a_run_that_is_killed_at_any_moment_ends_as_if_it_had_not_been(tmp_path):
    main([*LONG, "--out", str(tmp_path / "whole")])
    out = tmp_path / "killed"
    for seconds in (1.0, 3.0, 4.5, 6.0):
        process = subprocess.Popen(
            [sys.executable, "-m", "toymono", *LONG, "--out", str(out)], stderr=subprocess.DEVNULL
        )
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    main([*LONG, "--out", str(out)])
    whole, killed = _arrays(tmp_path / "whole"), _arrays(out)
    assert whole.keys() == killed.keys()
    for name, values in whole.items():
        np.testing.assert_array_equal(values, killed[name])
    assert {path.suffix for path in (out / "units").iterdir()} == {".nc", ".sha256", ".lock"}


def test_a_cluster_is_connected_and_left_in_order(tmp_path, monkeypatch):
    in_order = []

    @contextlib.contextmanager
    def connected(on, workers):
        in_order.append(ends_in_order())
        yield cluster.Cluster(1, 2**40, ray=contextlib, task=lambda train: train)
        in_order.append(ends_in_order())

    monkeypatch.setattr(cluster, "connected", connected)
    monkeypatch.setattr(ray_tasks, "train_in_cluster", lambda *args: None)
    run_sweep(Sweep(base=Config(), grids=({},), seeds=(0,)), tmp_path / "run", on="ray")
    assert in_order == [True, True]
    assert not ends_in_order()
