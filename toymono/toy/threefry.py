"""JAX's own uniform numbers, bit for bit, made in one pass over memory.

On CPUs JAX compiles Threefry as a loop, each round of which writes its state to memory; for a wide
batch that takes longer than a tenth of a training step. Written out, all rounds are one fused loop:
see benchmarks/NOTES.md.
"""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array
from jaxtyping import Float, Key, UInt32

# Threefry-2x32 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011): twenty
# rounds, and after each four another pair of the key's three words is added.
_ROTATIONS = ((13, 15, 26, 6), (17, 29, 16, 24))
_PARITY = np.uint32(0x1BD11BDA)
_N_COUNTERS = 2**32  # of one word; a larger array counts with both


@functools.partial(jax.jit, static_argnums=1)
def threefry_uniform(key: Key[Array, ""], shape: tuple[int, ...]) -> Float[Array, "..."]:
    """The same bits as `jax.random.uniform(key, shape)` for a Threefry key: float32 on [0, 1)."""
    if math.prod(shape) > _N_COUNTERS:
        return jax.random.uniform(key, shape)
    bits = _threefry(jax.random.key_data(key), _counters(shape))
    return jax.lax.bitcast_convert_type((bits >> 9) | np.uint32(0x3F800000), jnp.float32) - 1


def _counters(shape: tuple[int, ...]) -> UInt32[Array, "..."]:
    """0, 1, 2, ... in row-major order, as a sum of one sequence per axis, so that no such array is
    ever stored.
    """
    strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    counts = (jax.lax.broadcasted_iota(jnp.uint32, shape, axis) for axis in range(len(shape)))
    return sum(
        (count * np.uint32(stride) for count, stride in zip(counts, strides, strict=True)),
        jnp.uint32(0),
    )


def _threefry(key: UInt32[Array, "2"], counters: UInt32[Array, "..."]) -> UInt32[Array, "..."]:
    """The exclusive or of the two words that Threefry makes of (0, counter)."""
    words = (key[0], key[1], key[0] ^ key[1] ^ _PARITY)
    left, right = jnp.full_like(counters, words[0]), counters + words[1]
    for group in range(5):
        for turn in _ROTATIONS[group % 2]:
            left = left + right
            right = left ^ ((right << turn) | (right >> (32 - turn)))
        left = left + words[(group + 1) % 3]
        right = right + words[(group + 2) % 3] + np.uint32(group + 1)
    return left ^ right
