import jax
import numpy as np
import pytest

from toymono.toy import threefry
from toymono.toy.threefry import threefry_uniform


@pytest.mark.parametrize(
    "shape", [(1,), (7,), (1, 1), (512, 128), (33, 17), (2, 65, 31), (3000, 1000)]
)
@pytest.mark.parametrize("seed", [0, 1, 2**31 + 5])
def test_numbers_are_those_of_jax_to_the_last_bit(seed, shape):
    key = jax.random.fold_in(jax.random.key(seed), 12)
    assert np.array_equal(threefry_uniform(key, shape), jax.random.uniform(key, shape))


def test_numbers_of_many_keys_are_those_of_each():
    keys = jax.random.split(jax.random.key(3), 4)
    mapped = jax.vmap(lambda key: threefry_uniform(key, (6, 5)))(keys)
    assert np.array_equal(mapped, [jax.random.uniform(key, (6, 5)) for key in keys])


def test_an_array_of_more_numbers_than_a_word_counts_is_left_to_jax(monkeypatch):
    monkeypatch.setattr(threefry, "_N_COUNTERS", 20)
    monkeypatch.setattr(threefry, "_threefry", None)
    key = jax.random.key(0)
    assert np.array_equal(threefry_uniform(key, (3, 7)), jax.random.uniform(key, (3, 7)))
