"""A network written down, not trained: what the denoiser account of `theory.py` says a monosemantic network is.

It is an ordinary set of parameters: the known answer for every measure, a baseline, and a start for training.
"""

import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Float
from scipy import linalg

from toymono.analysis.theory import denoisers, feature_moments, interference, unresolved
from toymono.config import Config
from toymono.toy.model import Params
from toymono.toy.tasks import Problem, lone_targets

_MARGIN = 6.0  # standard deviations of the input by which the linear neurons stay on, beyond a lone feature


def n_kinks(config: Config) -> int:
    """Neurons that each feature gets: 2 where the width allows it, else 1."""
    return 2 if config.n_neurons >= 2 * config.n_features + config.n_embed + 1 else 1


def hand_built(config: Config, problem: Problem, density: ArrayLike) -> Params:
    """N (or 2N) mono neurons that denoise, and d + 1 that pass on the input; neurons left over are 0 and dead.

    Mono neuron j computes relu(P_j . x - mean interference - kink) and writes slope * T (I - Pi)_j. The others see the
    input along the d + 1 corners of a simplex, H H' = I, at one bias that keeps them on, and write T P^+ H: as the
    corners sum to 0, that bias cancels in the output, and d + 1 is the least number with which it can. Config holds
    the rules for what may be hand-built.
    """
    parts = [*_mono(config, problem, density), _linear(config, problem, density)]
    kernels, biases, decoders = (list(arrays) for arrays in zip(*parts, strict=True))
    missing = config.n_neurons - sum(len(bias) for bias in biases)
    encoder = jnp.pad(jnp.concatenate(kernels, axis=1), ((0, 0), (0, missing)))
    bias = jnp.pad(jnp.concatenate(biases), (0, missing))
    decoder = jnp.pad(jnp.concatenate(decoders), ((0, missing), (0, 0)))
    return Params({"encoder": {"kernel": encoder, "bias": bias}, "decoder": {"kernel": decoder}})


_Part = tuple[Float[Array, "embed neuron"], Float[Array, " neuron"], Float[Array, "neuron output"]]


def _mono(config: Config, problem: Problem, density: ArrayLike) -> list[_Part]:
    denoiser, mean = denoisers(config, problem, density, n_kinks(config)), interference(config, problem, density).mean
    parts = []
    for kinks, slopes in zip(denoiser.kinks.T, denoiser.slopes.T, strict=True):
        gain = jnp.sqrt(jnp.abs(slopes))  # half of the slope in each layer
        decoder = (unresolved(config, problem) * jnp.sign(slopes) * gain).T
        parts.append((gain * problem.embedding, -gain * (mean + kinks), decoder))
    return parts


def _linear(config: Config, problem: Problem, density: ArrayLike) -> _Part:
    corners = jnp.asarray(linalg.helmert(config.n_embed + 1), jnp.float32)
    moments, seen = feature_moments(config, density), corners.T @ problem.embedding
    reach = jnp.abs(seen @ moments.mean) + _MARGIN * jnp.sqrt(seen**2 @ moments.variance)
    bias = jnp.full(config.n_embed + 1, 1 + reach.max())
    passed = lone_targets(config, problem) @ jnp.linalg.pinv(problem.embedding) @ corners
    return corners, bias, passed.T
