"""Three definitions of a dead neuron: what a neuron answers is in `Specimen.responses`."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Key

from toymono.analysis.specimen import Specimen

N_SAMPLED_BATCHES = 16
AMPLITUDES = np.linspace(0, 1, 101)  # at which a lone feature is looked at
# Activations that have the sign of their argument, each neuron's for itself.
_KEEP_SIGNS = ("relu", "gelu", "x-exp", "softmax-solu")


def is_dead(net: Specimen) -> Bool[Array, " neuron"]:
    """Never on (h > 0) for a single feature at strength 1, nor at -1 where features have a sign."""
    return ~_is_on_at(net, 1.0)


def _is_on_at(net: Specimen, amplitude: float | Array) -> Bool[Array, " neuron"]:
    strengths = (amplitude, -amplitude) if net.kind.is_signed else (amplitude,)
    return jnp.stack([net.responses_at(s) for s in strengths]).max(axis=(0, 2)) > 0


def is_dead_at_any_amplitude(net: Specimen) -> Bool[Array, " neuron"]:
    """Never on for a single feature at any amplitude in [0, 1], or [-1, 1] where features have a
    sign.

    Exact for the activations of the library: a pre-activation is affine in the amplitude, so it is
    largest at an end of the range, and they have its sign. Others are looked at in steps of .01.
    Amplitude 0 counts: a positive bias keeps a neuron alive.
    """
    if net.kind.activation not in _KEEP_SIGNS:
        amplitudes = jnp.asarray(AMPLITUDES, jnp.float32)
        return ~jax.lax.map(lambda a: _is_on_at(net, a), amplitudes).any(axis=0)
    at_zero = net.hidden(jnp.zeros(net.encoder.shape[0]))
    return is_dead(net) & (at_zero <= 0)


def is_dead_on_samples(
    net: Specimen, inputs: Callable[[Key[Array, ""]], Float[Array, "batch embed"]], key: Array
) -> Bool[Array, " neuron"]:
    """Never on in 16 batches of inputs, each freshly drawn from a key of its own."""

    def fires(key: Key[Array, ""]) -> Bool[Array, " neuron"]:
        return (net.hidden(inputs(key)) > 0).any(axis=0)

    return ~jax.lax.map(fires, jax.random.split(key, N_SAMPLED_BATCHES)).any(axis=0)
