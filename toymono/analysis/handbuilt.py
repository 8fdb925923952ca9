"""A monosemantic network written down from the denoiser account in `theory.py`, without training.

It is an ordinary set of parameters: the known answer for every measure, a baseline, and a start for
training.
"""

import functools

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike
from scipy import linalg

from toymono.analysis.denoisers import Denoiser
from toymono.analysis.theory import (
    denoisers,
    feature_moments,
    input_decoder,
    interference,
    unresolved,
)
from toymono.config import Config
from toymono.toy.model import Params, Weights, params_of
from toymono.toy.tasks import Problem, lone_targets

# standard deviations of the input by which the linear neurons stay on, beyond a lone feature
_MARGIN = 6.0


def n_kinks(config: Config) -> int:
    """Neurons that each feature gets: 2 where the width allows it, else 1."""
    return 2 if config.n_neurons >= 2 * config.n_features + config.n_embed + 1 else 1


def hand_built(config: Config, problem: Problem, density: ArrayLike) -> Params:
    """N (or 2N) denoising mono neurons and d + 1 linear ones; the remaining neurons are 0, hence
    dead.

    Mono neuron j computes relu(P_j . x - mean interference - kink) and writes slope * T (I - Pi)_j.
    The others see the input along the d + 1 corners of a simplex, H H' = I, at one bias that keeps
    them on, and write T P^+ H: as the corners sum to 0, that bias cancels in the output, and d + 1
    is the least number with which it can. Config holds the rules for what may be hand-built.
    """
    # A program of their own: kinks that fit almost equally well are told apart by rounding alone.
    found = denoisers(config, problem, density, n_kinks(config))
    return _assembled(config, problem, density, found)


@functools.partial(jax.jit, static_argnums=0)
def _assembled(config: Config, problem: Problem, density: ArrayLike, found: Denoiser) -> Params:
    parts = [*_mono(config, problem, density, found), _linear(config, problem, density)]
    encoder = jnp.concatenate([part.encoder for part in parts], axis=1)
    bias = jnp.concatenate([part.bias for part in parts])
    decoder = jnp.concatenate([part.decoder for part in parts])
    over = (0, config.n_neurons - len(bias))
    return params_of(
        Weights(
            jnp.pad(encoder, ((0, 0), over)), jnp.pad(bias, over), jnp.pad(decoder, (over, (0, 0)))
        )
    )


def _mono(config: Config, problem: Problem, density: ArrayLike, found: Denoiser) -> list[Weights]:
    mean, parts = interference(config, problem, density).mean, []
    for kinks, slopes in zip(found.kinks.T, found.slopes.T, strict=True):
        gain = jnp.sqrt(jnp.abs(slopes))  # half of the slope in each layer
        decoder = (unresolved(config, problem) * jnp.sign(slopes) * gain).T
        parts.append(Weights(gain * problem.embedding, -gain * (mean + kinks), decoder))
    return parts


def _linear(config: Config, problem: Problem, density: ArrayLike) -> Weights:
    corners = jnp.asarray(linalg.helmert(config.n_embed + 1), jnp.float32)
    moments, seen = feature_moments(config, density), corners.T @ problem.embedding
    reach = jnp.abs(seen @ moments.mean) + _MARGIN * jnp.sqrt(seen**2 @ moments.variance)
    bias = jnp.full(config.n_embed + 1, 1 + reach.max())
    passed = input_decoder(lone_targets(config, problem), problem.embedding)
    return Weights(corners, bias, (passed @ corners).T)
