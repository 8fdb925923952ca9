import json
import os
import subprocess
import sys

import pytest

from toymono.sweeps.workers import XLA_THREADS

pytestmark = pytest.mark.long

# A process with two CPU devices trains all members over both; this one has one device.
PROGRAM = """
import json, sys
import jax
jax.config.update("jax_num_cpu_devices", int(sys.argv[1]))
import numpy as np
from toymono.config import Config, Hyper
from toymono.training import ensemble, members

numbers = zip((0.003, 0.03, 0.01), (0.0, -1.0, 0.0))
settings = [Hyper(rate, bias_offset=offset) for rate, offset in numbers]
found, programs = {}, []

def watched(config, placement, *arguments):
    if not programs:
        programs.append(members.advance_members.lower(config, placement, *arguments).compile())
        found["program"] = programs[0].as_text()
        found["axis"], found["at_once"] = placement.axis, placement.at_once
    after = programs[0](*arguments)
    leaves = jax.tree.leaves(after)
    found["devices"] = [len(leaf.sharding.device_set) for leaf in leaves]
    found["shards"] = [[part.data.shape[:2] for part in leaf.addressable_shards] for leaf in leaves]
    return after

ensemble.advance_members = watched
for n_settings, n_seeds in json.loads(sys.argv[2]):
    found.clear(), programs.clear()
    config = Config(
        n_features=12, n_embed=6, n_neurons=20, batch_size=2048, n_steps=32,
        record_phase="peak", loss_every=4,
    )
    trained = ensemble.train_ensemble(config, settings[:n_settings], range(n_seeds))
    arrays = [np.asarray(leaf) for leaf in jax.tree.leaves(trained)]
    found["arrays"] = [[str(leaf.dtype), leaf.shape, leaf.tobytes().hex()] for leaf in arrays]
    print(json.dumps(found))
"""
COLLECTIVES = (
    "all-reduce",
    "all-gather",
    "all-to-all",
    "collective",
    "reduce-scatter",
    "send(",
    "recv(",
)
# Settings and seeds, of which the devices share out one. The batch is so large that a device
# computes one member at a time: several at a time would be a product of another shape, which may
# round differently.
CASES = ((3, 1), (1, 3))


@pytest.fixture(scope="module")
def trained():
    """What the cases print on one device and on two."""
    commands = [[sys.executable, "-c", PROGRAM, n, json.dumps(CASES)] for n in ("1", "2")]
    pipe = subprocess.PIPE
    # With one thread for all, XLA rounds otherwise for two devices than for one.
    env = {name: value for name, value in os.environ.items() if name != XLA_THREADS}
    processes = [
        subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=env)
        for command in commands
    ]
    printed = [process.communicate() for process in processes]
    for process, (_, error) in zip(processes, printed, strict=True):
        assert process.returncode == 0, error
    return [dict(zip(CASES, map(json.loads, out.splitlines()), strict=True)) for out, _ in printed]


@pytest.mark.parametrize(
    ("case", "axis", "shard"), [((3, 1), "setting", [1, 2]), ((1, 3), "seed", [2, 1])]
)
def test_members_are_shared_out_over_both_devices(trained, case, axis, shard):
    one, two = trained
    assert set(one[case]["devices"]) == {1}
    assert set(two[case]["devices"]) == {2}
    assert two[case]["axis"] == axis
    assert all(shards == [shard, shard] for shards in two[case]["shards"])  # one is a copy


@pytest.mark.parametrize("case", CASES)
def test_while_members_are_trained_no_device_says_a_word_to_another(trained, case):
    program = trained[1][case]["program"]
    assert "num_partitions=2" in program  # it is the program of two devices
    assert not [word for word in COLLECTIVES if word in program]


@pytest.mark.parametrize("case", CASES)
def test_two_devices_train_what_one_does_to_the_last_bit(trained, case):
    one, two = trained
    assert one[case]["at_once"] == two[case]["at_once"] == 1
    assert one[case]["arrays"] == two[case]["arrays"]
