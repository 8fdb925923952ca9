"""Place the members of an ensemble: on which device to train each, and how many at the same time.

Members are independent, so the devices split one axis, seeds or settings, and never communicate. If
the number of devices does not divide the axis, it is padded with copies of its last entry.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

import jax
import numpy as np
from jax.sharding import Mesh, PartitionSpec

from toymono import environment
from toymono.config import Config

T = TypeVar("T")

# On CPUs it is faster to compute one member at a time, with activations that fit in a core's cache,
# than several in one large product. If the activations of one member do not fit, its batch is split
# into parts that fit in the cache that the cores share.
_CPU_CACHE, _SHARED_CPU_CACHE = 2**20, 2**23
_SHARE_OF_FREE_MEMORY = 0.5  # of an accelerator, for activations


class Placement(NamedTuple):
    """How members are placed; hashable, so that it can be a static argument of `jit`."""

    mesh: Mesh  # one axis, "member"
    axis: Literal["seed", "setting"]  # the axis that is split over the devices
    at_once: int  # members of one device that are computed in one batched product
    n_parts: int  # parts of a batch, computed one after another

    @property
    def of_seeds(self) -> PartitionSpec:
        """The sharding of arrays that lead with seeds."""
        return PartitionSpec("member") if self.axis == "seed" else PartitionSpec()

    @property
    def of_settings(self) -> PartitionSpec:
        """The sharding of arrays that lead with settings."""
        return PartitionSpec("member") if self.axis == "setting" else PartitionSpec()

    @property
    def of_members(self) -> PartitionSpec:
        """The sharding of arrays that lead with (seed, setting)."""
        return PartitionSpec("member") if self.axis == "seed" else PartitionSpec(None, "member")


def activation_bytes(config: Config) -> int:
    """Estimated memory of one member's activations and their gradients in one update, in bytes."""
    return 4 * config.batch_size * (2 * config.n_neurons + 3 * config.n_features)


def place_members(config: Config, n_seeds: int, n_settings: int) -> Placement:
    """Shard members over the local devices along the seed or the setting axis, whichever gives each
    device less work.
    """
    devices = jax.local_devices()
    by_seed = _rounds(n_seeds, len(devices)) * n_settings
    by_setting = _rounds(n_settings, len(devices)) * n_seeds
    axis, n = ("seed", n_seeds) if by_seed <= by_setting else ("setting", n_settings)
    mesh = Mesh(devices[: min(len(devices), n)], ("member",))
    if devices[0].platform == "cpu":
        n_parts = _n_parts(config.batch_size, activation_bytes(config) / _SHARED_CPU_CACHE)
        return Placement(
            mesh, axis, max(1, _CPU_CACHE * n_parts // activation_bytes(config)), n_parts
        )
    room = _SHARE_OF_FREE_MEMORY * environment.free_memory()
    return Placement(mesh, axis, max(1, int(room // activation_bytes(config))), n_parts=1)


def _n_parts(batch_size: int, least: float) -> int:
    """The smallest divisor of the batch size that is at least `least`, or the batch size itself."""
    return next((n for n in range(1, batch_size) if n >= least and batch_size % n == 0), batch_size)


def _rounds(n: int, n_devices: int) -> int:
    return -(-n // n_devices)


def padded(values: Sequence[T], placement: Placement, axis: Literal["seed", "setting"]) -> list[T]:
    """Seeds or settings, with the last one repeated until the number of devices divides them."""
    n = placement.mesh.size if axis == placement.axis else 1
    return [*values, *[values[-1]] * (-len(values) % n)]


def padded_members(members: T, placement: Placement) -> T:
    """Members, which lead with (seed, setting), padded in the same way."""
    axis = ("seed", "setting").index(placement.axis)
    return jax.tree.map(lambda leaf: _repeat_last(leaf, axis, placement.mesh.size), members)


def _repeat_last(leaf: Any, axis: int, multiple: int) -> Any:  # noqa: ANN401 (jax or numpy arrays)
    rows = np.arange(leaf.shape[axis] + -leaf.shape[axis] % multiple)
    return leaf.take(np.minimum(rows, leaf.shape[axis] - 1), axis)


def unpadded(members: T, n_seeds: int, n_settings: int) -> T:
    """Members without the copies that padding added."""
    return jax.tree.map(lambda leaf: leaf[:n_seeds, :n_settings], members)


def each(function: Callable[..., Any], at_once: int) -> Callable[..., Any]:
    """`jax.vmap` of `function`, but over groups of equal size, at most `at_once`, one group after
    another.
    """

    def over(*arguments: Any) -> Any:  # noqa: ANN401 (any pytrees, as for vmap)
        n = jax.tree.leaves(arguments)[0].shape[0]
        size = max(size for size in range(1, min(n, max(at_once, 1)) + 1) if n % size == 0)
        if n == 1:  # an axis of one costs copies
            alone = function(*jax.tree.map(lambda leaf: leaf[0], arguments))
            return jax.tree.map(lambda leaf: leaf[None], alone)
        if size == n:
            return jax.vmap(function)(*arguments)
        return jax.lax.map(
            lambda xs: function(*xs), arguments, batch_size=None if size == 1 else size
        )

    return over
