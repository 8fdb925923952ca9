"""The network's answer to one feature alone, as a function of the feature's amplitude.

With ReLU this is piecewise linear and is taken apart exactly: each neuron bends the line once,
where its pre-activation a (w . P_j) + b passes 0. Other activations of the library switch at the
same amplitude, and bend by as much in the large, but smoothly. All features are treated at once;
`strength` -1 probes the other sign.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from toymono.config import Config
from toymono.toy.model import Params, network, weights_of
from toymono.toy.tasks import Problem, lone_targets

LARGE_BEND = 0.1  # change of slope that counts as a kink; the truth has slope 1
AMPLITUDES = np.linspace(0, 1, 101)  # at which a lone feature is drawn


def lone_outputs(
    config: Config, params: Params, problem: Problem, amplitudes: Float[Array, " amplitude"]
) -> Float[Array, "amplitude feature"]:
    """y(a F_j) . t_j: the output for feature j, alone at amplitude a; a correct network gives a."""
    net, targets = network(config, params), lone_targets(config, problem)
    return jax.vmap(lambda a: (net(a * problem.embedding.T) * targets.T).sum(axis=1))(amplitudes)


class Bends(NamedTuple):
    """Where each neuron bends each feature's exact answer, and by how much; NaN outside (0, 1]."""

    intercept: Float[Array, " feature"]  # output at amplitude 0
    slope: Float[Array, " feature"]  # just above amplitude 0
    amplitude: Float[Array, "neuron feature"]
    change: Float[Array, "neuron feature"]  # of the slope; 0 where there is no bend


def bends(config: Config, params: Params, problem: Problem, strength: float = 1.0) -> Bends:
    """Where and by how much each neuron bends the answer to each lone feature.

    Neuron i with g = w_i . P_j and own weight o = L2_i . t_j bends at -b / g by o |g|, whether it
    goes on or off there.
    """
    weights = weights_of(params)
    drive = strength * (weights.encoder.T @ problem.embedding)
    own = weights.decoder @ lone_targets(config, problem)
    bias = weights.bias[:, None]
    at = -bias / jnp.where(drive == 0, jnp.nan, drive)
    within = (at > 0) & (at <= 1)
    on_at_0 = (bias > 0) | ((bias == 0) & (drive > 0))
    return Bends(
        intercept=(own * jnp.maximum(bias, 0)).sum(axis=0),
        slope=jnp.where(on_at_0, own * drive, 0.0).sum(axis=0),
        amplitude=jnp.where(within, at, jnp.nan),
        change=jnp.where(within, own * jnp.abs(drive), 0.0),
    )


class Kinks(NamedTuple):
    """The large bends of each feature's answer and its last straight piece; NaN where there is
    none.
    """

    # Amplitude of the first large bend upwards; below it the answer is nearly flat.
    onset: Float[Array, " feature"]
    second: Float[Array, " feature"]  # amplitude of the next large bend, up or down
    count: Float[Array, " feature"]  # large bends in (0, 1]
    slope: Float[Array, " feature"]  # at amplitude 1
    intercept: Float[Array, " feature"]  # of the line that it has there


def kinks(found: Bends) -> Kinks:
    """Onset, second kink, and final line from the bends [P Figs 24, 25]."""
    amplitude, large = found.amplitude, jnp.abs(found.change) > LARGE_BEND
    onset = _first(amplitude, found.change > LARGE_BEND)
    second = _first(amplitude, large & (amplitude > onset))
    slope = found.slope + found.change.sum(axis=0)
    intercept = found.intercept - jnp.nansum(found.change * amplitude, axis=0)
    return Kinks(onset, second, large.sum(axis=0).astype(float), slope, intercept)


def _first(amplitude: Float[Array, "neuron feature"], counts: Array) -> Float[Array, " feature"]:
    first = jnp.where(counts, amplitude, jnp.inf).min(axis=0)
    return jnp.where(jnp.isfinite(first), first, jnp.nan)
