"""The scalar problem inside the decoder: one feature seen through interference, and the best functions to clean it.

A matched filter P_j . x sees z = f + sigma n: a feature that is 0 with probability 1 - density, else uniform on [0, 1],
in interference that is taken to be Gaussian. Integrals are sums over a grid, so everything may be mapped and traced.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax.scipy.stats import norm
from jax.typing import ArrayLike
from jaxtyping import Array, Float

_N_POINTS = 1001
_TAIL = 6.0  # standard deviations of interference that the grid reaches beyond [0, 1]
_ROUNDS = ((61, 1.0), (21, 1 / 30), (21, 1 / 300))  # points per kink, and the width that they span


class Observed(NamedTuple):
    """What is seen, on a grid of z: its density p(z), and m(z) = p(z) E[f | z]; `power` is E[f^2]."""

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

    p = (1 - eps) phi(z) + eps [Phi(z) - Phi(z - 1)] and m = eps (z [Phi(z) - Phi(z - 1)] + sigma^2 [phi(z) - phi(z - 1)]),
    with Phi and phi those of interference: the Gaussian prior integrals of a uniform amplitude, in closed form.
    """
    z = jnp.linspace(-_TAIL * sigma, 1 + _TAIL * sigma, _N_POINTS)
    at_0, at_1 = norm.pdf(z, 0, sigma), norm.pdf(z, 1, sigma)
    inside = norm.cdf(z, 0, sigma) - norm.cdf(z, 1, sigma)
    p = (1 - density) * at_0 + density * inside
    m = density * (z * inside + sigma**2 * (at_0 - at_1))
    return Observed(z, p, m, density / 3)


def posterior_mean(seen: Observed) -> Float[Array, " z"]:
    """E[f | z] on the grid, in [0, 1]: no function of z does better. 0 where z never is."""
    tiny = jnp.finfo(seen.p.dtype).tiny
    return jnp.where(seen.p > tiny, jnp.clip(seen.m / jnp.maximum(seen.p, tiny), 0.0, 1.0), 0.0)


def posterior_mean_error(seen: Observed) -> Float[Array, ""]:
    """Its mean squared error E[f^2] - E[E[f | z]^2], the least that any function of z has."""
    return seen.power - jnp.trapezoid(posterior_mean(seen) * seen.m, seen.z)


def _fits(seen: Observed, candidates: Float[Array, "kink point"]) -> Denoiser:
    """For every choice of one candidate per kink, the best slopes by least squares and the error they leave."""
    bends = jax.nn.relu(seen.z[:, None] - candidates.ravel())
    weight = jnp.full_like(seen.z, seen.z[1] - seen.z[0])
    gram, overlap = (bends * (seen.p * weight)[:, None]).T @ bends, (seen.m * weight) @ bends
    n_kinks, n_points = candidates.shape
    choice = jnp.stack(jnp.meshgrid(*(jnp.arange(n_points) for _ in range(n_kinks)), indexing="ij"), -1)
    chosen = choice.reshape(-1, n_kinks) + n_points * jnp.arange(n_kinks)
    among = gram[chosen[:, :, None], chosen[:, None, :]]
    ridge = 1e-6 * jnp.trace(gram) / len(gram) * jnp.eye(n_kinks)  # for kinks that coincide
    slopes = jnp.linalg.solve(among + ridge, overlap[chosen][..., None])[..., 0]
    error = seen.power - 2 * (slopes * overlap[chosen]).sum(-1) + jnp.einsum("ci,cij,cj->c", slopes, among, slopes)
    return Denoiser(candidates.ravel()[chosen], slopes, error)


def best_denoiser(density: ArrayLike, sigma: ArrayLike, n_kinks: int = 1) -> Denoiser:
    """The piecewise linear function with so many kinks that has the least error: what mono neurons can compute.

    The kinks are found in [0, 1] on grids that narrow to 1/6000; one neuron gives one kink.
    """
    seen = observed(density, sigma)
    kinks = jnp.full(n_kinks, 0.5)
    for n_points, width in _ROUNDS:
        candidates = jnp.clip(kinks[:, None] + jnp.linspace(-width / 2, width / 2, n_points), 0.0, 1.0)
        fits = _fits(seen, candidates)
        best = jax.tree.map(lambda values, place=fits.error.argmin(): values[place], fits)
        kinks = best.kinks
    order = jnp.argsort(best.kinks)
    return best._replace(kinks=best.kinks[order], slopes=best.slopes[order])
