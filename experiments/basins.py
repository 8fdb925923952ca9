"""Is the monosemantic minimum another basin, or the same valley? Paths between networks of one
world.

Paper:    it speaks of basins, and draws no path between them.
Command:  python experiments/basins.py
Expect:   (nothing in the paper; RULE and EXPECTED, committed before the first path was drawn)
"""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from _main import ends, main

from toymono.analysis.losses import task_loss
from toymono.analysis.monosemanticity import is_mono
from toymono.analysis.specimen import specimen_of
from toymono.command_line.terminal import frame_table, print_table
from toymono.config import Hyper
from toymono.evidence.curves import Curve
from toymono.evidence.seeds import interval_over_seeds
from toymono.plots.paths import path_panels
from toymono.toy.model import params_of, weights_of
from toymono.toy.tasks import sample_batch
from toymono.toy.world import make_world, probe_key
from toymono.training.paths import (
    along,
    balanced,
    emptied,
    low_control,
    matched,
    midpoint,
    reordered,
    rescaled,
)
from toymono.training.schedules import last_step
from toymono.training.train import data_key, start_from, step_data, update

BATCHES = ("basins",)

RULE = (
    "another basin: the barrier on the curved path between zero bias and offset -1 is above a "
    "tenth of the mean loss of its ends; one valley: it is below a fiftieth; else undecided; by "
    "the 95 % interval over seeds"
)
BASIN, VALLEY = 0.1, 0.02
EXPECTED = "one valley, with a high barrier on the straight path: the network is twice as wide as N"
CONTROL = 0.001  # the most that a permuted and rescaled copy may show on the straight path

CONTROL_PAIR, DECIDING_PAIR = "copy, permuted and rescaled", "zero bias to offset"
PAIRS = {
    CONTROL_PAIR: ("offset", "copy"),
    "offset, other start": ("offset", "offset again"),
    "zero bias, other start": ("zero bias", "zero bias again"),
    DECIDING_PAIR: ("zero bias", "offset"),
    "zero bias to offset, other start": ("zero bias", "offset again"),
}
CURVE_STEPS, CURVE_RATE = 2048, 0.003
TUNED_RATE, OVERLAP = 0.003, 0.03
N_BATCHES = 64  # in which a neuron that never fires counts as silent


def members_of(run, seed):
    """The four networks of a seed, by what they are."""
    rows = run.table[run.table.seed == seed]
    names = {}
    for row in rows.itertuples():
        kind = "offset" if row.bias_offset else "zero bias"
        names[kind + (" again" if row.redraw else "")] = run.member(row.Index).stored
    return names


def copy_of(weights, key):
    """The same network with its neurons in another order and at other scales."""
    order = jax.random.permutation(key, len(weights.bias))
    a = jnp.exp(jax.random.normal(key, (len(weights.bias),)))
    return reordered(rescaled(weights, a), order)


def paths_of(run, seed):
    """Straight and curved paths of every pair of a seed: losses, and barriers over the ends' mean
    loss.
    """
    members = members_of(run, seed)
    member = members["offset"]
    config, world = member.config, make_world(member.config, seed)
    hyper = Hyper(feature_density=member.hyper.feature_density)
    keys = jax.random.split(world.key_probe, N_BATCHES)
    inputs = jnp.concatenate([sample_batch(config, world.problem, k, hyper).inputs for k in keys])
    weights = {name: weights_of(m.params) for name, m in members.items()}
    weights["copy"] = copy_of(weights["offset"], world.key_probe)
    ready = {name: balanced(emptied(of, inputs)) for name, of in weights.items()}
    found = []
    for pair, (one, other) in PAIRS.items():
        first, last = ready[one], matched(ready[other], ready[one])
        middle = midpoint(first, last)
        curved = low_control(config, hyper, world, first, last, CURVE_STEPS, CURVE_RATE)
        for kind, control in (("straight", middle), ("curved", curved)):
            path = along(config, hyper, world, first, control, last)
            barrier = 2 * float(path.barrier) / float(path.loss[0] + path.loss[-1])
            found.append({"pair": pair, "path": kind, **path._asdict(), "barrier": barrier})
    return found


def trained_on(member, weights, n_steps, **numbers):
    """A network trained on from these weights, with levers or without."""
    config, world = member.config, make_world(member.config, member.seed)
    hyper = Hyper(TUNED_RATE, feature_density=member.hyper.feature_density, **numbers)

    @jax.jit
    def train(state):
        def one(step, state):
            batch = sample_batch(config, world.problem, data_key(world, step), hyper)
            return update(config, hyper, step_data(world, batch, step), state)

        return jax.lax.fori_loop(0, n_steps, one, state)

    return weights_of(train(start_from(config, hyper, weights)).params)


def there_and_back(run, seed):
    """A polysemantic network trained on with a price on overlap, and then without it: loss and mono
    neurons at each stage.
    """
    member = members_of(run, seed)["zero bias"]
    n_steps, stages = last_step(member.config), {"zero bias": weights_of(member.params)}
    stages["with overlap penalty"] = trained_on(
        member, stages["zero bias"], n_steps, neuron_overlap=OVERLAP
    )
    stages["then without"] = trained_on(member, stages["with overlap penalty"], n_steps)
    rows = []
    for stage, weights in stages.items():
        params, key = params_of(weights), probe_key(seed)
        loss = float(task_loss(member.config, params, member.problem, key, member.hyper).mean)
        scores = specimen_of(member.config, params, member.problem).scores
        mono = int(is_mono(scores).sum())
        rows.append({"seed": seed, "stage": stage, "task loss": loss, "mono neurons": mono})
    return rows


def verdict(control, deciding):
    """What the deciding barrier says by RULE; nothing where the control shows one."""
    if control.high > CONTROL:
        return "untested: the copy shows a barrier"
    if deciding.low > BASIN:
        return "another basin"
    return "one valley" if deciding.high < VALLEY else "undecided"


def over_seeds(paths):
    """The loss along one kind of path between one pair, and its barrier, over seeds."""
    losses = np.stack([*paths.loss])
    interval = interval_over_seeds(losses, lowest=0.0)
    curve = Curve({"pair": paths.pair.iloc[0]}, np.asarray(paths.t.iloc[0]), interval, losses)
    return curve, interval_over_seeds(paths.barrier.to_numpy(), lowest=0.0)


def draw(runs):
    """Loss along straight and curved paths; barriers, the verdict, and fine-tuning are printed."""
    run = runs["basins"]
    seeds = [int(seed) for seed in sorted(run.table.seed.unique())]
    found = pd.DataFrame(itertools.chain.from_iterable(paths_of(run, seed) for seed in seeds))
    joined = {key: over_seeds(paths) for key, paths in found.groupby(["path", "pair"], sort=False)}
    panels = {kind: [joined[kind, pair][0] for pair in PAIRS] for kind in ("straight", "curved")}
    rows = [{"path": k, "pair": p, **ends(barrier)} for (k, p), (_, barrier) in joined.items()]
    print_table(frame_table(pd.DataFrame(rows)))
    judged = verdict(joined["straight", CONTROL_PAIR][1], joined["curved", DECIDING_PAIR][1])
    print(f"{RULE}. Expected: {EXPECTED}. Found: {judged}.")
    tuned = pd.DataFrame(itertools.chain.from_iterable(there_and_back(run, seed) for seed in seeds))
    print_table(frame_table(tuned))
    return {"basins-paths": path_panels(panels, "Paths between networks of one world", judged)}


if __name__ == "__main__":
    main("basins", __doc__, BATCHES, draw)
