"""An ensemble trained from record to record: every setting with every seed, in one compiled
program.

A run is a chain of snapshots. Each can be stored, and training goes on from it as if it had never
stopped.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import NamedSharding

from toymono.analysis.record import Record
from toymono.config import Config, Hyper
from toymono.toy.model import Params
from toymono.toy.tasks import Problem
from toymono.training.members import (
    advance_members,
    make_worlds,
    measure_members,
    stack_settings,
    start_members,
)
from toymono.training.placement import padded, padded_members, place, unpadded
from toymono.training.schedules import last_step, record_steps
from toymono.training.train import TrainState, multiply_adds

_MULTIPLY_ADDS_PER_REPORT = 5e10  # about a second on a laptop
_MOST_UPDATES_PER_REPORT = 256


class Progress(NamedTuple):
    """How far an ensemble is."""

    step: int  # updates made
    last_step: int  # updates to make
    loss: float  # latest task loss, averaged over the members that are finite


class Snapshot(NamedTuple):
    """All that training has made so far: what follows rests on nothing else, to the last bit."""

    step: int  # updates made
    members: TrainState  # every leaf: seed setting ...
    records: tuple[Record, ...]  # so far; every leaf: seed setting ...
    params: tuple[
        Params, ...
    ]  # of the records whose parameters are kept; every leaf: seed setting ...


class Trained(NamedTuple):
    """What training leaves behind, as numpy arrays."""

    losses: np.ndarray  # seed setting loss
    records: Record  # every leaf: step seed setting ...
    params: Params  # every leaf: step seed setting ..., at the last record or at all of them
    problems: Problem  # every leaf: seed ...


def progress(config: Config, snapshot: Snapshot) -> Progress:
    """How far a snapshot is."""
    latest = np.asarray(snapshot.members.losses)[..., (snapshot.step - 1) // config.loss_every]
    finite = latest[np.isfinite(latest)]
    return Progress(
        snapshot.step, last_step(config), float(finite.mean()) if finite.size else float("nan")
    )


def _stops(config: Config, n_members: int) -> list[int]:
    """Steps at which the host looks in: every record, and often enough between to report
    progress.
    """
    stride = int(_MULTIPLY_ADDS_PER_REPORT / (n_members * multiply_adds(config)))
    stride = min(max(stride, 1), _MOST_UPDATES_PER_REPORT)
    return sorted({*range(stride, last_step(config), stride), *record_steps(config)})


def snapshots(
    config: Config, settings: Sequence[Hyper], seeds: Sequence[int], since: Snapshot | None = None
) -> Iterator[Snapshot]:
    """Train every setting with every seed; stop at each of `record_steps(config)` and, to show
    progress, between.

    All settings of a seed see the same projections, initial weights (but for the bias offset) and
    data, so that comparisons between them are paired. A member that diverges takes no other down.
    Training goes on from `since` if it is given. The members of a snapshot are on the devices and
    gone when the next one is asked for.
    """
    placement = place(config, len(seeds), len(settings))
    stacked = stack_settings(padded(settings, placement, "setting"))
    worlds = make_worlds(config, jnp.asarray(padded(seeds, placement, "seed"), jnp.uint32))
    worlds = jax.device_put(worlds, NamedSharding(placement.mesh, placement.of_seeds))
    if since is None:
        step, records, params = 0, (), ()
        members = start_members(config, placement, stacked, worlds)
    else:
        step, _, records, params = since
        members = jax.device_put(
            padded_members(since.members, placement),
            NamedSharding(placement.mesh, placement.of_members),
        )
    for stop in _stops(config, len(seeds) * len(settings)):
        if stop <= step:
            continue
        members = advance_members(config, placement, stacked, worlds, members, step, stop)
        step, ours = stop, unpadded(members, len(seeds), len(settings))
        if step in record_steps(config):
            record = measure_members(config, placement, stacked, worlds, members.params)
            records = (*records, jax.device_get(unpadded(record, len(seeds), len(settings))))
            if config.record_params == "all" or step == last_step(config):
                params = (*params, jax.tree.map(np.array, ours.params))
        yield Snapshot(step, ours, records, params)


def finished(config: Config, seeds: Sequence[int], last: Snapshot) -> Trained:
    """What the last snapshot of a training holds."""
    return Trained(
        losses=np.array(last.members.losses),
        records=jax.tree.map(lambda *leaves: np.stack(leaves), *last.records),
        params=jax.tree.map(lambda *leaves: np.stack(leaves), *last.params),
        problems=jax.tree.map(
            np.array, make_worlds(config, jnp.asarray(seeds, jnp.uint32)).problem
        ),
    )


def train_ensemble(
    config: Config,
    settings: Sequence[Hyper],
    seeds: Sequence[int],
    report: Callable[[Progress], None] = lambda progress: None,
) -> Trained:
    """Train every setting with every seed, as `snapshots` does, to the end; `report` is called at
    every stop.
    """
    for snapshot in snapshots(config, settings, seeds):
        report(progress(config, snapshot))
    return finished(config, seeds, snapshot)
