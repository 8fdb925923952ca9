"""Where the directions of features lie, against polytopes that are solved by hand."""

import jax.numpy as jnp
import numpy as np
import pytest
from cases import EMBEDDING, NEURONS, hand_network

from toymono.analysis.directions import (
    chained,
    direction_table,
    directions,
    feature_directions,
    in_plane,
)
from toymono.analysis.specimen import Specimen
from toymono.plots.directions import directions_figure, overlap_panel, plane_panel

ANGLES = 2 * np.pi * np.arange(5) / 5
PENTAGON = np.stack([np.cos(ANGLES), np.sin(ANGLES)])
# Two digons and a pentagon, each at right angles to the others, in 1 + 1 + 2 dimensions.
POLYTOPES = np.zeros((4, 9), np.float32)
POLYTOPES[0, :2], POLYTOPES[1, 2:4], POLYTOPES[2:, 4:] = (1, -1), (0.9, -0.9), 0.8 * PENTAGON
SHUFFLED = np.array([4, 0, 7, 2, 5, 1, 8, 3, 6])


def tied(weights):
    """A network whose features are its inputs, as Elhage et al.'s: its directions are its
    weights'.
    """
    return Specimen.from_arrays(weights.T, np.zeros(len(weights)), weights)


@pytest.fixture(scope="module")
def shown():
    return directions(tied(POLYTOPES[:, SHUFFLED]))


def test_a_tied_network_s_directions_are_its_weights_and_others_are_seen_through_the_embedding():
    np.testing.assert_array_equal(feature_directions(tied(POLYTOPES)), POLYTOPES)
    wanted = np.array([weights for weights, _ in NEURONS]) @ np.asarray(EMBEDDING)
    np.testing.assert_allclose(feature_directions(hand_network()), wanted, rtol=1e-6)


def test_a_digon_s_features_have_half_a_dimension_each_and_a_pentagon_s_two_fifths(shown):
    of_stored = np.array([1 / 2] * 4 + [2 / 5] * 5)
    np.testing.assert_allclose(shown.capacity, of_stored[SHUFFLED], atol=1e-6)
    np.testing.assert_allclose(shown.length[1], 1)


def test_polytopes_are_blocks_of_the_ordered_gram_matrix(shown):
    assert [{*SHUFFLED[shown.order[a:b]].tolist()} for a, b in ((0, 2), (2, 4), (4, 9))] == [
        {0, 1},
        {2, 3},
        {4, 5, 6, 7, 8},
    ]
    gram = shown.gram[shown.order][:, shown.order]
    np.testing.assert_allclose(gram[:2, :2], [[1, -1], [-1, 1]], atol=1e-6)
    np.testing.assert_allclose(gram[:4, 4:], 0, atol=1e-6)
    np.testing.assert_allclose(gram[0:2, 2:4], 0, atol=1e-6)


def test_features_that_any_threshold_links_are_adjacent():
    values = np.random.default_rng(0).normal(size=(5, 12))
    gram = values.T @ values
    order = chained(gram)
    assert order[0] == np.diag(gram).argmax()
    for threshold in np.unique(np.abs(gram)):
        reach = np.linalg.matrix_power((np.abs(gram) >= threshold).astype(float) + np.eye(12), 12)
        linked = (reach > 0)[order][:, order]
        for row in linked:
            assert np.ptp(np.flatnonzero(row)) + 1 == row.sum()


def test_two_dimensions_are_drawn_as_they_are_and_one_on_a_line():
    np.testing.assert_array_equal(in_plane(jnp.asarray(PENTAGON)), jnp.asarray(PENTAGON))
    np.testing.assert_array_equal(in_plane(jnp.array([[1.0, -0.5]])), [[1, -0.5], [0, 0]])
    assert directions(tied(PENTAGON)).is_exact
    np.testing.assert_allclose(directions(tied(PENTAGON)).shares.sum(), 1, rtol=1e-6)


def test_more_dimensions_are_drawn_by_their_leading_components_and_the_share_they_show(shown):
    total = 2 * 1 + 2 * 0.81 + 5 * 0.64
    assert not shown.is_exact
    np.testing.assert_allclose(shown.shares, [2 / total, 2 * 0.81 / total], rtol=1e-5)
    digon = np.flatnonzero(SHUFFLED < 2)
    np.testing.assert_allclose(np.sort(shown.plane[0, digon]), [-1, 1], rtol=1e-5)
    lengths = np.linalg.norm(shown.plane, axis=0)
    assert np.all(lengths <= shown.length + 1e-5)


def test_a_plane_that_holds_all_directions_keeps_every_overlap():
    turned = np.linalg.qr(np.random.default_rng(1).normal(size=(7, 2)))[0] @ PENTAGON
    plane = in_plane(jnp.asarray(turned))
    np.testing.assert_allclose(plane.T @ plane, turned.T @ turned, atol=1e-5)
    assert np.all(np.take_along_axis(plane, np.abs(plane).argmax(axis=1)[:, None], axis=1) > 0)


def test_the_table_names_the_feature_that_each_overlaps_most(shown):
    table = direction_table(shown).set_index("feature")
    partner = int(np.flatnonzero(SHUFFLED == 1)[0])
    row = table.loc[np.flatnonzero(SHUFFLED == 0)[0]]
    assert (row["overlaps most with"], row["overlap"]) == (partner, pytest.approx(-1))


def test_a_diverged_or_empty_network_is_drawn_too():
    for weights in (np.full((4, 6), np.nan, np.float32), np.zeros((4, 6), np.float32)):
        net = tied(np.zeros((4, 6), np.float32))._replace(encoder=jnp.asarray(weights.T))
        found = directions(net)
        assert sorted(found.order) == list(range(6))
        for figure in (overlap_panel(found, 6), plane_panel(found)):
            assert figure.layout.xaxis.title.text


def test_the_figure_says_how_much_of_the_variance_each_component_shows(shown):
    figure = directions_figure(shown, "title", "note")
    titles = [axis.title.text for axis in (figure.layout.xaxis2, figure.layout.yaxis2)]
    assert titles == ["component 1 (29% of variance)", "component 2 (24% of variance)"]
    exact = plane_panel(directions(tied(PENTAGON)))
    assert [exact.layout.xaxis.title.text, exact.layout.yaxis.title.text] == [
        "neuron 0",
        "neuron 1",
    ]
    gram = figure.data[0]
    assert gram.zmin == -gram.zmax == pytest.approx(-1)
    np.testing.assert_allclose(gram.z, shown.gram[shown.order][:, shown.order])
