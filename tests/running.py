"""What tests of faults share: a sweep that trains in a second, results to the last bit, and toymono
in a process.
"""

import contextlib
import os
import pathlib
import subprocess
import sys
import time

import xarray as xr

from toymono.config import Config, Sweep

PATIENCE = 240.0  # seconds, on a machine that does much else
CONFIG = Config(
    n_features=8,
    n_embed=4,
    n_neurons=8,
    batch_size=16,
    n_steps=64,
    record_phase="peak",
    record_params="all",
)
SWEEP = Sweep(base=CONFIG, grids=({"learning_rate": (0.003, 0.03)},), seeds=(0, 1))

# What every process of toymono does first: checkpoints come quickly and training is slow, or waits
# at its first snapshot while there is a file HOLD. The steps from which it goes on are written,
# with the unit, to the file STARTS.
HURRIED = """
import os, time
from toymono.sweeps import train_unit
from toymono.training import ensemble

train_unit.SECONDS_BETWEEN_CHECKPOINTS = 0.2
ensemble._MOST_UPDATES_PER_REPORT = 8
snapshots = train_unit.snapshots

def tell(unit, step):
    with open(os.environ["STARTS"], "a") as starts:
        starts.write(f"{unit} {step}\\n")

def slow(config, settings, seeds, since=None):
    for n, snapshot in enumerate(snapshots(config, settings, seeds, since)):
        if n == 0:
            name = f"{settings[0].learning_rate}/{settings[0].bias_offset}/{seeds[0]}"
            tell(name, since.step if since else 0)
        while os.path.exists(os.environ["HOLD"]):
            time.sleep(0.02)
        time.sleep(0.02)
        yield snapshot

train_unit.snapshots = slow
"""


def arrays(folder):
    """Every array of a run, by file and name, to the last bit; not its commit and versions."""
    found = {}
    for file in sorted((folder / "units").glob("*.nc")):
        with xr.open_dataset(file, engine="h5netcdf") as data:
            for name in data.variables:
                values = data[name].values
                found[file.name, name] = (values.dtype, values.shape, values.tobytes())
    return found


def files(folder):
    """Names of all files and folders below, from there."""
    return {str(path.relative_to(folder)) for path in pathlib.Path(folder).rglob("*")}


@contextlib.contextmanager
def started(*args, first="", folder=None, **more):
    """A process of toymono; it and the processes it starts run the Python code `first` before
    anything else.
    """
    environment = dict(os.environ)
    if first:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sitecustomize.py").write_text(first)
        path = [str(folder), environment.get("PYTHONPATH", "")]
        environment |= {"PYTHONPATH": os.pathsep.join(filter(None, path))}
        environment |= {"STARTS": str(folder / "starts"), "HOLD": str(folder / "hold")}
    command = [sys.executable, "-m", "toymono", *map(str, args)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdout=pipe, stderr=pipe, text=True, env=environment, **more
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process):
    """Exit status and what was printed to the standard error, once the process has ended."""
    error = process.communicate(timeout=PATIENCE)[1]
    return process.returncode, error


def wait_until(holds, seconds=PATIENCE):
    """Return as soon as something holds; fail where it does not for so long."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def starts(folder):
    """The steps from which training went on, in order, of each unit."""
    file = folder / "starts"
    lines = [line.split() for line in file.read_text().splitlines()] if file.exists() else []
    return {unit: [int(step) for name, step in lines if name == unit] for unit, _ in lines}


def refusal(error):
    """The one sentence that a command ended with; anything else that it printed is progress."""
    assert "Traceback" not in error, error
    (sentence,) = (line for line in error.splitlines() if line.startswith("error: "))
    assert error.endswith(sentence + "\n")
    return sentence
