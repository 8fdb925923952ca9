import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import Mesh, PartitionSpec

from toymono import environment
from toymono.config import Config
from toymono.training.placement import (
    _CPU_CACHE,
    _SHARED_CPU_CACHE,
    Placement,
    activation_bytes,
    each,
    padded,
    padded_members,
    place_members,
    unpadded,
)

CONFIG = Config(n_features=8, n_embed=4, n_neurons=8, batch_size=16)
SHARED, WHOLE = PartitionSpec("member"), PartitionSpec()


def _placement(axis, n_devices):
    """A placement over so many devices, which are one and the same: nothing is computed on them."""
    return Placement(
        Mesh(np.array(jax.devices()[:1] * n_devices), ("member",)), axis, at_once=1, n_parts=1
    )


@pytest.mark.parametrize(
    ("n_devices", "longer"),
    [(1, [3, 1, 2]), (2, [3, 1, 2, 2]), (3, [3, 1, 2]), (5, [3, 1, 2, 2, 2])],
)
def test_the_last_seed_is_repeated_until_the_devices_share_them_evenly(n_devices, longer):
    where = _placement("seed", n_devices)
    assert padded([3, 1, 2], where, "seed") == longer
    assert padded([3, 1, 2], where, "setting") == [3, 1, 2]


@pytest.mark.parametrize("axis", ["seed", "setting"])
@pytest.mark.parametrize("n_devices", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("kind", [np.asarray, jnp.asarray])
def test_padded_members_without_their_padding_are_the_members(axis, n_devices, kind):
    members = {"a": kind(np.arange(6.0).reshape(3, 2)), "b": kind(np.arange(30).reshape(3, 2, 5))}
    where = _placement(axis, n_devices)
    longer = padded_members(members, where)
    for name, leaf in members.items():
        n_seeds, n_settings, *_ = longer[name].shape
        assert (n_seeds if axis == "seed" else n_settings) % n_devices == 0
        assert (n_settings if axis == "seed" else n_seeds) == (2 if axis == "seed" else 3)
        copies = longer[name][3:] if axis == "seed" else longer[name][:, 2:]
        last = leaf[-1:] if axis == "seed" else leaf[:, -1:]
        np.testing.assert_array_equal(copies, np.broadcast_to(last, copies.shape))
        np.testing.assert_array_equal(unpadded(longer, 3, 2)[name], leaf)
        assert longer[name].dtype == leaf.dtype


@pytest.mark.parametrize("n", [1, 6, 7])
@pytest.mark.parametrize("at_once", [0, 1, 2, 3, 4, 6, 100])
def test_group_by_group_gives_what_all_at_once_gives(n, at_once):
    def function(one, two):
        return {"sum": one["x"] + two, "product": one["x"] * two}

    arguments = {"x": jnp.arange(float(n))}, jnp.arange(3.0 * n).reshape(n, 3)
    ours, theirs = each(function, at_once)(*arguments), jax.vmap(function)(*arguments)
    for name, values in theirs.items():
        np.testing.assert_array_equal(ours[name], values)


@pytest.mark.parametrize(
    ("n", "at_once", "size"), [(6, 4, 3), (6, 6, 6), (7, 6, 1), (8, 4, 4), (5, 0, 1)]
)
def test_groups_are_the_largest_of_even_size(n, at_once, size):
    shapes = []
    each(lambda x: shapes.append(jnp.shape(x)) or x, at_once)(jnp.zeros((n, 3)))
    program = jax.make_jaxpr(each(lambda x: x @ jnp.ones((3, 2)), at_once))(jnp.zeros((n, 3)))
    assert set(shapes) == {(3,)}
    product = "f32[2]" if size == 1 else f"f32[{size},2]"
    assert f":{product} = dot_general" in str(program)


@pytest.mark.parametrize(
    ("n_devices", "n_seeds", "n_settings", "axis", "n_used"),
    [
        (1, 3, 6, "seed", 1),
        (2, 4, 6, "seed", 2),  # no difference
        (2, 3, 6, "setting", 2),  # 3 rounds of 3 members, not 2 of 6
        (2, 6, 3, "seed", 2),
        (4, 3, 1, "seed", 3),  # no more devices than there are seeds
        (4, 1, 3, "setting", 3),
        (8, 1, 1, "seed", 1),
        (4, 5, 7, "setting", 4),  # 2 rounds of 5, not 2 of 7
    ],
)
def test_devices_share_out_the_axis_that_leaves_them_the_less_to_do(
    monkeypatch, n_devices, n_seeds, n_settings, axis, n_used
):
    monkeypatch.setattr(jax, "local_devices", lambda: jax.devices()[:1] * n_devices)
    where = place_members(CONFIG, n_seeds, n_settings)
    assert (where.axis, where.mesh.size) == (axis, n_used)
    assert hash(where) == hash(place_members(CONFIG, n_seeds, n_settings))


def test_arrays_are_shared_out_along_the_placement_s_axis_alone():
    seed, setting = _placement("seed", 2), _placement("setting", 2)
    assert (seed.of_seeds, seed.of_settings, seed.of_members) == (SHARED, WHOLE, SHARED)
    assert (setting.of_seeds, setting.of_settings) == (WHOLE, SHARED)
    assert setting.of_members == PartitionSpec(None, "member")


@pytest.mark.parametrize(
    ("batch_size", "n_neurons"), [(16, 8), (512, 256), (8192, 1024), (8191, 1024), (2**20, 8)]
)
def test_on_a_cpu_what_is_computed_at_once_fits_its_caches(batch_size, n_neurons):
    config = dataclasses.replace(CONFIG, batch_size=batch_size, n_neurons=n_neurons)
    where, mib = place_members(config, 3, 6), activation_bytes(config) / 2**20
    assert batch_size % where.n_parts == 0
    assert where.at_once == 1 or where.at_once * mib / where.n_parts <= _CPU_CACHE / 2**20
    assert (where.at_once + 1) * mib / where.n_parts > _CPU_CACHE / 2**20
    assert mib / where.n_parts <= _SHARED_CPU_CACHE / 2**20


def test_on_an_accelerator_so_many_members_go_at_once_as_fit_half_of_what_is_free(monkeypatch):
    class Card:
        platform = "gpu"

    monkeypatch.setattr(jax, "local_devices", lambda: [Card()])
    monkeypatch.setattr(environment, "free_memory", lambda: 20 * activation_bytes(CONFIG))
    monkeypatch.setattr(
        "toymono.training.placement.Mesh", lambda devices, names: _placement("seed", 1).mesh
    )
    where = place_members(CONFIG, 3, 6)
    assert (where.at_once, where.n_parts) == (10, 1)
