"""The race's best levers elsewhere and in pairs, and the rule by which they are judged."""

import numpy as np
import pandas as pd
import pytest

from toymono.evidence.seeds import interval_over_seeds
from toymono.plots.front import context_panels
from toymono.sweeps.demo import race_of
from toymono.sweeps.race import NO_LEVER, PAPER_LEVER
from toymono.sweeps.robustness import ADAPTED, GELU, HOME, JUMP, entries


@pytest.fixture
def robustness(load_script):
    return load_script("robustness")


def _entries():
    return {(entry.family, entry.lever): entry.grid for entry in entries(*race_of("desk"))}


def test_each_context_changes_one_thing_of_the_race():
    found = _entries()
    home = found[HOME, PAPER_LEVER]
    for (context, lever), grid in found.items():
        if lever != PAPER_LEVER or context == HOME:
            continue
        names = {*home, *grid} - {"bias_decay"}
        changed = {name for name in names if home.get(name) != grid.get(name)}
        assert changed - {"n_steps"} and len(changed - {"n_steps"}) == 1, context


def test_the_decay_takes_biases_as_far_at_every_rate():
    for (context, lever), grid in _entries().items():
        if lever == PAPER_LEVER:
            (steps,) = grid.get("n_steps", (race_of("desk")[0].n_steps,))
            folds = grid["bias_decay"][0] * grid["learning_rate"][0] * steps / 2
            assert folds == pytest.approx(7), context


def test_a_pair_has_the_settings_of_both_and_gelu_has_no_jump():
    found = _entries()
    for lever in (JUMP, ADAPTED):
        assert found[HOME, lever].items() <= found[HOME, f"{JUMP} + {ADAPTED}"].items()
    assert {lever for context, lever in found if context == GELU} == {PAPER_LEVER, ADAPTED}


SIDES = {
    "better": ([0.3, 0.31, 0.32], [1.0, 1.01, 1.02]),
    "level": ([0.3, 0.31, 0.32], [1.0, 1.1, 1.2]),  # covers more at a higher loss
    "worse": ([-0.3, -0.31, -0.32], [0.8, 0.81, 0.82]),
    "untested": ([0.3, np.nan, np.nan], [1.0, 1.01, 1.02]),
}


@pytest.mark.parametrize(("said", "values"), SIDES.items())
def test_a_lever_is_better_only_if_it_covers_more_at_no_higher_loss(robustness, said, values):
    assert robustness.side(*(interval_over_seeds(np.array(of)) for of in values)) == said


@pytest.mark.parametrize(
    ("said", "sides"),
    [
        ("a better recipe", ["better"] * 7 + ["untested"]),
        ("no better recipe everywhere: better in 6 of 7 contexts", ["better"] * 6 + ["level"]),
        ("untested: 6 contexts", ["better"] * 6 + ["untested"] * 3),
    ],
)
def test_a_recipe_is_better_in_all_contexts_or_none(robustness, said, sides):
    assert robustness.recipe_verdict([{"is": side} for side in sides]) == said


def _table(contexts):
    """Made-up members: jump ReLU covers .4 more at the offset's loss; seed 4 has not finished."""
    parts = []
    for context in contexts:
        for lever, more in ((NO_LEVER, -0.2), (PAPER_LEVER, 0.0), (JUMP, 0.4), (ADAPTED, 0.1)):
            covered = 0.5 + more + np.array([0.0, 0.01, 0.02])
            names = {"family": context, "lever": lever, "seed": [3, 4, 5]}
            measured = {"covered_per_feature": covered, "task_loss": [0.05, 0.06, 0.07]}
            parts.append(pd.DataFrame({**names, **measured, "finished": [True, False, True]}))
    return pd.concat(parts, ignore_index=True)


def test_levers_are_held_against_the_offset_of_the_same_context_and_seed(robustness):
    rows = robustness.judged(_table([HOME, "twice the rate"]))
    assert [(row["context"], row["lever"]) for row in rows] == [
        (context, lever) for context in (HOME, "twice the rate") for lever in (JUMP, ADAPTED)
    ]
    jump = rows[0]
    more, ratio = (jump[name] for name in robustness.MEASURES)
    assert more.mean == pytest.approx(0.4) and more.n == 2
    assert ratio.mean == pytest.approx(1)


def test_the_panels_show_each_measure_of_each_lever_in_each_context(robustness):
    contexts = [HOME, "twice the rate"]
    rows = robustness.judged(_table(contexts))
    figure = context_panels(rows, robustness.MEASURES, "made up")
    assert [*figure.layout.yaxis.ticktext] == contexts
    assert [trace.x.round(3).tolist() for trace in figure.data[:2]] == [[0.4, 0.4], [1.0, 1.0]]
    assert all(np.abs(np.subtract(trace.y, [0, 1])).max() < 0.5 for trace in figure.data)
    assert {line.x0 for line in figure.layout.shapes} == {0.0, 1.0}


def test_a_context_without_two_finished_networks_says_so(robustness):
    table = _table([HOME]).assign(finished=lambda of: (of.lever != ADAPTED) & (of.seed != 4))
    words = context_panels(robustness.judged(table), robustness.MEASURES, "made up")
    (said,) = words.layout.annotations
    assert said.text == "too few networks finished" and said.y > 0  # below the dot of the other
