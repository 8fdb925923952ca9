"""The circuit of a network: the linear map of its positive-bias neurons, in numbers.

Functions are about one network.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from toymono.analysis.amplitudes import bends_if_relu, kinks
from toymono.analysis.monosemanticity import (
    POLY_THRESHOLD,
    favourite_feature,
    is_mono,
    is_poly,
    mono_neurons_of_features,
    n_covered,
)
from toymono.analysis.roles import roles
from toymono.analysis.specimen import Specimen
from toymono.analysis.theory import input_decoder

CLEARLY_POSITIVE = 0.05  # the paper counts biases above this one in its Fig 11
# half-way between what the linear block keeps, at 1, and what it drops, at 0
_PART_OF_IDENTITY = 0.5
# of the largest singular value of L2+: the paper's block lies within .03 of exact
_NEGLIGIBLE = 0.05


class LinearBlock(NamedTuple):
    """The positive-bias neurons, all on, as a map y+ = M f + c: M = L2+ L1+ P, c = L2+ b+ (and the
    output's bias, if there is one).
    """

    singular_values: Float[Array, " feature_or_output"]  # of M, falling
    rank: Int[Array, ""]  # singular values above 1/2
    error: Float[Array, ""]  # mean |s - 1| of those; NaN where there are none
    distance: Float[
        Array, ""
    ]  # |M - T Pi| / |T Pi|, Frobenius: 0 if it passes on exactly what the input determines
    slope: Float[Array, " feature"]  # of a lone feature's own output, M_j . t_j
    intercept: Float[Array, " feature"]  # of the same line, c . t_j
    bias_output: Float[Array, ""]  # largest |c|


def linear_block(net: Specimen) -> LinearBlock:
    """L2+ L1+ P over the neurons with b > 0, the map they compute when all are on [P 5.1, Fig 26].

    The paper finds singular values 0 or .99 to 1.03, slopes .09 to .16, intercepts and |c| below
    .005. A network without such neurons has rank 0 and distance 1. ReLU alone has such a map.
    """
    net.require_relu("a linear block")
    block = jnp.where(net.bias[:, None] > 0, net.decoder, 0.0)
    through = (net.encoder @ block).T @ net.features
    constant = net.bias @ block + net.constant
    determined = input_decoder(net.targets, net.features) @ net.features
    values = jnp.linalg.svd(through, compute_uv=False)
    kept = values > _PART_OF_IDENTITY
    rank = kept.sum()
    return LinearBlock(
        singular_values=values,
        rank=rank,
        error=jnp.where(kept, jnp.abs(values - 1), 0.0).sum() / rank,
        distance=jnp.linalg.norm(through - determined) / jnp.linalg.norm(determined),
        slope=(through * net.targets).sum(axis=0),
        intercept=constant @ net.targets,
        bias_output=jnp.abs(constant).max(),
    )


class NullSpace(NamedTuple):
    """Whether biases that cancel in the output explain the number of positive-bias neurons."""

    n_positive: Int[Array, ""]
    dimension: Int[
        Array, ""
    ]  # of the bias patterns that L2+ sends to nearly nothing: n_positive less the rank of L2+
    share: Float[Array, ""]  # of |b+|^2 that lies there, in [0, 1]; NaN without positive biases


def null_space(net: Specimen) -> NullSpace:
    """Why d + 1 neurons: d of rank d force L2+ b+ = 0 to b+ = 0; one more leaves one free
    direction.

    If so, dimension is 1 and share is 1. The null space holds directions whose singular value in
    L2+ is below a twentieth of the largest. (Our own reading of [P 5.1], where the number is found
    and not explained.)
    """
    bias = jnp.maximum(net.bias, 0.0)
    block = jnp.where(bias[:, None] > 0, net.decoder, 0.0)
    left, values, _ = jnp.linalg.svd(block, full_matrices=False)
    written = values > _NEGLIGIBLE * values.max()
    outside = jnp.where(written, left.T @ bias, 0.0)
    n_positive = (bias > 0).sum()
    return NullSpace(
        n_positive, n_positive - written.sum(), 1 - (outside**2).sum() / (bias**2).sum()
    )


class Anatomy(NamedTuple):
    """A network's parts in numbers; NaN where it has no such neuron, and where only ReLU has such a
    part (block, onset, final slope).
    """

    mono_bias: Float[Array, ""]  # mean bias of the monosemantic neurons
    poly_bias: Float[Array, ""]  # median bias of the polysemantic neurons
    n_clearly_positive_bias: Int[Array, ""]  # biases above .05
    n_clearly_positive_ratio: Int[
        Array, ""
    ]  # b / |incoming weights| above .05: no rescaling of a ReLU neuron moves it
    n_nearly_covered: Int[
        Array, ""
    ]  # features with a neuron of their own that scores above .9, and not only .999
    n_one_of_one: Int[Array, ""]  # neurons by role, see `roles.Roles`
    n_one_of_several: Int[Array, ""]
    n_linear: Int[Array, ""]
    n_small: Int[Array, ""]
    block_rank: Float[
        Array, ""
    ]  # of the linear block; NaN unless targets are orthonormal: the re-projector's always is d
    block_error: Float[Array, ""]
    block_distance: Float[Array, ""]
    block_slope: Float[Array, ""]  # mean over features
    block_bias_output: Float[Array, ""]
    null_dimension: Int[Array, ""]
    null_share: Float[Array, ""]
    onset: Float[Array, ""]  # mean over the features that have a first large bend
    final_slope: Float[Array, ""]  # mean over features, at amplitude 1


def anatomy(net: Specimen) -> Anatomy:
    """The parts of a network in numbers."""
    responses = net.responses
    score, favourite = net.scores_of(responses), favourite_feature(responses)
    bias, length = net.bias, jnp.linalg.norm(net.encoder, axis=0)
    nearly = mono_neurons_of_features(is_mono(score, POLY_THRESHOLD), favourite, net.n_features)
    null, jobs, lines = null_space(net), roles(net), kinks(bends_if_relu(net))
    return Anatomy(
        mono_bias=_mean_of(bias, is_mono(score)),
        poly_bias=jnp.nanmedian(jnp.where(is_poly(score), bias, jnp.nan)),
        n_clearly_positive_bias=(bias > CLEARLY_POSITIVE).sum(),
        n_clearly_positive_ratio=(bias > CLEARLY_POSITIVE * length).sum(),
        n_nearly_covered=n_covered(nearly),
        n_one_of_one=jobs.one_of_one.sum(),
        n_one_of_several=jobs.one_of_several.sum(),
        n_linear=jobs.linear.sum(),
        n_small=jobs.small.sum(),
        null_dimension=null.dimension,
        null_share=null.share,
        onset=_mean_of(lines.onset, jnp.isfinite(lines.onset)),
        final_slope=lines.slope.mean(),
        **_block_numbers(net),
    )


def _block_numbers(net: Specimen) -> dict[str, Float[Array, ""]]:
    """What `Anatomy` holds of the linear block; NaN where the activation gives none."""
    names = ("rank", "error", "distance", "slope", "bias_output")
    if not net.is_relu:
        return {f"block_{name}": jnp.asarray(jnp.nan) for name in names}
    block, overlaps = linear_block(net), net.targets.T @ net.targets
    is_orthonormal = jnp.allclose(overlaps, jnp.eye(net.n_features), atol=_NEGLIGIBLE)
    rank = jnp.where(is_orthonormal, block.rank, jnp.nan)
    numbers = block._replace(rank=rank, slope=block.slope.mean())
    return {f"block_{name}": getattr(numbers, name) for name in names}


def _mean_of(values: Float[Array, " any"], which: Bool[Array, " any"]) -> Float[Array, ""]:
    return jnp.nanmean(jnp.where(which, values, jnp.nan))
