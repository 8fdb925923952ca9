"""What a wide, mostly silent layer costs: the authors' open question on the price of more neurons.

A silent neuron writes nothing, so its row of the decoder need not be read. Which neurons are silent
is known only after the encoder has been computed, so that is not saved.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from toymono.analysis.specimen import Specimen
from toymono.toy.model import activate


class Skipped(NamedTuple):
    """Outputs equal to the dense ones up to rounding, and how many neurons each sample needed."""

    outputs: Float[Array, "sample output"]
    n_firing: Int[Array, " sample"]


def skipping_outputs(net: Specimen, inputs: Float[Array, "sample embed"]) -> Skipped:
    """The network's outputs, computed from the decoder rows of the firing neurons alone.

    Exact for ReLU, where a silent neuron is 0; others are only small where they do not fire, so
    they are gathered wherever they are not 0. Not traceable: the widest sample fixes how many rows
    are gathered.
    """
    hidden = net.hidden(inputs)
    n_firing = (hidden != 0).sum(axis=1)
    _, rows = jax.lax.top_k(jnp.abs(hidden), max(int(n_firing.max()), 1))
    taken = jnp.take_along_axis(hidden, rows, axis=1)
    outputs = jnp.einsum("sn,sno->so", taken, net.decoder[rows]) + net.constant
    return Skipped(activate(net.kind.output, (), outputs), n_firing)


class MultiplyAdds(NamedTuple):
    """Multiply-adds of evaluating one sample."""

    dense: float  # d k + k outputs
    skipping: float  # d k + (neurons that fire) outputs, on average
    # the always-on neurons folded into one map of rank d beforehand, the others as before
    folded: float


def multiply_adds(
    net: Specimen, n_firing: float, n_linear: int, n_linear_firing: float
) -> MultiplyAdds:
    """Multiply-adds per sample, from the mean number of firing neurons and of linear ones among
    them.

    Folding puts d outputs for the linear neurons' d + outputs each, and is exact only while they
    all are on.
    """
    (d, k), out = net.encoder.shape, net.decoder.shape[1]
    folded = d * (k - n_linear) + (n_firing - n_linear_firing) * out + d * out
    return MultiplyAdds(float(k * (d + out)), float(d * k + n_firing * out), float(folded))
