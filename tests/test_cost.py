import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases import offset_params

from toymono.analysis.cost import multiply_adds, skipping_outputs
from toymono.analysis.specimen import specimen_of
from toymono.config import Config
from toymono.toy.model import random_params
from toymono.toy.tasks import random_problem, sample_batch

CONFIG = Config(n_features=32, n_embed=16, n_neurons=100, batch_size=300)
PROBLEM = random_problem(CONFIG, jax.random.key(0))
NET = specimen_of(CONFIG, random_params(CONFIG, jax.random.key(1)), PROBLEM)


@pytest.mark.parametrize("offset", [0.0, -0.3, -9.0])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_skipping_silent_neurons_changes_no_output(offset, activation):
    config = Config(n_features=32, n_embed=16, n_neurons=100, batch_size=300, activation=activation)
    net = specimen_of(config, offset_params(config, offset, jax.random.key(1)), PROBLEM)
    inputs = sample_batch(config, PROBLEM, jax.random.key(2), {"feature_density": 0.1}).inputs
    found = skipping_outputs(net, inputs)
    np.testing.assert_allclose(found.outputs, net(inputs), atol=1e-5)
    assert jnp.array_equal(found.n_firing, (net.hidden(inputs) != 0).sum(axis=1))


def test_costs_are_counted_by_hand():
    # d 16, k 100, outputs 32; 30 fire, 17 of them of the 20 linear ones.
    found = multiply_adds(NET, 30.0, 20, 17.0)
    assert found == (100 * (16 + 32), 16 * 100 + 30 * 32, 16 * 80 + 13 * 32 + 16 * 32)


def test_when_all_fire_nothing_is_saved():
    found = multiply_adds(NET, 100.0, 0, 0.0)
    assert found.skipping == found.dense
