"""Check this installation: show what it runs on, and compare a tiny run with stored numbers."""

from typing import NamedTuple

from toymono import environment
from toymono.config import Config
from toymono.evidence.tables import run_table
from toymono.sweeps.plan import plan
from toymono.sweeps.presets import preset_sweep
from toymono.sweeps.store import to_dataset
from toymono.training.ensemble import train_ensemble

# What `tiny_run` gave on an x86-64 CPU with jax 0.10.2. Other devices round differently, hence the
# tolerance.
STORED_LOSSES = (0.162135, 0.0979397, 0.0958592, 0.153766, 0.0942593, 0.0932421)
TOLERANCE = 0.02


class Check(NamedTuple):
    """One fact about this installation; `holds` is None if there is nothing to compare it with."""

    name: str
    found: str
    holds: bool | None = None


def tiny_run() -> list[float]:
    """Task losses of the demo's six settings at smoke scale, seed 0, on fresh samples."""
    (unit,) = plan(preset_sweep("demo", "smoke", seeds=(0,)))
    data = to_dataset(unit, train_ensemble(unit.config, unit.settings, unit.seeds))
    return [float(loss) for loss in run_table([data]).task_loss]


def examine() -> list[Check]:
    """Everything that a bug report should include."""
    losses = tiny_run()
    off = max(abs(loss / stored - 1) for loss, stored in zip(losses, STORED_LOSSES, strict=True))
    return [
        *(Check(name, version) for name, version in environment.versions().items()),
        Check("commit", environment.git_commit()),
        *(Check("device", device) for device in environment.devices()),
        Check("matmul precision", Config().matmul_precision),
        Check("matmul rate", f"{2 * environment.multiply_adds_per_second() / 1e9:.0f} GFLOP/s"),
        Check("free memory", f"{environment.free_memory() / 2**30:.1f} GiB"),
        Check("browser for PNG", environment.browser() or "none: figures are written as HTML only"),
        Check("tiny run", " ".join(f"{loss:.5f}" for loss in losses)),
        Check("stored numbers", " ".join(f"{loss:.5f}" for loss in STORED_LOSSES)),
        Check("largest deviation", f"{off:.2%} (at most {TOLERANCE:.0%})", off <= TOLERANCE),
    ]
