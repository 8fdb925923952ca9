"""Where the members of an ensemble are trained: on which devices, and how many of them at the same
time on each.

Members need nothing of each other, so devices share them out over one axis, seeds or settings,
without a word between them. An axis that the devices do not divide is padded with copies of its
last member.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

import jax
import numpy as np
from jax.sharding import Mesh, PartitionSpec

from toymono import environment
from toymono.config import Config

T = TypeVar("T")

# A member whose activations stay in a core's own cache is trained faster than several at once in
# one large product. Where even one member's do not fit there, its batch is taken in parts that fit
# the cache which cores share.
_CPU_CACHE, _SHARED_CPU_CACHE = 2**20, 2**23
_SHARE_OF_FREE_MEMORY = 0.5  # of an accelerator, for activations


class Placement(NamedTuple):
    """Where members go; hashable, hence a static argument of `jit`."""

    mesh: Mesh  # one axis, "member"
    axis: Literal["seed", "setting"]  # the one that the devices share out
    at_once: int  # members on one device whose products are made together
    n_parts: int  # of a batch, one after another

    @property
    def of_seeds(self) -> PartitionSpec:
        """Of arrays that lead with seeds."""
        return PartitionSpec("member") if self.axis == "seed" else PartitionSpec()

    @property
    def of_settings(self) -> PartitionSpec:
        """Of arrays that lead with settings."""
        return PartitionSpec("member") if self.axis == "setting" else PartitionSpec()

    @property
    def of_members(self) -> PartitionSpec:
        """Of arrays that lead with seeds, then settings."""
        return PartitionSpec("member") if self.axis == "seed" else PartitionSpec(None, "member")


def activation_bytes(config: Config) -> int:
    """Memory of one member's activations and their gradients in one update; an estimate."""
    return 4 * config.batch_size * (2 * config.n_neurons + 3 * config.n_features)


def place(config: Config, n_seeds: int, n_settings: int) -> Placement:
    """All devices of this process, or as many as there are seeds or settings; whichever leaves them
    the less to do.
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
    """The smallest number of equal parts of a batch that is at least so large, or the batch
    size.
    """
    return next((n for n in range(1, batch_size) if n >= least and batch_size % n == 0), batch_size)


def _rounds(n: int, n_devices: int) -> int:
    return -(-n // n_devices)


def padded(values: Sequence[T], placement: Placement, axis: Literal["seed", "setting"]) -> list[T]:
    """The seeds or settings, the last one repeated until the devices share them out evenly."""
    n = placement.mesh.size if axis == placement.axis else 1
    return [*values, *[values[-1]] * (-len(values) % n)]


def padded_members(members: T, placement: Placement) -> T:
    """Members, seed by setting, padded alike."""
    axis = ("seed", "setting").index(placement.axis)
    return jax.tree.map(lambda leaf: _repeat_last(leaf, axis, placement.mesh.size), members)


def _repeat_last(leaf: Any, axis: int, multiple: int) -> Any:  # noqa: ANN401 (jax or numpy arrays)
    places = np.arange(leaf.shape[axis] + -leaf.shape[axis] % multiple)
    return leaf.take(np.minimum(places, leaf.shape[axis] - 1), axis)


def unpadded(members: T, n_seeds: int, n_settings: int) -> T:
    """Members without the copies that the padding made."""
    return jax.tree.map(lambda leaf: leaf[:n_seeds, :n_settings], members)


def each(function: Callable[..., Any], at_once: int) -> Callable[..., Any]:
    """As `jax.vmap`, but for the largest groups of even size up to `at_once`, one group after
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
