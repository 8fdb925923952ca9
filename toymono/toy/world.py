"""Everything random that a seed fixes, shared by all settings trained with that seed."""

from typing import NamedTuple

import jax
from jax.typing import ArrayLike
from jaxtyping import Array, Key

from toymono.config import Config
from toymono.toy.tasks import Problem, random_problem


class World(NamedTuple):
    """What a seed fixes: the projections, and a key for each purpose."""

    problem: Problem
    key_params: Key[Array, ""]
    key_data: Key[Array, ""]
    key_probe: Key[Array, ""]  # samples for measuring, never trained on


def make_world(config: Config, seed: ArrayLike) -> World:
    """The world of one seed: its projections, and the keys of its initial weights and samples."""
    key_problem, *keys = _keys(seed)
    return World(random_problem(config, key_problem), *keys)


def probe_key(seed: ArrayLike) -> Key[Array, ""]:
    """The world's `key_probe` alone."""
    return _keys(seed)[-1]


def _keys(seed: ArrayLike) -> Key[Array, "4"]:
    return jax.random.split(jax.random.key(seed, impl="threefry2x32"), 4)
