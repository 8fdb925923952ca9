"""The network taken apart: what its positive-bias neurons do together, taken as the linear map they are when all on.

Functions are about one network, given by its arrays.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

PART_OF_IDENTITY = 0.5  # half-way between what the map keeps, at 1, and what it drops, at 0


class LinearBlock(NamedTuple):
    """The positive-bias neurons as a map from features to outputs, M = L2+ L1+ P, and how near it is to a projector."""

    singular_values: Float[Array, " feature_or_output"]  # falling
    rank: Int[Array, ""]  # singular values above 1/2
    error: Float[Array, ""]  # mean |s - 1| of those; NaN where there are none


def linear_block(
    embedding: Float[Array, "embed feature"],
    encoder_kernel: Float[Array, "embed neuron"],
    encoder_bias: Float[Array, " neuron"],
    decoder_kernel: Float[Array, "neuron output"],
) -> LinearBlock:
    """Singular values of L2+ L1+ P over the neurons with b > 0 [P 5.1, Fig 26].

    The paper finds them 0 or .99 to 1.03: a rank-d identity. A network without such neurons has rank 0.
    """
    block = jnp.where(encoder_bias[:, None] > 0, decoder_kernel, 0.0)
    values = jnp.linalg.svd(embedding.T @ encoder_kernel @ block, compute_uv=False)
    kept = values > PART_OF_IDENTITY
    rank = kept.sum()
    error = jnp.where(kept, jnp.abs(values - 1), 0.0).sum() / rank
    return LinearBlock(values, rank, error)
