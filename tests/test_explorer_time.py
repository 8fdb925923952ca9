"""The explorer's replay and its interventions in a real browser, against Python's own numbers."""

import re

import numpy as np
import pytest
from exploring import soon
from playwright.sync_api import expect

from toymono.analysis.dashboard_data import ROLES
from toymono.analysis.interventions import amplitudes, outcome
from toymono.explorer.captions import frame_words, loss_words, member_words, score_words
from toymono.plots.interventions import activation_panel, output_panel
from toymono.plots.members import loss_panel, member_map, score_panel
from toymono.sweeps.store import read_member
from toymono.toy.model import weights_of
from toymono.toy.tasks import targets_of

RUN, MEMBER, OTHER = "demo-smoke", 4, 13


@pytest.fixture
def study(known):
    return known[RUN]


def assert_replays(look, side, member, place):
    """One side of the page is the member at this record: map, favourites, scores, biases, spread,
    cursor, and words.
    """
    now, order = member.frame(place), member.dashboard.order
    look.draws(f"{side}-map", member_map(now, order, "", 1.0))
    look.draws(f"{side}-scores", score_panel(now))
    look.draws(f"{side}-loss", loss_panel(member.history, place))
    for name, of in (("map", frame_words), ("scores", score_words), ("loss", loss_words)):
        look.tells(f"{side}-{name}-words", of(now))
    look.tells(f"{side}-who", member_words(member))


def test_moving_the_clock_replaces_everything_by_the_record_there(look, study):
    member = study.member(MEMBER)
    look.open(RUN, tab="time", member=MEMBER)
    steps = member.history.step
    last = len(steps) - 1
    assert_replays(look, "left", member, last)
    look.press("#clock", "ArrowLeft", 3)
    look.has_fields(step=steps[last - 3], neuron=None)
    assert_replays(look, "left", member, last - 3)
    look.press("#clock", "Home")
    look.has_fields(step=steps[0])
    assert_replays(look, "left", member, 0)
    expect(look.page.locator("#right-column")).to_be_hidden()


def test_the_words_of_an_earlier_record_are_its_own(look, study, smoke_data):
    row, place = study.run.table.loc[MEMBER], 1
    at = smoke_data.sel(seed=row.seed).isel(setting=row.setting, step=place)
    look.open(RUN, tab="time", member=MEMBER)
    look.press("#clock", "Home")
    look.press("#clock", "ArrowRight")
    look.has_fields(step=int(at.step))
    after = f"{int(at.step)} steps"
    look.says(
        "left-map-words",
        f"After {after} {int(at.n_mono)} of 32",
        f"task loss {float(at.task_loss):.4f}",
    )
    look.says(
        "left-scores-words",
        f"after {after}: lowest {at.score.min():.4f}",
        f"highest {at.score.max():.4f}",
    )
    look.says("left-loss-words", f"Task loss after {after}: {float(at.task_loss):.4f}")
    look.says(
        "left-who",
        f"; at the end of training: {row.n_mono} of 32",
        f"task loss {row.task_loss:.4f}",
    )
    assert look.page.locator("#left-column .data figcaption").count() == 0  # no sentence but these
    drawn = {trace["name"]: trace for trace in look.traces("left-loss")}
    np.testing.assert_allclose(
        [drawn["now"][axis] for axis in "xy"], [[at.step], [at.task_loss]], rtol=1e-6
    )


def test_the_table_below_a_picture_is_of_the_record_that_is_shown(look, study):
    past = study.member(MEMBER).history
    look.open(RUN, tab="time", member=MEMBER)
    look.page.locator("#left-loss-data summary").click()
    for key, place in (("Home", 0), ("End", len(past.step) - 1)):
        look.press("#clock", key)
        now = look.page.locator("#left-loss-data tbody tr").last
        expect(now).to_contain_text(
            f"now{past.step[place]}loss{float(f'{past.task_loss[place]:.4g}'):g}"
        )


def test_the_map_of_an_earlier_record_is_of_the_network_kept_then(look, study, smoke_data):
    member = study.member(MEMBER)
    row = study.run.table.loc[MEMBER]
    step = int(member.history.step[2])
    kept = read_member(smoke_data, int(row.seed), int(row.setting), step)
    weights, order = weights_of(kept.params), member.dashboard.order
    alone = np.maximum(weights.encoder.T @ kept.problem.embedding + weights.bias[:, None], 0)
    look.open(RUN, tab="time", member=MEMBER, step=step)
    shown = np.array(look.traces("left-map")[0]["z"])
    np.testing.assert_allclose(
        shown, np.asarray(alone)[order.neuron][:, order.feature].T, atol=1e-5
    )


def test_two_members_run_on_one_clock(look, study):
    look.open(RUN, tab="time", member=MEMBER, beside=OTHER)
    look.press("#clock", "ArrowLeft", 4)
    for side, number in (("left", MEMBER), ("right", OTHER)):
        member = study.member(number)
        assert_replays(look, side, member, len(member.history.step) - 5)
        look.says(f"{side}-who", f"Member {number} ")


def test_playing_ends_at_the_last_record(look, study):
    steps = study.member(MEMBER).history.step
    look.open(RUN, tab="time", member=MEMBER, step=steps[-4])
    look.page.click("#play")
    expect(look.page.locator("#play")).to_have_text("Pause")
    look.has_fields(step=steps[-1])
    expect(look.page.locator("#play")).to_have_text("Play")
    assert_replays(look, "left", study.member(MEMBER), len(steps) - 1)


WATCH = """() => {
    window.visited = [];
    const watch = () => {
        const step = Number(new URLSearchParams(location.search).get("step"));
        if (step !== window.visited.at(-1)) window.visited.push(step);
        requestAnimationFrame(watch);
    };
    watch();
}"""


def assert_plays(look, *steps):
    """The page goes through just these steps next."""

    def check():
        assert look.page.evaluate("window.visited")[: len(steps)] == [int(step) for step in steps]

    soon(check)


def test_playing_starts_over_where_the_last_record_is_shown(look, study):
    steps = study.member(MEMBER).history.step
    look.open(RUN, tab="time", member=MEMBER, step=steps[-1])
    look.page.evaluate(WATCH)
    look.page.keyboard.press("Space")
    assert_plays(look, steps[-1], *steps[:3])
    look.page.keyboard.press("Space")
    expect(look.page.locator("#play")).to_have_text("Play")


def test_playing_waits_for_a_picture_that_is_on_its_way(look, study):
    steps = study.member(MEMBER).history.step
    look.open(RUN, tab="time", member=MEMBER, step=steps[0])
    held = []

    def hold(route):
        is_picture = "left-map.figure" in route.request.post_data
        held.append(route) if is_picture else route.continue_()

    answers = re.compile("_dash-update-component")
    look.page.route(answers, hold)
    look.page.click("#play")
    soon(lambda: assert_ticks(look, 4))
    look.has_fields(step=steps[1])
    assert len(held) == 1
    held[0].continue_()
    look.page.unroute(answers)
    look.has_fields(step=steps[3])


def assert_ticks(look, least):
    assert (
        look.page.evaluate("window.dash_component_api.getLayout('ticker').props.n_intervals ?? 0")
        >= least
    )


def test_a_run_that_kept_only_its_last_networks_shows_favourites_before(look, known):
    member = known["signed"].member(1)
    look.open("signed", tab="time", member=1)
    assert_replays(look, "left", member, len(member.history.step) - 1)
    look.press("#clock", "ArrowLeft", 2)
    assert_replays(look, "left", member, len(member.history.step) - 3)
    traces = {trace["name"]: trace for trace in look.traces("left-map")}
    assert (len(traces["map"]["z"]), len(traces["favourites"]["x"])) == (0, 24)
    look.says("left-map-words", "only runs with --record-params all keep every map")


def assert_finds(look, member, chosen, off):
    """The page's activations and outputs are those of this input without these neurons."""
    stored, net = member.stored, member.stored.specimen
    features, is_on = amplitudes(net, chosen), ~np.isin(np.arange(net.n_neurons), off)
    (targets,) = targets_of(stored.config, stored.problem, features[None])
    whole = outcome(net, features, targets, np.ones(net.n_neurons, bool))
    found = outcome(net, features, targets, is_on)
    hidden, before = np.asarray(found.hidden), np.asarray(whole.hidden)
    look.draws(
        "activations", activation_panel(hidden, before, member.dashboard.order.neuron, is_on)
    )
    look.draws(
        "outputs",
        output_panel(*(np.asarray(v) for v in (found.outputs, whole.outputs, found.targets))),
    )
    look.says(
        "activations-words", f"{(hidden > 0).sum()} neurons fire; squared error {found.error:.4f}"
    )


def test_features_that_are_put_on_and_moved_give_what_the_network_gives(look, study):
    look.open(RUN, tab="what-if", member=MEMBER)
    member = study.member(MEMBER)
    assert_finds(look, member, {}, [])
    look.choose("lit", "3", "11")
    look.has_fields(on="3:1,11:1")
    assert_finds(look, member, {3: 1.0, 11: 1.0}, [])
    second = "#amplitudes > :nth-child(2)"
    look.press(second, "ArrowLeft", 7)
    look.has_fields(on="3:1,11:0.93")
    assert_finds(look, member, {3: 1.0, 11: 0.93}, [])
    thumb, track = (
        look.page.locator(f"{second} .dash-slider-{part}").bounding_box()
        for part in ("thumb", "track")
    )
    middle = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in (thumb, track)]
    look.page.mouse.move(*middle[0])
    look.page.mouse.down()
    look.page.mouse.move(*middle[1], steps=4)
    look.page.mouse.up()
    soon(lambda: _is_near(look.fields["on"], 0.5))
    dragged = float(look.fields["on"].rsplit(":")[-1])
    assert_finds(look, member, {3: 1.0, 11: dragged}, [])


def _is_near(on, value):
    assert abs(float(on.rsplit(":")[-1]) - value) < 0.05


def test_a_click_on_a_neuron_s_mark_switches_it_off_and_on(look, study):
    look.open(RUN, tab="what-if", member=MEMBER, on="2:1,5:0.5")
    member = study.member(MEMBER)
    first, second = (int(neuron) for neuron in member.dashboard.order.neuron[[6, 30]])
    look.click_at("activations", 6, 0)
    look.has_fields(off=first)
    assert_finds(look, member, {2: 1.0, 5: 0.5}, [first])
    look.click_at("activations", 30, 0)
    look.has_fields(off=f"{first},{second}")
    assert_finds(look, member, {2: 1.0, 5: 0.5}, [first, second])
    look.click_at("activations", 6, 0)
    look.has_fields(off=second)
    look.click_at("activations", 6, 0)
    look.has_fields(off=f"{second},{first}")


def test_neurons_are_switched_off_by_role_and_on_again_at_once(look, study):
    look.open(RUN, tab="what-if", member=MEMBER, on="2:1")
    member = study.member(MEMBER)
    role = int(np.bincount(member.dashboard.role).argmax())
    chosen = np.flatnonzero(member.dashboard.role == role).tolist()
    look.choose("off-role", ROLES[role])
    look.has_fields(off=",".join(map(str, chosen)))
    assert_finds(look, member, {2: 1.0}, chosen)
    look.says("activations-words", f"({len(chosen)} are off)")
    look.page.click("#all-on")
    look.has_fields(off=None)
    assert_finds(look, member, {2: 1.0}, [])


def test_signed_features_go_below_zero(look, known):
    look.open("signed", tab="what-if", member=1, on="4:-0.5")
    assert_finds(look, known["signed"].member(1), {4: -0.5}, [])
    look.press("#amplitudes", "Home")
    look.has_fields(on="4:-1")
    assert_finds(look, known["signed"].member(1), {4: -1.0}, [])
