import jax
import jax.numpy as jnp
import numpy as np
import pytest

from toymono.analysis.denoisers import (
    best_denoiser,
    observed,
    observed_among,
    posterior_mean,
    posterior_mean_error,
)

SEEN = observed(1 / 64, 0.2)


def _integral(values, seen=SEEN):
    return float(jnp.trapezoid(values, seen.z))


def test_the_law_of_what_is_seen_has_its_known_moments():
    assert _integral(SEEN.p) == pytest.approx(1, abs=1e-4)
    assert _integral(SEEN.m) == pytest.approx(1 / 128, rel=1e-3)  # E f
    assert _integral(SEEN.p * SEEN.z) == pytest.approx(1 / 128, rel=1e-2)
    assert _integral(SEEN.p * SEEN.z**2) == pytest.approx(0.2**2 + 1 / 192, rel=1e-3)
    assert _integral(SEEN.m * SEEN.z) == pytest.approx(1 / 192, rel=1e-3)  # E f z = E f^2


def test_the_posterior_mean_is_that_of_samples():
    rng = np.random.default_rng(0)
    f = np.where(rng.random(2_000_000) < 0.25, rng.random(2_000_000), 0)
    z = f + 0.3 * rng.normal(size=f.size)
    seen = observed(0.25, 0.3)
    for at in (-0.2, 0.3, 0.9):
        expected = f[np.abs(z - at) < 0.01].mean()
        assert float(jnp.interp(at, seen.z, posterior_mean(seen))) == pytest.approx(
            expected, abs=0.01
        )


def test_without_sparsity_or_noise_nothing_needs_cleaning():
    fine = best_denoiser(observed(0.1, 0.01))
    assert float(fine.kinks[0]) < 0.05
    assert float(fine.slopes[0]) == pytest.approx(1, abs=0.05)
    assert float(posterior_mean_error(observed(0.1, 0.01))) < 1e-4


def test_more_kinks_leave_less_and_none_beats_the_posterior_mean():
    one, two = best_denoiser(SEEN, 1), best_denoiser(SEEN, 2)
    assert SEEN.power > one.error > two.error > posterior_mean_error(SEEN) > 0
    assert two.kinks[0] < two.kinks[1]


def test_the_best_kink_is_best():
    seen, z = SEEN, np.asarray(SEEN.z, float)
    weight = np.asarray(seen.p, float) * (z[1] - z[0])
    overlap = np.asarray(seen.m, float) * (z[1] - z[0])

    def error(kink):  # by brute force, in double precision
        bend = np.maximum(z - kink, 0)
        return float(seen.power) - (overlap @ bend) ** 2 / (weight @ bend**2)

    kinks = np.linspace(0, 1, 1001)
    best = best_denoiser(seen)
    assert float(best.error) == pytest.approx(min(map(error, kinks)), rel=1e-3)
    assert float(best.kinks[0]) == pytest.approx(
        kinks[np.argmin([error(kink) for kink in kinks])], abs=0.01
    )


def test_the_error_is_the_one_that_samples_have():
    rng = np.random.default_rng(1)
    f = np.where(rng.random(1_000_000) < 1 / 64, rng.random(1_000_000), 0)
    z = f + 0.2 * rng.normal(size=f.size)
    for n_kinks in (1, 2):
        fitted = best_denoiser(SEEN, n_kinks)
        assert float(((fitted(jnp.asarray(z)) - f) ** 2).mean()) == pytest.approx(
            float(fitted.error), rel=0.03
        )


def test_one_other_feature_is_a_law_that_can_be_written_down():
    # z = f + g (f_1 - eps / 2) with f almost never on: below g a box of height eps / g beside the
    # atom at -g eps / 2.
    seen = observed_among(1e-6, jnp.array([0.5, 0.0]), jnp.array([0.4, 0.9]))
    box = (seen.z > 0.05) & (seen.z < 0.35)
    np.testing.assert_allclose(seen.p[box], 0.4 / 0.5, rtol=0.02)
    atom = seen.z < -0.05
    assert float(jnp.trapezoid(jnp.where(atom, seen.p, 0), seen.z)) == pytest.approx(
        0.6 + 0.4 * 0.1, abs=0.02
    )


def test_many_weak_others_are_gaussian():
    n, density = 400, 0.5
    variance = density / 3 - density**2 / 4
    overlaps = jnp.where(jnp.arange(n) % 2 == 0, 1.0, -1.0) * 0.1 / (n * variance) ** 0.5
    exact, gaussian = observed_among(1 / 32, overlaps, jnp.full(n, density)), observed(1 / 32, 0.1)
    for n_kinks in (1, 2):
        one, other = best_denoiser(exact, n_kinks), best_denoiser(gaussian, n_kinks)
        np.testing.assert_allclose(one.kinks, other.kinks, atol=0.01)
        assert float(one.error) == pytest.approx(float(other.error), rel=0.03)


@pytest.mark.long
def test_denoisers_of_many_features_are_those_of_each():
    densities, sigmas = jnp.array([0.02, 0.1]), jnp.array([0.1, 0.3])
    together = jax.vmap(lambda eps, sigma: best_denoiser(observed(eps, sigma)))(densities, sigmas)
    for index in range(2):
        alone = best_denoiser(observed(densities[index], sigmas[index]))
        np.testing.assert_allclose(together.kinks[index], alone.kinks, atol=1e-3)
