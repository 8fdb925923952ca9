"""toymono's own ensemble training, as the benchmarks drive it: by steps, or to the end."""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import NamedSharding

from toymono.analysis.record import Record
from toymono.config import Config, Hyper
from toymono.training import members
from toymono.training.ensemble import train_ensemble
from toymono.training.placement import padded, place_members


def prepared(
    config: Config, settings: Sequence[Hyper], seeds: Sequence[int]
) -> Callable[[int], float]:
    """A function that makes so many more updates of all members, waits for them and gives their
    mean loss; compiled.
    """
    placement = place_members(config, len(seeds), len(settings))
    stacked = members.stack_settings(padded(settings, placement, "setting"))
    worlds = members.make_worlds(config, jnp.array(padded(seeds, placement, "seed"), jnp.uint32))
    worlds = jax.device_put(worlds, NamedSharding(placement.mesh, placement.of_seeds))
    state, step = members.start_members(config, placement, stacked, worlds), 0

    def advance(n_steps: int) -> float:
        nonlocal state, step
        state = members.advance_members(
            config, placement, stacked, worlds, state, step, step + n_steps
        )
        step += n_steps
        return float(
            np.mean(jax.block_until_ready(state).losses[..., (step - 1) // config.loss_every])
        )

    advance(2)
    return advance


def trained(config: Config, settings: Sequence[Hyper], seeds: Sequence[int]) -> Record:
    """What was recorded at the end (seed setting) of members trained to the end."""
    done = train_ensemble(config, settings, seeds)
    return jax.tree.map(lambda numbers: np.asarray(numbers)[-1], done.records)
