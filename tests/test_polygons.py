import numpy as np
import pytest

from toymono.analysis.polygons import UNCLEAR, pair_cosines, polygon_of, turned


def at(*degrees, length=1.0):
    angles = np.deg2rad(degrees)
    return (length * np.stack([np.cos(angles), np.sin(angles)])).astype(np.float32)


def with_last(directions, length, degrees=45):
    return np.concatenate([directions, at(degrees, length=length)], axis=1)


@pytest.mark.parametrize(
    ("directions", "polygon"),
    [
        (at(0, 72, 144, 216, 288), 0),
        (at(0, 144, 288, 72, 216, length=1.2), 0),  # its corners in another order
        (with_last(at(-40, 50, 130, 220), 0.8, 5), 0),  # stretched to the last, which is shorter
        (with_last(at(0, 90, 180, 270), 0.1), 1),
        (with_last(at(0, 180, 80, 260), 0.0), 1),
        (with_last(at(0, 90, 180, 270), 0.8, 20), UNCLEAR),  # the last one is there, beside another
        (with_last(at(0, 72, 144, 216), 0.1), UNCLEAR),  # no one is opposite
        (with_last(at(0, 5, 180, 185), 0.1), UNCLEAR),  # one digon, twice
        (at(0, 72, 144, 216, 288) * [1, 1, 1, 0, 1], UNCLEAR),  # another than the last is left out
        (np.zeros((2, 5), np.float32), UNCLEAR),
    ],
)
def test_a_polygon_is_read_from_five_directions(directions, polygon):
    assert polygon_of(np.asarray(directions, np.float32)) == polygon


def test_the_cosine_of_a_pair_is_that_of_its_angle_and_unknown_where_one_is_left_out():
    directions = np.concatenate([at(10, 70, length=0.8), at(0, 180), at(0), at(90, length=0.4)], 1)
    np.testing.assert_allclose(pair_cosines(directions), [0.5, -1.0, np.nan], atol=1e-6)


@pytest.mark.parametrize("degrees", [(30, 100, 200), (30, 300, 200)])
def test_turned_features_keep_their_cosines_and_start_right_and_up(degrees):
    directions = at(*degrees, length=1.1)
    found = turned(directions)
    np.testing.assert_allclose(found.T @ found, directions.T @ directions, atol=1e-6)
    np.testing.assert_allclose(found[:, 0], [1.1, 0.0], atol=1e-6)
    assert found[1, 1] > 0
