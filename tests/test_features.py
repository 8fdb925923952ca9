import jax
import jax.numpy as jnp
import numpy as np
import pytest

from toymono.components.feature_laws.independent import sparse_features
from toymono.config import Config, InputError, Sweep
from toymono.toy.features import random_embedding
from toymono.toy.tasks import feature_densities, sample_features

N, DENSITY, BATCH = 40, 0.1, 20_000
POWER_LAW = Config(n_features=512, feature_law="power-law")


@pytest.mark.parametrize("law", ["uniform", "power-law", "zipf", "one-rarer"])
def test_each_feature_fires_at_its_own_density(law):
    densities = feature_densities(Config(n_features=N, n_embed=N, feature_law=law), DENSITY)
    features = sparse_features(jax.random.uniform(jax.random.key(0), (BATCH, N)), densities)
    rate = np.asarray((features > 0).mean(0))
    # Five standard errors of a binomial proportion: one false alarm in 10^6 for each of the 40
    # features.
    assert np.all(np.abs(rate - densities) <= 5 * np.sqrt(densities * (1 - densities) / BATCH))


@pytest.mark.parametrize("law", ["uniform", "power-law", "zipf", "one-rarer"])
def test_amplitudes_of_features_that_are_on_have_the_moments_of_the_uniform_law(law):
    densities = feature_densities(Config(n_features=N, n_embed=N, feature_law=law), DENSITY)
    features = np.asarray(
        sparse_features(jax.random.uniform(jax.random.key(1), (BATCH, N)), densities)
    )
    on = features[features > 0]
    for power in (1, 2, 3, 4):  # E u^p = 1 / (p + 1), variance 1 / (2p + 1) - 1 / (p + 1)^2
        error = np.sqrt((1 / (2 * power + 1) - 1 / (power + 1) ** 2) / on.size)
        assert abs((on**power).mean() - 1 / (power + 1)) < 5 * error
    assert on.max() < 1


def test_the_power_law_falls_as_the_paper_says_and_keeps_the_mean():
    densities = feature_densities(POWER_LAW, 1 / 64)
    assert densities[9] / densities[99] == pytest.approx(10**1.1, rel=1e-4)
    assert densities.sum() == pytest.approx(
        512 / 64 - (float(_unclipped(512, 1 / 64)[0]) - 1), rel=1e-4
    )


def test_a_power_law_too_dense_is_clipped_at_one():
    assert _unclipped(512, 1 / 64)[0] > 1
    assert feature_densities(POWER_LAW, 1 / 64).max() == 1.0


def _unclipped(n, density):
    weight = np.arange(1, n + 1) ** -1.1
    return weight * n * density / weight.sum()


def test_density_one_leaves_every_feature_on():
    uniform = jax.random.uniform(jax.random.key(2), (BATCH, 3))
    assert jnp.array_equal(sparse_features(uniform, jnp.ones(3)), uniform)


def test_every_feature_is_embedded_with_unit_length():
    embedding = random_embedding(jax.random.key(3), 16, 128)
    assert jnp.linalg.norm(embedding, axis=0) == pytest.approx(np.ones(128), abs=1e-5)


def test_the_embedding_is_nearly_a_tight_frame():
    embedding = random_embedding(jax.random.key(4), 16, 512)
    frame = np.asarray(embedding @ embedding.T) / (512 / 16)
    assert np.abs(frame - np.eye(16)).max() < 0.1


@pytest.mark.parametrize("rarity", [1.0, 4.0, 0.5])
def test_the_last_feature_is_rarer_and_all_rates_are_exact(rarity):
    law = {"feature_law": "one-rarer", "options": {"rarity": rarity}}
    config = Config(n_features=5, n_embed=5, batch_size=200_000, **law)
    rate = (sample_features(config, jax.random.key(5), {"feature_density": DENSITY}) > 0).mean(0)
    others = 5 * DENSITY / (4 + 1 / rarity)  # 4 of them and 1 / rarity of one are on 5 DENSITY
    expected = np.array([others] * 4 + [others / rarity])
    assert expected.mean() == pytest.approx(DENSITY)
    np.testing.assert_allclose(feature_densities(config, DENSITY), expected, rtol=1e-5)
    assert np.all(np.abs(rate - expected) <= 5 * np.sqrt(expected * (1 - expected) / 200_000))


def test_a_density_that_one_rarer_feature_does_not_allow_is_refused():
    base = Config(n_features=5, n_embed=5, feature_law="one-rarer", options={"rarity": 4.0})
    Sweep(base=base, grids=({"feature_density": (0.85,)},))  # the others are always on
    with pytest.raises(InputError, match=r"feature_density must be at most 0.85, where the most"):
        Sweep(base=base, grids=({"feature_density": (0.9,)},))


def test_zipf_s_law_falls_between_two_ends_whose_quotient_is_its_span():
    config = Config(n_features=512, feature_law="zipf", options={"zipf_span": 20})
    densities = np.asarray(feature_densities(config, 1 / 64))
    assert densities[0] / densities[-1] == pytest.approx(20, rel=1e-4)
    assert densities.mean() == pytest.approx(1 / 64, rel=1e-4)
    share = (densities - densities[-1]) / (densities[0] - densities[-1])
    assert share[9] == pytest.approx((1 / 10 - 1 / 512) / (1 - 1 / 512), rel=1e-3)
