"""The network taken apart: where the biases of its kinds of neurons lie, and what the positive-bias ones do together.

Functions are about one network.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from toymono.analysis.monosemanticity import POLY_THRESHOLD, is_mono, is_poly, mono_neurons_of_features, n_covered

CLEARLY_POSITIVE = 0.05  # the paper counts biases above this one in its Fig 11
_PART_OF_IDENTITY = 0.5  # half-way between what the linear block keeps, at 1, and what it drops, at 0


class LinearBlock(NamedTuple):
    """The positive-bias neurons as a linear map from features to outputs, and how near it is to a projector."""

    singular_values: Float[Array, " feature_or_output"]  # falling
    rank: Int[Array, ""]  # singular values above 1/2
    error: Float[Array, ""]  # mean |s - 1| of those; NaN where there are none


def linear_block(
    embedding: Float[Array, "embed feature"],
    encoder_kernel: Float[Array, "embed neuron"],
    encoder_bias: Float[Array, " neuron"],
    decoder_kernel: Float[Array, "neuron output"],
) -> LinearBlock:
    """L2+ L1+ P over the neurons with b > 0: what they do together while all are on [P 5.1, Fig 26].

    The paper finds singular values 0 or .99 to 1.03: a rank-d identity. A network without such neurons has rank 0.
    """
    block = jnp.where(encoder_bias[:, None] > 0, decoder_kernel, 0.0)
    values = jnp.linalg.svd(embedding.T @ encoder_kernel @ block, compute_uv=False)
    kept = values > _PART_OF_IDENTITY
    rank = kept.sum()
    error = jnp.where(kept, jnp.abs(values - 1), 0.0).sum() / rank
    return LinearBlock(values, rank, error)


class Anatomy(NamedTuple):
    """A network's parts in numbers; NaN where it has no such neuron."""

    mono_bias: Float[Array, ""]  # mean bias of the monosemantic neurons
    poly_bias: Float[Array, ""]  # median bias of the polysemantic neurons
    n_clearly_positive_bias: Int[Array, ""]  # biases above .05
    block_rank: Int[Array, ""]  # of the linear block
    block_error: Float[Array, ""]
    n_nearly_covered: Int[Array, ""]  # features with a neuron of their own that scores above .9, and not only .999


def anatomy(
    embedding: Float[Array, "embed feature"],
    encoder_kernel: Float[Array, "embed neuron"],
    encoder_bias: Float[Array, " neuron"],
    decoder_kernel: Float[Array, "neuron output"],
    score: Float[Array, " neuron"],
    favourite: Int[Array, " neuron"],
) -> Anatomy:
    """The parts of a network, from its arrays and its neurons' scores and favourite features."""
    block = linear_block(embedding, encoder_kernel, encoder_bias, decoder_kernel)
    nearly = mono_neurons_of_features(is_mono(score, POLY_THRESHOLD), favourite, embedding.shape[1])
    return Anatomy(
        mono_bias=jnp.nanmean(jnp.where(is_mono(score), encoder_bias, jnp.nan)),
        poly_bias=jnp.nanmedian(jnp.where(is_poly(score), encoder_bias, jnp.nan)),
        n_clearly_positive_bias=(encoder_bias > CLEARLY_POSITIVE).sum(),
        block_rank=block.rank,
        block_error=block.error,
        n_nearly_covered=n_covered(nearly),
    )
