"""Distributions of amplitudes, transformed from the uniform amplitudes of a feature law."""

import math
from typing import TYPE_CHECKING

from toymono.components.declare import amplitude_law
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from jax import Array


@amplitude_law("uniform", mean=1 / 2, power=1 / 3)
def uniform(quantile: "Array") -> "Array":
    """Uniform on [0, 1)."""
    return quantile


@amplitude_law("binary", mean=1.0, power=1.0)
def binary(quantile: "Array") -> "Array":
    """Always 1."""
    return jnp.ones_like(quantile)


@amplitude_law("half-normal", mean=math.sqrt(2 / math.pi), power=1.0)
def half_normal(quantile: "Array") -> "Array":
    """The absolute value of a standard Gaussian number."""
    return jnp.sqrt(2.0) * jax.scipy.special.erfinv(quantile)


@amplitude_law("exponential", mean=1.0, power=2.0)
def exponential(quantile: "Array") -> "Array":
    """Exponential with mean 1."""
    return -jnp.log1p(-quantile)


@amplitude_law("signed", mean=0.0, power=1 / 3, is_signed=True)
def signed(quantile: "Array") -> "Array":
    """Uniform on (-1, 1)."""
    return 2 * quantile - 1
