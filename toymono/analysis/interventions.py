"""What a network does with features of one's own choosing, and without some of its neurons."""

from collections.abc import Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from toymono.analysis.specimen import Specimen
from toymono.config import require
from toymono.toy.tasks import project, squared_error


class Outcome(NamedTuple):
    """One input, and what the network makes of it."""

    hidden: Float[Array, " neuron"]  # activations; 0 where the neuron is switched off
    outputs: Float[Array, " output"]
    targets: Float[Array, " output"]  # what was asked for
    error: Float[Array, ""]  # squared error, summed over outputs


def amplitudes(net: Specimen, chosen: Mapping[int, float]) -> Float[Array, " feature"]:
    """All features' amplitudes: those chosen, and 0 for the others.

    Raises InputError for a feature that is not there, or an amplitude outside [0, 1] ([-1, 1] for
    signed features).
    """
    least = -1.0 if net.kind.is_signed else 0.0
    for feature, value in chosen.items():
        known, rule = (
            0 <= feature < net.n_features,
            f"a whole number from 0 to {net.n_features - 1}",
        )
        require(known, "feature", rule, feature, "choose one of them")
        require(least <= value <= 1.0, "amplitude", f"from {least:g} to 1", value, "move it there")
    features = jnp.zeros(net.n_features)
    return (
        features.at[jnp.array([*chosen], int)].set(jnp.array([*chosen.values()], float))
        if chosen
        else features
    )


@jax.jit
def outcome(
    net: Specimen,
    features: Float[Array, " feature"],
    targets: Float[Array, " output"],
    is_on: Bool[Array, " neuron"],
) -> Outcome:
    """Activations and outputs for given features, beside what is asked for; neurons that are off
    have activation 0.
    """
    hidden = jnp.where(is_on, net.hidden(project(features[None], net.features)), 0.0)
    outputs = net.readout(hidden)
    error = squared_error(outputs, targets[None])
    return Outcome(hidden[0], outputs[0], targets, error)
