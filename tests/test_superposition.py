import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import simplex_problem
from scipy import linalg

from toymono.analysis.handbuilt import hand_built
from toymono.analysis.specimen import specimen_of
from toymono.analysis.superposition import (
    capacity,
    coherence,
    cosines,
    dimensions_per_feature,
    effective_number,
    firing,
    geometry,
    interference,
    is_represented,
    participation_ratio,
    welch_bound,
)
from toymono.config import Config
from toymono.toy.features import random_embedding
from toymono.toy.model import Weights, params_of, weights_of
from toymono.toy.tasks import project

ORTHOGONAL = jnp.diag(jnp.array([1.0, 2.0, 0.5]))
ANTIPODAL = jnp.array([[1.0, -1.0]])  # two features in one dimension
ANY = random_embedding(jax.random.key(0), 8, 20) * jnp.linspace(0.5, 2, 20)
ROTATION = jnp.linalg.qr(jax.random.normal(jax.random.key(1), (8, 8)))[0]


def test_orthogonal_features_have_a_dimension_each():
    for measure in (capacity,):
        np.testing.assert_allclose(measure(ORTHOGONAL), 1, atol=1e-6)
    np.testing.assert_allclose(interference(ORTHOGONAL), 0, atol=1e-6)
    assert float(coherence(ORTHOGONAL)) == 0


def test_an_antipodal_pair_shares_one_dimension():
    np.testing.assert_allclose(capacity(ANTIPODAL), 0.5)
    np.testing.assert_allclose(interference(ANTIPODAL), 1.0)
    assert float(coherence(ANTIPODAL)) == pytest.approx(1)


def test_cosines_are_blind_to_lengths_and_0_where_there_is_none():
    directions = jnp.array([[2.0, 1.0, -3.0, 0.0], [0.0, 1.0, 0.0, 0.0]])
    diagonal = 2**-0.5
    expected = [[1, diagonal, -1, 0], [diagonal, 1, -diagonal, 0], [-1, -diagonal, 1, 0], [0] * 4]
    np.testing.assert_allclose(cosines(directions), expected, atol=1e-6)


def test_a_pentagon_has_two_fifths_of_a_dimension_each():
    angles = 2 * jnp.pi * jnp.arange(5) / 5
    np.testing.assert_allclose(
        capacity(jnp.stack([jnp.cos(angles), jnp.sin(angles)])), 0.4, atol=1e-5
    )


def test_an_absent_feature_takes_nothing():
    with_zero = jnp.concatenate([ORTHOGONAL, jnp.zeros((3, 1))], axis=1)
    for measure in (capacity, interference):
        assert float(measure(with_zero)[3]) == pytest.approx(0, abs=1e-6)


def test_capacities_sum_to_the_rank_at_most():
    assert float(capacity(ANY).sum()) <= 8
    assert np.all((capacity(ANY) > 0) & (capacity(ANY) <= 1))


@pytest.mark.parametrize("measure", [capacity, interference, coherence])
def test_geometry_does_not_see_the_axes(measure):
    np.testing.assert_allclose(measure(ROTATION @ ANY), measure(ANY), rtol=1e-3, atol=1e-4)


def test_a_simplex_reaches_the_welch_bound():
    embedding = simplex_problem(10).embedding
    assert float(coherence(embedding)) == pytest.approx(welch_bound(10, 11), abs=1e-5)
    assert welch_bound(10, 10) == 0
    assert float(coherence(ANY)) > welch_bound(8, 20)


def test_the_library_s_embedding_is_nearly_a_tight_frame():
    embedding = random_embedding(jax.random.key(2), 64, 128)
    total = float((1 + interference(embedding)).sum())  # the frame potential; least: n^2 / d
    assert 1 <= total / (128**2 / 64) < 1.01
    assert float(capacity(embedding).mean()) == pytest.approx(0.5, abs=0.01)  # d / N


@pytest.mark.parametrize("order", [1, 2])
def test_the_effective_number_counts_what_a_row_is_spread_over(order):
    rows = jnp.array(
        [[0.0, 3.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0], [2.0, 2.0, -5.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
    )
    np.testing.assert_allclose(effective_number(rows, order), [1, 4, 2, 0], rtol=1e-5)


def test_the_two_effective_numbers_differ_as_their_formulas_do():
    row = jnp.array([[0.5, 0.25, 0.25]])
    assert float(effective_number(row, 1)[0]) == pytest.approx(2**1.5, rel=1e-5)
    assert float(effective_number(row, 2)[0]) == pytest.approx(1 / 0.375, rel=1e-5)


def test_participation_counts_the_dimensions_that_samples_fill():
    samples = jax.random.normal(jax.random.key(0), (20000, 6)) @ jnp.diag(
        jnp.array([1.0, 1, 1, 1, 0, 0])
    )
    assert float(participation_ratio(samples)) == pytest.approx(4, rel=0.01)
    assert float(participation_ratio(jnp.ones((10, 3)))) == 0


def test_firing_is_counted_by_hand():
    features = jnp.array([[0.5, 0, 0], [0.5, 0.2, 0], [0, 0.3, 0], [0, 0, 0]])
    hidden = jnp.array([[1.0, 0.0, 0.1], [1.0, 0.0, 0.1], [0.0, 0.0, 0.1], [0.0, 0.0, 0.1]])
    found = firing(hidden, features, jnp.array([0, 1, 2]))
    np.testing.assert_allclose(found.frequency, [0.5, 0, 1])
    np.testing.assert_allclose(found.favourite, [1, np.nan, 0])
    np.testing.assert_allclose(found.only_favourite, [0.5, np.nan, 0])
    assert float(found.n_per_sample) == pytest.approx(1.5)


def test_the_hand_built_network_shares_as_was_worked_out_by_hand():
    # 21 features at the corners of a simplex in 20 dimensions, each with a neuron that points at
    # it: |w|^2 alike, and 20 overlaps of -1/20, so capacity is 1 / (1 + 20 / 20^2) = 20/21, the
    # share of a dimension that there is.
    config, problem = Config(n_features=21, n_embed=20, n_neurons=42), simplex_problem(20)
    params = hand_built(config, problem, 0.05)
    encoder = weights_of(params).encoder[:, :21]
    np.testing.assert_allclose(capacity(encoder), 20 / 21, atol=1e-4)
    net = specimen_of(config, params, problem)
    responses = net.responses
    np.testing.assert_allclose(effective_number(responses[:21]), 1, atol=1e-5)
    np.testing.assert_allclose(effective_number(responses[:21].T), 1, atol=1e-5)
    features = jnp.eye(21) * 0.9
    found = firing(
        net.hidden(project(features, problem.embedding)),
        features,
        jnp.arange(42) % 21,
    )
    np.testing.assert_allclose(found.only_favourite[:21], 1)
    np.testing.assert_allclose(found.frequency[:21], 1 / 21, atol=1e-6)
    np.testing.assert_allclose(found.frequency[21:], 1)  # the linear neurons stay on


def _answering(problem, responses):
    """A network with these responses: the last of eleven inputs that sum to 0 is made by a bias."""
    encoder = (
        jnp.linalg.pinv(problem.embedding).T @ (responses - responses.mean(axis=1, keepdims=True)).T
    )
    config = Config(n_features=11, n_embed=10, n_neurons=len(responses))
    weights = Weights(encoder, responses.mean(axis=1), jnp.zeros((len(responses), 11)))
    return specimen_of(config, params_of(weights), problem)


@pytest.mark.long
def test_the_geometry_of_one_neuron_per_feature_is_one_of_each():
    problem = simplex_problem(10)
    found = geometry(_answering(problem, jnp.concatenate([jnp.eye(11), jnp.zeros((5, 11))])))
    assert float(found.coherence) == pytest.approx(float(found.least_coherence), abs=1e-5)
    assert float(found.capacity) == pytest.approx(10 / 11, rel=1e-4)
    assert float(found.interference) == pytest.approx(1 / 10, rel=1e-3)
    assert float(found.features_per_neuron) == pytest.approx(1, rel=1e-4)  # not of the dead
    assert float(found.neurons_per_feature) == pytest.approx(1, rel=1e-4)
    assert float(found.response_dimensions) == pytest.approx(10, rel=1e-4)  # 11 points span 10


def test_neurons_that_answer_all_features_alike_have_all_of_them():
    found = geometry(_answering(simplex_problem(10), jnp.ones((4, 11))))
    assert float(found.features_per_neuron) == pytest.approx(11, rel=1e-5)
    assert float(found.neurons_per_feature) == pytest.approx(4, rel=1e-5)
    assert float(found.response_dimensions) == 0


# Corners at unit length, and the share of a dimension that each then has: m / n where the corners
# are a tight frame.
def _on_a_circle(n):
    angles = 2 * np.pi * np.arange(n) / n
    return np.stack([np.cos(angles), np.sin(angles)])


def _antiprism():
    """Two squares, one turned by an eighth, at the heights that make them a tight frame."""
    angles = np.pi / 2 * np.arange(4)
    height, radius = 3**-0.5, (2 / 3) ** 0.5
    rings = [
        np.stack([radius * np.cos(a), radius * np.sin(a), np.full(4, h)])
        for a, h in ((angles, height), (angles + np.pi / 4, -height))
    ]
    return np.concatenate(rings, axis=1)


POLYTOPES = (
    (np.array([[1.0, -1.0]]), 1 / 2),  # digon
    (_on_a_circle(3), 2 / 3),
    (np.array([[1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]]) / 3**0.5, 3 / 4),  # tetrahedron
    (_on_a_circle(5), 2 / 5),
    (_antiprism(), 3 / 8),
)


def test_polytopes_in_orthogonal_subspaces_have_the_famous_fractions_of_a_dimension():
    with jax.enable_x64(True):
        directions = jnp.asarray(linalg.block_diag(*(corners for corners, _ in POLYTOPES)))
        expected = np.concatenate([np.full(c.shape[1], share) for c, share in POLYTOPES])
        assert directions.dtype == jnp.float64
        np.testing.assert_allclose(capacity(directions), expected, rtol=0, atol=1e-12)
        per_feature = float(dimensions_per_feature(directions))
    assert per_feature == pytest.approx(11 / 22)  # 1 + 2 + 3 + 2 + 3 dimensions, 22 corners


def test_dimensions_per_feature_are_one_each_where_every_feature_has_its_own():
    assert float(dimensions_per_feature(jnp.eye(4))) == pytest.approx(1)
    assert float(dimensions_per_feature(ANTIPODAL)) == pytest.approx(0.5)


def test_a_feature_is_represented_from_half_its_length_on():
    directions = jnp.array([[0.6, 0.4, 0.0], [0.0, 0.0, -0.51]])
    assert is_represented(directions).tolist() == [True, False, True]
