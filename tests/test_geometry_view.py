"""The geometry view in a real browser, against Python's own numbers."""

import numpy as np
import pytest
from seeing import same_numbers, sight_of

from toymono.analysis.directions import direction_table, directions
from toymono.sweeps.elhage import toy_sweep
from toymono.sweeps.run import run_sweep

MEMBER = 3
RUN = "run=demo-smoke"


@pytest.fixture(scope="module")
def tied_run(make_once):
    """Networks without hidden neurons: two features in one dimension."""
    sweep = toy_sweep("phase-diagram", "smoke", (0,))
    return make_once("tied-smoke", lambda folder: run_sweep(sweep, folder))


def test_overlaps_and_plane_are_python_s(anywhere, study):
    shown = directions(study.member(MEMBER).stored.specimen)
    anywhere.go(f"{RUN}&view=geometry&member={MEMBER}")
    drawn = anywhere.traces("#left [data-name=gram]")["gram"]["z"]
    wanted = shown.gram[shown.order][:, shown.order]
    step = np.abs(wanted).max() / 127
    assert np.abs(np.asarray(drawn) - wanted).max() <= step / 2 * 1.001
    plane = anywhere.traces("#left [data-name=plane]")["features"]
    same_numbers([plane["x"], plane["y"]], shown.plane)
    caption = anywhere.page.inner_text("#left [data-name=plane] figcaption")
    assert f"{shown.shares.sum():.0%} of the directions' variance" in caption
    assert "always the one that overlaps most" in anywhere.page.inner_text("#left [data-name=gram]")


def test_a_click_or_an_arrow_key_chooses_a_feature_in_both_pictures(sight, study):
    shown = directions(study.member(MEMBER).stored.specimen)
    sight.go(f"{RUN}&view=geometry&member={MEMBER}")
    sight.click_at("#left [data-name=gram]", 2, 5)
    assert sight.fields["feature"] == str(shown.order[5])
    sight.press("ArrowDown")
    feature = int(shown.order[6])
    assert sight.fields["feature"] == str(feature)
    marks = "() => document.querySelector('#left [data-name=gram] .plot').layout.shapes"
    assert [(line["x0"], line["y0"]) for line in sight.page.evaluate(marks)] == [(6, 0), (0, 6)]
    ring = sight.traces("#left [data-name=plane]")["chosen"]
    same_numbers([ring["x"], ring["y"]], shown.plane[:, [feature]])
    row = direction_table(shown).iloc[6]
    partner = int(row["overlaps most with"])
    sight.says("#left > p", f"Feature {feature}: length ")
    sight.says("#left > p", f"overlaps most with feature {partner} ")
    sight.click_at("#left [data-name=plane]", *shown.plane[:, partner])
    assert sight.fields["feature"] == str(partner)
    sight.page.locator("#left > p a").click()
    sight.says("#feature h2", f"Feature {partner}")


def test_two_members_have_one_scale_of_colours_and_one_plane(sight):
    sight.go(f"{RUN}&view=geometry&member={MEMBER}&beside=8")
    for side in ("left", "right"):
        for name in ("gram", "plane"):
            sight.drawn(f"#{side} [data-name={name}]")
    looks = """() => ["left", "right"].map(side => {
        const of = name => document.querySelector(`#${side} [data-name=${name}] .plot`);
        return [of("gram").data[0].zmax, ...of("plane").layout.xaxis.range];
    })"""
    left, right = sight.page.evaluate(looks)
    assert left == right


def test_a_feature_that_is_not_there_is_said_in_words(sight):
    sight.go(f"{RUN}&view=geometry&member={MEMBER}&feature=99")
    assert f"Member {MEMBER} has no feature 99." in sight.message


@pytest.mark.long
def test_networks_without_hidden_neurons_lie_on_their_own_axes(browser_opened, tied_run):
    with sight_of([tied_run], browser_opened) as sight:
        sight.go(f"run={tied_run.name}&view=geometry&member=0&beside=1")
        sight.says("#left [data-name=plane] figcaption", "2 features in 1 dimension;")
        sight.traces("#right [data-name=plane]")
        axis = "() => document.querySelector('#right [data-name=plane] .plot').layout.xaxis.title"
        assert sight.page.evaluate(axis)["text"] == "neuron 0"
