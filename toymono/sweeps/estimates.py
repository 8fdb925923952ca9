"""Estimate time, memory and storage of units, and cut units to fit a machine."""

import dataclasses
import itertools
from collections.abc import Sequence
from typing import NamedTuple

from toymono.config import Config, Sweep
from toymono.sweeps.plan import Unit, n_members, plan
from toymono.sweeps.schema import ARRAYS
from toymono.training.placement import activation_bytes, place_members
from toymono.training.schedules import last_step, n_losses, record_steps
from toymono.training.train import multiply_adds, n_parameters

# What an update costs on a CPU, fitted to what benchmarks/training.py prints: its matrix products'
# share of the machine's own rate, the optimiser's passes over the parameters, and what an update
# costs however small it is.
_EFFICIENCY = 0.7
_SECONDS_PER_PARAMETER = 5e-9
_SECONDS_PER_UPDATE = 2e-4

PROCESS_BYTES = (
    600 * 10**6
)  # main memory of a process that has compiled and stored a unit, beside what the unit needs

_MOST_MEMBERS = 64  # of a unit: cost per member is flat by then, and a unit lost is little lost
_WORTH_SPLITTING = 30.0  # seconds on a laptop; a process takes a few to start and compile
_LAPTOP_RATE = 9e10  # multiply-adds per second


class Kept(NamedTuple):
    """What a run keeps of each member."""

    losses: int
    records: int  # each with a few numbers per neuron
    parameters: int  # entries of L1, b and L2, at each record that keeps them
    numbers: int  # in all, of four bytes


def kept_of(config: Config) -> Kept:
    """What a run with these settings keeps of each member."""
    n_records = len(record_steps(config))
    parameters = n_parameters(config) * (n_records if config.record_params == "all" else 1)
    arrays = [layout.dims for layout in ARRAYS.values() if "step" in layout.dims]
    of_neurons = sum("neuron" in dims for dims in arrays)
    per_record = (of_neurons + len(config.measures)) * config.n_neurons + len(arrays) - of_neurons
    numbers = n_losses(config) + n_records * per_record + parameters
    return Kept(n_losses(config), n_records, parameters, numbers)


def stored_bytes(unit: Unit) -> int:
    """Size of a unit's file before compression."""
    projections = 2 * unit.config.n_embed * unit.config.n_features
    return 4 * (unit.n_members * kept_of(unit.config).numbers + len(unit.seeds) * projections)


def estimated_seconds(units: list[Unit], multiply_adds_per_second: float) -> float:
    """Training time at this matrix-product rate, within a factor of about 1.5."""
    return sum(
        (_estimated_seconds(unit, _EFFICIENCY * multiply_adds_per_second) for unit in units), 0.0
    )


def _estimated_seconds(unit: Unit, rate: float) -> float:
    member = multiply_adds(unit.config) / rate + _SECONDS_PER_PARAMETER * n_parameters(unit.config)
    return last_step(unit.config) * (_SECONDS_PER_UPDATE + unit.n_members * member)


def estimated_bytes(unit: Unit) -> int:
    """Memory that training a unit needs at once, on its devices; an estimate, kept a little high.

    Each member's parameters, moments and gradients, losses and records; the activations and data of
    those that are trained at the same time.
    """
    config, kept = unit.config, kept_of(unit.config)
    placement = place_members(config, len(unit.seeds), len(unit.settings))
    at_once = min(placement.at_once, unit.n_members)
    member = 5 * n_parameters(config) + kept.numbers
    data = 3 * config.batch_size * config.n_features * max(1, at_once // len(unit.settings))
    worlds = 4 * config.n_embed * config.n_features * len(unit.seeds)
    return (
        4 * (unit.n_members * member + data + worlds)
        + at_once * activation_bytes(config) // placement.n_parts
    )


class Estimate(NamedTuple):
    """What the units of one shape will cost."""

    config: Config
    n_units: int
    n_members: int
    memory: int  # bytes, while all workers train; a process's own and its unit's
    storage: int  # bytes, before compression
    seconds: float  # on this machine, all workers together

    @property
    def n_steps(self) -> int:
        """Steps that are made: often more than were asked for, to the end of a rate period."""
        return last_step(self.config)


def estimate(
    units: Sequence[Unit], workers: int, multiply_adds_per_second: float
) -> list[Estimate]:
    """Costs per shape, on a machine with this many workers and this matrix-product rate."""
    found = []
    for config, parts in itertools.groupby(units, lambda unit: unit.config):
        same = list(parts)
        memory = min(workers, len(same)) * (PROCESS_BYTES + max(map(estimated_bytes, same)))
        seconds = estimated_seconds(same, multiply_adds_per_second)
        found.append(
            Estimate(
                config, len(same), n_members(same), memory, sum(map(stored_bytes, same)), seconds
            )
        )
    return found


def is_worth_splitting(units: list[Unit]) -> bool:
    """Whether the units are so much work that several processes do it sooner."""
    return estimated_seconds(units, _LAPTOP_RATE) >= _WORTH_SPLITTING


def fitted(sweep: Sweep, workers: int, free_bytes: int) -> Sweep:
    """The sweep, cut so that every worker has a unit and each fits the memory, unless the user
    chose.
    """
    units = plan(sweep)
    most = min(
        -(-n_members(units) // workers) if is_worth_splitting(units) else _MOST_MEMBERS,
        _MOST_MEMBERS,
    )
    fits = dataclasses.replace(sweep, members_per_unit=most)
    while most > 1 and max(map(estimated_bytes, plan(fits))) > free_bytes:
        most //= 2
        fits = dataclasses.replace(sweep, members_per_unit=most)
    needed = most < max(unit.n_members for unit in units)
    return fits if sweep.members_per_unit is None and needed else sweep
