"""The scalar denoising problem: one feature seen through interference, and the best functions for
it.

A matched filter P_j . x sees z = f + n: a feature that is 0 with probability 1 - density, else
uniform on [0, 1], and interference n, which is taken to be Gaussian or has its exact law. Integrals
are sums over a grid of z, so that everything may be mapped and traced.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.stats import norm
from jax.typing import ArrayLike
from jaxtyping import Array, Complex, Float

_N_POINTS = 1001
_LEAST_DENSITY = 1e-6  # below it p(z) is rounding
_TAIL = 6.0  # standard deviations of interference beyond [0, 1] that z may reach
_REACH = 4.0  # of the grid for exact laws, to each side
_N_FREQUENCIES = 1024
_SMEAR = 0.01  # standard deviation by which an exact law, which has an atom at 0, is blurred
_ROUNDS = ((61, 1.0), (21, 1 / 30), (21, 1 / 300))  # points per kink, and the width that they span


class Observed(NamedTuple):
    """The observation z on a grid: density p(z), m(z) = p(z) E[f | z], and `power` = E[f^2]."""

    z: Float[Array, " z"]
    p: Float[Array, " z"]
    m: Float[Array, " z"]
    power: Float[Array, ""]


class Denoiser(NamedTuple):
    """s(z) = sum_i slopes_i relu(z - kinks_i), and its mean squared error; kinks rise."""

    kinks: Float[Array, " kink"]
    slopes: Float[Array, " kink"]  # each adds to those before it
    error: Float[Array, ""]

    def __call__(self, z: Float[Array, "*any"]) -> Float[Array, "*any"]:
        """The estimate of the feature."""
        return (self.slopes * jax.nn.relu(z[..., None] - self.kinks)).sum(-1)


def observed(density: ArrayLike, sigma: ArrayLike) -> Observed:
    """The law of z = f + sigma n; sigma is above 0, density in (0, 1].

    p = (1 - eps) phi(z) + eps D and m = eps (z D + sigma^2 [phi(z) - phi(z - 1)]) with D = Phi(z) -
    Phi(z - 1), where phi and Phi are density and distribution of the interference.
    """
    z = jnp.linspace(-_TAIL * sigma, 1 + _TAIL * sigma, _N_POINTS)
    at_0, at_1 = norm.pdf(z, 0, sigma), norm.pdf(z, 1, sigma)
    inside = norm.cdf(z, 0, sigma) - norm.cdf(z, 1, sigma)
    p = (1 - density) * at_0 + density * inside
    m = density * (z * inside + sigma**2 * (at_0 - at_1))
    return Observed(z, jnp.asarray(p), jnp.asarray(m), jnp.asarray(density / 3))


def _amplitude_transform(t: Float[Array, "*any"]) -> Complex[Array, "*any"]:
    """E[exp(i t a)] for a uniform on [0, 1], written so that it is stable near t = 0."""
    safe = jnp.where(t == 0, 1.0, t)
    return jnp.where(t == 0, 1.0, jnp.sin(safe) / safe + 2j * jnp.sin(safe / 2) ** 2 / safe)


def observed_among(
    density: ArrayLike, overlaps: Float[Array, " other"], densities: Float[Array, " other"]
) -> Observed:
    """The law of z = f + sum_i g_i f_i - mean, for overlaps g_i and densities of the other
    features.

    Exact up to a blur of .01: the product of the characteristic functions 1 - eps_i + eps_i
    (exp(iu) - 1) / iu with u = g_i t, turned back by a discrete Fourier transform on [-4, 4]. An
    overlap of 0 adds nothing.
    """
    step = _REACH / _N_FREQUENCIES
    t = 2 * jnp.pi * jnp.fft.rfftfreq(2 * _N_FREQUENCIES, step)
    others = 1 - densities + densities * _amplitude_transform(t[:, None] * overlaps)
    shift = (overlaps * densities).sum() / 2
    noise = jnp.prod(others, axis=1) * jnp.exp(-1j * t * shift - (_SMEAR * t) ** 2 / 2)
    once = _amplitude_transform(t)
    safe = jnp.where(t == 0, 1.0, t)
    weighted = jnp.where(
        t == 0, 0.5, jnp.exp(1j * safe) / (1j * safe) + (jnp.exp(1j * safe) - 1) / safe**2
    )

    def back(transform: Complex[Array, " t"]) -> Float[Array, " z"]:
        return jnp.fft.fftshift(jnp.fft.irfft(jnp.conj(transform), 2 * _N_FREQUENCIES)) / step

    z = step * jnp.arange(-_N_FREQUENCIES, _N_FREQUENCIES)
    p, m = back(noise * (1 - density + density * once)), back(noise * density * weighted)
    # Where z all but never is, rounding is all there is.
    sigma = jnp.sqrt(overlaps**2 @ (densities / 3 - densities**2 / 4) + _SMEAR**2)
    never = (z < -_TAIL * sigma) | (z > 1 + _TAIL * sigma)
    p, m = (jnp.where(never, 0.0, jnp.maximum(values, 0.0)) for values in (p, m))
    return Observed(z, jnp.asarray(p), jnp.asarray(m), jnp.asarray(density / 3))


def posterior_mean(seen: Observed) -> Float[Array, " z"]:
    """E[f | z] on the grid, in [0, 1]: no function of z does better. 0 where z never is."""
    known = seen.p > _LEAST_DENSITY
    return jnp.where(known, jnp.clip(seen.m / jnp.where(known, seen.p, 1.0), 0.0, 1.0), 0.0)


def posterior_mean_error(seen: Observed) -> Float[Array, ""]:
    """Its mean squared error E[f^2] - E[E[f | z]^2], the least that any function of z has."""
    return seen.power - jnp.trapezoid(posterior_mean(seen) * seen.m, seen.z)


def _fits(seen: Observed, candidates: Float[Array, "kink point"]) -> Denoiser:
    """For every choice of kink positions: the best slopes by least squares, and the error that
    remains.
    """
    bends = jax.nn.relu(seen.z[:, None] - candidates.ravel())
    weight = jnp.full_like(seen.z, seen.z[1] - seen.z[0])
    # Normal equations of E[(f - sum_c s_c relu(z - k_c))^2], for all candidates at once.
    gram, overlap = (bends * (seen.p * weight)[:, None]).T @ bends, (seen.m * weight) @ bends
    n_kinks, n_points = candidates.shape
    # Every combination of one candidate per kink, as indices into the columns of `bends`.
    choice = jnp.stack(
        jnp.meshgrid(*(jnp.arange(n_points) for _ in range(n_kinks)), indexing="ij"), -1
    )
    chosen = choice.reshape(-1, n_kinks) + n_points * jnp.arange(n_kinks)
    among = gram[chosen[:, :, None], chosen[:, None, :]]
    # Kinks that coincide have a singular Gram matrix; the ridge leaves a small solution.
    ridge = 1e-6 * jnp.trace(gram) / len(gram) * jnp.eye(n_kinks)
    slopes = jnp.linalg.solve(among + ridge, overlap[chosen][..., None])[..., 0]
    error = (
        seen.power
        - 2 * (slopes * overlap[chosen]).sum(-1)
        + jnp.einsum("ci,cij,cj->c", slopes, among, slopes)
    )
    return Denoiser(candidates.ravel()[chosen], slopes, error)


def best_denoiser(seen: Observed, n_kinks: int = 1) -> Denoiser:
    """The piecewise linear function with `n_kinks` kinks that has the least squared error.

    The kinks are found in [0, 1] on grids that narrow to 1/6000; one neuron gives one kink.
    """
    best = Denoiser(jnp.full(n_kinks, 0.5), jnp.zeros(n_kinks), seen.power)
    for n_points, width in _ROUNDS:
        candidates = jnp.clip(
            best.kinks[:, None] + jnp.linspace(-width / 2, width / 2, n_points), 0.0, 1.0
        )
        kinks, slopes, errors = _fits(seen, candidates)
        least = errors.argmin()
        best = Denoiser(kinks[least], slopes[least], errors[least])
    order = jnp.argsort(best.kinks)
    return Denoiser(best.kinks[order], best.slopes[order], best.error)
