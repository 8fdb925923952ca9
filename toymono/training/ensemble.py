"""Train an ensemble: every setting with every seed, from one record to the next.

Training yields snapshots that can be stored. Training that continues from a snapshot gives the same
bits as training that never stopped.
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
from toymono.training.placement import padded, padded_members, place_members, unpadded
from toymono.training.schedules import last_step, record_steps
from toymono.training.train import TrainState, multiply_adds

_MULTIPLY_ADDS_PER_REPORT = 5e10  # about a second on a laptop
_MOST_UPDATES_PER_REPORT = 256


class Progress(NamedTuple):
    """The progress of an ensemble's training."""

    step: int  # updates made
    last_step: int  # updates to make
    loss: float  # latest training loss, averaged over the members that are finite
    n_mono: float = float("nan")  # at the last record, averaged over members; NaN before the first


class Snapshot(NamedTuple):
    """The complete state of training; continuing from it gives the same bits as not stopping."""

    step: int  # updates made
    members: TrainState  # every leaf: seed setting ...
    records: tuple[Record, ...]  # so far; every leaf: seed setting ...
    # Parameters at the records that keep them; every leaf: seed setting ...
    params: tuple[Params, ...]


class Trained(NamedTuple):
    """The results of a finished training, as numpy arrays."""

    losses: np.ndarray  # seed setting loss
    records: Record  # every leaf: step seed setting ...
    params: Params  # every leaf: step seed setting ..., at the last record or at all of them
    problems: Problem  # every leaf: seed ...


def progress(config: Config, snapshot: Snapshot) -> Progress:
    """Updates made, updates to make, and the latest loss."""
    latest = np.asarray(snapshot.members.losses)[..., (snapshot.step - 1) // config.loss_every]
    finite = latest[np.isfinite(latest)]
    loss = float(finite.mean()) if finite.size else float("nan")
    n_mono = float(np.mean(snapshot.records[-1].n_mono)) if snapshot.records else float("nan")
    return Progress(snapshot.step, last_step(config), loss, n_mono)


def _stops(config: Config, n_members: int) -> list[int]:
    """Steps at which training returns to the host: every record, and between records about once a
    second, to report progress.
    """
    stride = int(_MULTIPLY_ADDS_PER_REPORT / (n_members * multiply_adds(config)))
    stride = min(max(stride, 1), _MOST_UPDATES_PER_REPORT)
    return sorted({*range(stride, last_step(config), stride), *record_steps(config)})


def snapshots(
    config: Config, settings: Sequence[Hyper], seeds: Sequence[int], since: Snapshot | None = None
) -> Iterator[Snapshot]:
    """Train every setting with every seed; yield a snapshot at each of `record_steps(config)`, and
    others in between to show progress.

    All settings of a seed have the same projections, initial weights (except for the bias offset)
    and data, so comparisons between them are paired. A member that diverges does not affect the
    others. Training continues from `since` if it is given. The members of a snapshot are device
    arrays that the next iteration overwrites: copy what you want to keep.
    """
    placement = place_members(config, len(seeds), len(settings))
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
    """The results of a training, from its last snapshot."""
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
    """Train every setting with every seed to the end (see `snapshots`); `report` is called with the
    progress about once a second.
    """
    for snapshot in snapshots(config, settings, seeds):
        report(progress(config, snapshot))
    return finished(config, seeds, snapshot)
