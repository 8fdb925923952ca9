import dataclasses
import os
import signal
import sys
import textwrap

import pytest
import running

from toymono.command_line.main import main
from toymono.config import Config, InputError, Sweep
from toymono.sweeps.cluster import connected
from toymono.sweeps.folder import claim_folder
from toymono.sweeps.interruption import Stopped
from toymono.sweeps.plan import plan
from toymono.sweeps.run import run_sweep
from toymono.sweeps.store import unit_file
from toymono.sweeps.workers import XLA_THREADS

# Four units of two members; 200 snapshots for each, slowed to about 5 s in all.
BASE = Config(
    n_features=8, n_embed=4, n_neurons=8, batch_size=16, n_steps=1600, record_phase="peak"
)
SWEEP = Sweep(
    base=BASE, grids=({"bias_offset": (0.0, -1.0)},), seeds=(0, 1, 2, 3), members_per_unit=2
)
# Ray starts a node's processes by a fork, which JAX warns of; each becomes another program at once.
pytestmark = pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")

IN_WORKERS = "import sys\nif any('default_worker' in word for word in sys.orig_argv):\n"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What a run here ends with, where a unit has one thread as it has on a cluster."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    claim_folder(folder, SWEEP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(XLA_THREADS, "1")
        with running.started("resume", folder, "--workers", 1) as process:
            assert running.ended(process)[0] == 0
    return running.arrays(folder)


@pytest.fixture(scope="module")
def hurry(tmp_path_factory):
    """Where the cluster's workers, whose checkpoints come quickly, tell from which steps they went
    on.
    """
    folder = tmp_path_factory.mktemp("hurry")
    (folder / "sitecustomize.py").write_text(IN_WORKERS + textwrap.indent(running.HURRIED, "    "))
    return folder


@pytest.fixture(scope="module")
def head(hurry):
    """A cluster whose head trains nothing."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(hurry))
        patch.setenv("STARTS", str(hurry / "starts"))
        patch.setenv("HOLD", str(hurry / "hold"))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        cluster = Cluster(
            initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": 2**27}
        )
        yield cluster
        cluster.shutdown()


@pytest.fixture
def nodes(head, hurry):
    """Two nodes that train a unit each."""
    (hurry / "starts").unlink(missing_ok=True)
    nodes = [head.add_node(num_cpus=1, object_store_memory=2**27) for _ in range(2)]
    yield nodes
    for node in nodes:
        if node in head.worker_nodes:
            head.remove_node(node)


def _once_both_train(act):
    """A report that acts, once, when two units are well under way, and have had checkpoints for a
    while.
    """
    begun, acted = set(), []

    def report(unit, progress):
        begun.update({unit} if 300 < progress.step < progress.last_step else ())
        if not acted and len(begun) == 2:
            acted.append(act())

    return report


@pytest.mark.long
def test_a_cluster_that_loses_a_node_ends_as_a_run_here_does(tmp_path, whole, head, nodes, hurry):
    out = tmp_path / "run"
    run_sweep(
        SWEEP,
        out,
        _once_both_train(lambda: head.remove_node(nodes[1], allow_graceful=False)),
        on=head.address,
    )
    assert running.arrays(out) == whole
    assert len(head.worker_nodes) == 1
    steps = sorted(running.starts(hurry).values(), key=len)
    assert steps[:-1] == [[0], [0], [0]]
    assert steps[-1][0] == 0
    assert steps[-1][1] > 100  # it went on from its checkpoint, on the other node


@pytest.mark.long
def test_ctrl_c_leaves_checkpoints_from_which_the_cluster_goes_on(
    tmp_path, whole, head, nodes, hurry
):
    out = tmp_path / "run"
    with pytest.raises(Stopped):
        run_sweep(
            SWEEP,
            out,
            _once_both_train(lambda: os.kill(os.getpid(), signal.SIGINT)),
            on=head.address,
        )
    assert not list((out / "units").glob("*.nc"))
    main(["resume", str(out), "--on", f"ray://{head.address}"])
    assert running.arrays(out) == whole
    steps = running.starts(hurry).values()
    assert sorted(map(len, steps)) == [1, 1, 2, 2]
    assert all(again[1] > 100 for again in steps if len(again) > 1)


@pytest.mark.long
def test_a_unit_that_fails_on_a_cluster_is_named_and_the_others_go_on(tmp_path, head, nodes):
    sweep = dataclasses.replace(SWEEP, seeds=(0, 1))
    bad, good = plan(sweep)
    claim_folder(tmp_path, sweep)
    (tmp_path / "units" / f"{unit_file(tmp_path, bad).name}.sha256").mkdir(parents=True)
    with pytest.raises(
        InputError, match=rf"{bad.name}: .* must be written, .* toymono resume"
    ) as refusal:
        run_sweep(sweep, tmp_path, on=head.address)
    assert unit_file(tmp_path, good).exists()
    assert good.name not in str(refusal.value)


@pytest.mark.long
def test_a_task_has_one_thread_as_a_worker_here_has(head, nodes):
    with connected(head.address) as cluster:
        assert cluster.at_once == 2
        assert cluster.ray.get(cluster.task(os.getenv).remote(XLA_THREADS)) == "1"


def _refusal(out, capsys, *words):
    with pytest.raises(SystemExit) as stop:
        main(["run", "demo", "--scale", "smoke", "--out", str(out), *words])
    assert stop.value.code == 2
    assert not out.exists()
    return running.refusal(capsys.readouterr().err)


def test_a_missing_ray_is_said_in_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert "pip install 'toymono[ray]'" in _refusal(tmp_path / "run", capsys, "--on", "ray")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1:1",
        *(
            pytest.param(address, marks=pytest.mark.long)
            for address in ("ray://127.0.0.1:1", "cluster.invalid:6379")
        ),
    ],
)
def test_an_address_where_no_cluster_answers_is_said_in_one_sentence(tmp_path, capsys, address):
    assert f"a Ray cluster, but {address} is not" in _refusal(
        tmp_path / "run", capsys, "--on", address
    )


@pytest.mark.parametrize(
    "address", ["", "there", "ray://", "127.0.0.1", "127.0.0.1:65536", "http://127.0.0.1:1"]
)
def test_what_is_no_address_is_said_in_one_sentence(tmp_path, capsys, address):
    assert "on must be here, ray" in _refusal(tmp_path / "run", capsys, "--on", address)


def test_a_cluster_decides_how_many_workers_it_has(tmp_path, capsys):
    assert "workers must be left" in _refusal(
        tmp_path / "run", capsys, "--on", "127.0.0.1:1", "--workers", "2"
    )
