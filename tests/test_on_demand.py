import jax
import numpy as np
import pytest

from toymono.analysis.scores_in_contexts import mono_in_contexts
from toymono.analysis.superposition import geometry
from toymono.evidence.on_demand import CONTEXTS, GEOMETRY, contexts_table, geometry_table
from toymono.evidence.tables import over_seeds, run_table
from toymono.sweeps.store import read_member
from toymono.toy.world import make_world


@pytest.fixture
def one(smoke_data):
    """A network of setting 3 and seed 1, and its key for measuring."""
    member = read_member(smoke_data, seed=1, setting=3)
    return member, member.specimen, make_world(member.config, 1).key_probe


def _row(table):
    (row,) = table[(table.setting == 3) & (table.seed == 1)].to_dict("records")
    return row


def test_a_row_of_contexts_is_what_the_network_itself_gives(smoke_data, one):
    member, net, key = one
    found = jax.jit(lambda: mono_in_contexts(net, member.hyper.feature_density, key))()
    row = _row(contexts_table(smoke_data))
    assert [row[name] for name in found._fields] == [int(n) for n in found]


def test_a_row_of_geometry_is_what_the_network_itself_gives(smoke_data, one):
    _, net, _ = one
    found = geometry(net)
    row = _row(geometry_table(smoke_data))
    for name, value in found._asdict().items():
        np.testing.assert_allclose(row[name], value, rtol=1e-4)


@pytest.mark.parametrize(
    "table, measures", [(contexts_table, CONTEXTS), (geometry_table, GEOMETRY)]
)
def test_their_intervals_over_seeds_have_no_negative_end(smoke_data, table, measures):
    shown = over_seeds(run_table([smoke_data], table), measures)
    assert all((shown[f"{measure}_low"].dropna() >= 0).all() for measure in measures)
