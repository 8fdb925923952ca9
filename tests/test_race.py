import dataclasses

import numpy as np
import pandas as pd
import pytest
from made_up import store_made_up

from toymono.evidence.front import (
    MOST_LOSS,
    best_strength,
    budget_coverage,
    budget_coverages,
    fronts,
    ranks,
    with_levers,
)
from toymono.evidence.tables import recorded_table, run_table
from toymono.plots.front import rank_bars
from toymono.sweeps.demo import race_of
from toymono.sweeps.presets import preset_sweep
from toymono.sweeps.race import NO_LEVER, PAPER_LEVER, entries, levers
from toymono.sweeps.store import read_run
from toymono.training.train import multiply_adds

SOME = (NO_LEVER, PAPER_LEVER, "decay after offset -1", "top-k", "top-k, linear path", "width")


def test_all_networks_of_the_race_are_trained_with_equal_multiply_adds():
    base, density = race_of("desk")
    due = base.n_steps * multiply_adds(base)
    for family in levers(base, density).values():
        for lever in family.values():
            for grid in lever.grids(base):
                shape = {n: grid[n][0] for n in ("n_neurons", "batch_size", "n_steps") if n in grid}
                config = dataclasses.replace(base, **shape)
                step = multiply_adds(config) + config.batch_size * lever.costs_sample
                work = config.n_steps * (step + lever.costs_step)
                assert 0.98 < work / due <= 1


def test_every_lever_has_five_strengths_and_a_name_of_its_own():
    families = levers(*race_of("desk"))
    names = [name for family in families.values() for name in family]
    assert len(names) == len({*names}) and {NO_LEVER, PAPER_LEVER} <= {*names}
    for family in families.values():
        assert {len({*lever.values}) for name, lever in family.items() if name != NO_LEVER} == {5}


@pytest.mark.long
def test_each_member_of_a_race_is_found_under_each_lever_that_has_its_setting(raced):
    table, found = raced
    assert {*found.groupby(["lever", "strength"]).size()} == {3}  # seeds
    assert {*found.lever} == {*SOME}
    assert {*found.index} == {*table.index}
    shared = found[(found.bias_offset == -1) & found.bias_decay.gt(0)].groupby("seed").lever
    assert {PAPER_LEVER, "decay after offset -1"} <= {*shared.unique().iloc[0]}


def test_budget_coverage_is_the_area_under_the_front_by_hand():
    # Budgets from 1 to 1.5. The second network is dominated by the first, the last beyond them.
    losses, covered = np.array([1.1, 1.2, 1.3, 1.6]), np.array([0.5, 0.4, 1.0, 1.0])
    due = (0.2 * 0.5 + 0.2 * 1.0) / 0.5
    assert budget_coverage(losses, covered, 1.0) == pytest.approx(due)
    assert budget_coverage(losses[::-1], covered[::-1], 1.0) == pytest.approx(due)
    assert budget_coverage(2 * losses, covered, 2.0) == pytest.approx(due)
    assert budget_coverage(np.array([0.9]), np.array([1.0]), 1.0) == pytest.approx(1)
    assert budget_coverage(np.array([MOST_LOSS]), np.array([1.0]), 1.0) == 0


def test_levers_are_ranked_by_their_mean_and_compared_seed_by_seed():
    coverages = pd.DataFrame({0: [0.5, 0.8], 1: [0.3, 0.6], 2: [0.1, 0.4]}, index=["a", "b"])
    found = ranks(coverages, ("a",))
    assert [*found] == ["b", "a"]
    assert float(found["b"].coverage.mean) == pytest.approx(0.6)
    assert float(found["b"].coverage.high) == 1.0  # a share ends there
    assert float(found["b"].more["a"].low) == pytest.approx(0.3)  # paired: seeds cancel


@pytest.mark.long
def test_a_lever_of_which_no_network_has_finished_has_no_rank_number(raced):
    _, found = raced
    found = found.assign(finished=found.lever != "width")
    coverages = budget_coverages(found)
    assert coverages.loc["width"].isna().all() and coverages.loc[NO_LEVER].notna().all()
    assert best_strength(found, "width") is None
    assert [*ranks(coverages, (NO_LEVER,))][-1] == "width"
    assert "width" not in {front.lever for front in fronts(found)}
    families = dict.fromkeys(coverages.index, "all")
    drawn = rank_bars(ranks(coverages, ()), families, "made up")
    assert [(words.y, words.text) for words in drawn.layout.annotations] == [
        ("width", "no network finished")
    ]


@pytest.fixture(scope="module")
def raced(tmp_path_factory):
    folder, (base, density) = tmp_path_factory.mktemp("race") / "run", race_of("smoke")
    chosen = [entry for entry in entries(base, density) if entry.lever in SOME]
    sweep = preset_sweep("levers", "smoke")
    grids = tuple(entry.grid for entry in chosen)
    store_made_up(dataclasses.replace(sweep, grids=grids), folder)
    table = run_table(read_run(folder), recorded_table)
    return table, with_levers(table, chosen, base)
