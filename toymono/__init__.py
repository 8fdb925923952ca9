"""toymono: engineering, measuring and exploring monosemanticity in toy models.

Axes have one name everywhere: seed, setting (a member is one of each), step (a record), batch,
embed (inputs of the network, d), feature (N), neuron (k), output. The names listed here are public;
each is loaded at its first use, so that the command line starts quickly.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toymono.analysis.monosemanticity import monosemanticity as monosemanticity
    from toymono.analysis.record import Record as Record
    from toymono.analysis.record import measure as measure
    from toymono.analysis.specimen import Specimen as Specimen
    from toymono.analysis.superposition import effective_number as effective_number
    from toymono.components.component import Number as Number
    from toymono.components.declare import activation as activation
    from toymono.components.declare import after_update as after_update
    from toymono.components.declare import amplitude_law as amplitude_law
    from toymono.components.declare import at_start as at_start
    from toymono.components.declare import feature_law as feature_law
    from toymono.components.declare import importance as importance
    from toymono.components.declare import in_training as in_training
    from toymono.components.declare import neuron_measure as neuron_measure
    from toymono.components.declare import optimizer as optimizer
    from toymono.components.declare import penalty as penalty
    from toymono.components.declare import schedule as schedule
    from toymono.components.declare import task as task
    from toymono.config import Config as Config
    from toymono.config import Hyper as Hyper
    from toymono.config import InputError as InputError
    from toymono.config import Sweep as Sweep
    from toymono.evidence.tables import run_table as run_table
    from toymono.gallery.runs import open_run as open_run
    from toymono.gallery.runs import train as train
    from toymono.sweeps.plan import plan as plan
    from toymono.sweeps.presets import preset_sweep as preset_sweep
    from toymono.sweeps.run import run_sweep as run_sweep
    from toymono.sweeps.store import read_member as read_member
    from toymono.sweeps.store import read_run as read_run
    from toymono.toy.model import Network as Network
    from toymono.toy.model import network as network
    from toymono.training.ensemble import train_ensemble as train_ensemble

_HOMES = {
    "effective_number": "analysis.superposition",
    "neuron_measure": "components.declare",
    "Number": "components.component",
    "activation": "components.declare",
    "after_update": "components.declare",
    "at_start": "components.declare",
    "amplitude_law": "components.declare",
    "feature_law": "components.declare",
    "importance": "components.declare",
    "in_training": "components.declare",
    "optimizer": "components.declare",
    "penalty": "components.declare",
    "schedule": "components.declare",
    "task": "components.declare",
    "Config": "config",
    "Hyper": "config",
    "InputError": "config",
    "Sweep": "config",
    "Network": "toy.model",
    "network": "toy.model",
    "train_ensemble": "training.ensemble",
    "Record": "analysis.record",
    "measure": "analysis.record",
    "Specimen": "analysis.specimen",
    "monosemanticity": "analysis.monosemanticity",
    "run_table": "evidence.tables",
    "open_run": "gallery.runs",
    "train": "gallery.runs",
    "preset_sweep": "sweeps.presets",
    "plan": "sweeps.plan",
    "run_sweep": "sweeps.run",
    "read_run": "sweeps.store",
    "read_member": "sweeps.store",
}

__all__ = [*_HOMES]


def __dir__() -> list[str]:
    return __all__


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'toymono' has no attribute {name!r}")
    return getattr(importlib.import_module(f"toymono.{_HOMES[name]}"), name)
