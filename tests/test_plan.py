import numpy as np
import pytest

from toymono.config import Config, Hyper, InputError, Sweep
from toymono.sweeps.estimates import estimate, estimated_bytes, estimated_seconds
from toymono.sweeps.plan import Unit, n_members, plan, shared


def _sweep(**axes):
    return Sweep(base=Config(), grids=(axes,), seeds=(0, 1))


def test_numbers_share_a_unit_and_shapes_do_not():
    units = plan(_sweep(n_neurons=(32, 64), learning_rate=(0.001, 0.01, 0.1)))
    assert [(unit.config.n_neurons, len(unit.settings), unit.n_members) for unit in units] == [
        (32, 3, 6),
        (64, 3, 6),
    ]
    assert n_members(units) == 12


def test_grids_of_one_shape_become_one_unit():
    (unit,) = plan(
        Sweep(
            base=Config(), grids=({"learning_rate": (0.01,)}, {"bias_offset": (-1.0,)}), seeds=(0,)
        )
    )
    assert unit.settings == (Hyper(learning_rate=0.01), Hyper(bias_offset=-1.0))


def test_a_unit_s_name_is_fixed_by_its_content_alone():
    (one,), (same,) = plan(_sweep(learning_rate=(0.01,))), plan(_sweep(learning_rate=(0.01,)))
    (other,) = plan(_sweep(learning_rate=(0.02,)))
    assert one.name == same.name != other.name
    assert one._replace(seeds=(0, 2)).name != one.name


def test_estimates_grow_with_members_and_fall_with_the_machine():
    (small,), (large,) = (
        plan(_sweep(learning_rate=(0.01,))),
        plan(_sweep(learning_rate=(0.01, 0.02))),
    )
    assert (
        estimated_bytes(small) < estimated_bytes(large) < 2 * estimated_bytes(small)
    )  # a seed's data are shared
    assert (
        estimated_seconds([small], 1e11)
        < estimated_seconds([large], 1e11)
        < estimated_seconds([large], 1e10)
    )


def test_the_paper_scale_estimate_is_of_the_order_of_what_was_measured():
    # shared measurements of a JAX sketch: 204 - 220 ms per member and step at this size, 95e9
    # multiply-adds per second
    config = Config(
        n_features=512,
        n_embed=64,
        n_neurons=1024,
        batch_size=8192,
        n_steps=1000,
        record_phase="peak",
    )
    (unit,) = plan(Sweep(base=config, seeds=(0,)))
    assert estimated_seconds([unit], 95e9) == pytest.approx(212, rel=0.3)


def test_the_estimates_of_a_thousand_members_are_of_the_order_of_what_was_measured():
    # benchmarks/NOTES.md: two processes on 102e9 multiply-adds per second; each loads JAX and
    # compiles, too
    rates = tuple(np.geomspace(0.001, 0.01, 10).tolist())
    axes = ({"learning_rate": rates},)
    sweep = Sweep(
        base=Config(n_steps=512), grids=axes, seeds=tuple(range(100)), members_per_unit=50
    )
    (found,) = estimate(plan(sweep), 2, 102e9)
    assert (found.n_units, found.n_members) == (20, 1000)
    assert found.seconds == pytest.approx(692, rel=0.3)
    assert found.memory == pytest.approx(1.67e9, rel=0.3)
    assert 1 < found.storage / 232e6 < 1.5  # before compression


def test_a_unit_s_name_holds_only_settings_that_are_not_the_default():
    # Stored results are found by these names: a change here loses the results of every run that
    # exists.
    unit = Unit(Config(), (Hyper(),), (0, 1, 2))
    assert unit.name == "k256-36b8568755"
    assert unit._replace(settings=(Hyper(weight_density=1.0),)).name == unit.name


def test_shares_make_up_the_whole_and_have_no_unit_twice():
    units = plan(_sweep(n_neurons=(32, 48, 64, 80, 96)))
    shares = [shared(units, f"{index}/3") for index in (1, 2, 3)]
    assert sorted(unit.name for share in shares for unit in share) == sorted(
        unit.name for unit in units
    )
    assert [len(share) for share in shares] == [2, 2, 1]
    assert shared(units, "1/1") == units


@pytest.mark.parametrize("share", ["0/3", "4/3", "1", "1/0", "a/b", "-1/3", "1/3/5", ""])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(
        InputError, match=r"^unit must be i/n with i from 1 to n, such as 2/8, but is"
    ):
        shared([], share)
