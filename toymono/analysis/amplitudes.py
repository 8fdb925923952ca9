"""The network's answer to one feature alone, as a function of the feature's amplitude.

With ReLU this is piecewise linear and is taken apart exactly: each neuron bends the line once,
where its pre-activation a (w . P_j) + b passes 0. Other activations are refused there. All features
are treated at once; `strength` -1 probes the other sign.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from toymono.analysis.directions import feature_directions
from toymono.analysis.specimen import Specimen

LARGE_BEND = 0.1  # change of slope that counts as a kink; the truth has slope 1


def lone_outputs(
    net: Specimen, amplitudes: Float[Array, " amplitude"]
) -> Float[Array, "amplitude feature"]:
    """y(a F_j) . t_j: the output for feature j, alone at amplitude a; a correct network gives a."""
    return jax.vmap(lambda a: (net(a * net.features.T) * net.targets.T).sum(axis=1))(amplitudes)


class Bends(NamedTuple):
    """Where each neuron bends each feature's exact answer, and by how much; NaN outside (0, 1]."""

    intercept: Float[Array, " feature"]  # output at amplitude 0
    slope: Float[Array, " feature"]  # just above amplitude 0
    amplitude: Float[Array, "neuron feature"]
    change: Float[Array, "neuron feature"]  # of the slope; 0 where there is no bend


def bends(net: Specimen, strength: float = 1.0) -> Bends:
    """Where and by how much each neuron of a ReLU network bends the answer to each lone feature.

    Neuron i with g = w_i . P_j and own weight o = L2_i . t_j bends at -b / g by o |g|, whether it
    goes on or off there.
    """
    net.require_relu("bends")
    drive = strength * feature_directions(net)
    own = net.decoder @ net.targets
    bias = net.bias[:, None]
    at = -bias / jnp.where(drive == 0, jnp.nan, drive)
    within = (at > 0) & (at <= 1)
    on_at_0 = (bias > 0) | ((bias == 0) & (drive > 0))
    return Bends(
        intercept=(own * jnp.maximum(bias, 0)).sum(axis=0) + net.constant @ net.targets,
        slope=jnp.where(on_at_0, own * drive, 0.0).sum(axis=0),
        amplitude=jnp.where(within, at, jnp.nan),
        change=jnp.where(within, own * jnp.abs(drive), 0.0),
    )


def bends_if_relu(net: Specimen) -> Bends:
    """The bends of a ReLU network; no bend, and a line of NaN, for any other activation."""
    if net.is_relu:
        return bends(net)
    line, none = jnp.full(net.n_features, jnp.nan), jnp.zeros((net.n_neurons, net.n_features))
    return Bends(line, line, none * jnp.nan, none)


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
