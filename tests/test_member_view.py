"""The member view in a real browser, against Python's own numbers."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from playwright.sync_api import expect
from seeing import same_numbers

from toymono.analysis.dashboard_data import feature_table, neuron_table
from toymono.explorer.captions import frame_words, loss_words
from toymono.glossary import TERMS
from toymono.plots.members import loss_panel, member_map, score_panel
from toymono.plots.panels import feature_pictures, filled, neuron_pictures

MEMBER = 3
RUN = "run=demo-smoke"
MARKS = "() => document.querySelector('#left [data-name=map] .plot').layout.shapes"


def test_a_link_shows_what_python_draws_of_a_neuron_and_a_feature(anywhere, study):
    member = study.member(MEMBER)
    for neuron, feature in ((5, 7), (11, 2)):
        anywhere.go(f"{RUN}&member={MEMBER}&neuron={neuron}&feature={feature}")
        assert anywhere.page.inner_text("#neuron h2") == f"Neuron {neuron}"
        assert f"score {member.dashboard.score[neuron]:.4f}" in anywhere.page.inner_text("#neuron")
        for what, number, pictures in (
            ("neuron", neuron, neuron_pictures),
            ("feature", feature, feature_pictures),
        ):
            for name, picture in pictures(member.dashboard, member.history, number).items():
                selector = f"#{what} [data-name={name}]"
                anywhere.draws(selector, go.Figure(filled(what, name, picture)))
                assert anywhere.page.inner_text(f"{selector} h3") == picture.title


def test_the_slider_replays_the_map_as_python_draws_it(anywhere, study):
    member = study.member(MEMBER)
    shown, past = member.dashboard, member.history
    anywhere.go(f"{RUN}&member={MEMBER}")
    for record in (0, 4, len(past.step) - 1):
        with anywhere.arriving():
            anywhere.page.locator("#step").fill(str(record))
        assert anywhere.page.inner_text(".player output") == f"step {past.step[record]}"
        at = member.frame(record)
        drawn = member_map(at, shown.order, "", 1.0, role=shown.role)
        anywhere.draws("#left [data-name=map]", drawn, digits=2)
        anywhere.draws("#left [data-name=score]", score_panel(at))
        anywhere.draws("#left [data-name=loss]", loss_panel(past, record))
        captions = {"map": frame_words(at), "loss": loss_words(at)}
        captions["score"] = f"{at.n_mono} of {len(at.score)} neurons score above 0.999 after"
        for name, words in captions.items():
            assert words in anywhere.page.inner_text(f"#left [data-name={name}] figcaption")
        assert anywhere.fields["step"] == str(past.step[record])


def test_two_members_run_on_one_clock(sight, study):
    step = study.member(0).history.step[3]
    sight.go(f"{RUN}&member=0&beside=8&step={step}")
    for side, number in (("left", 0), ("right", 8)):
        member = study.member(number)
        drawn = member_map(
            member.frame(3), member.dashboard.order, "", 1.0, role=member.dashboard.role
        )
        sight.draws(f"#{side} [data-name=map]", drawn, digits=2)
        sight.says(f"#{side} h1", f"Member {number}: {member.label}")
    end = "side => document.querySelector(`#${side} .plot`).data[0].zmax"
    left, right = (sight.page.evaluate(end, side) for side in ("left", "right"))
    assert left == right > 0  # one scale of colours
    axes = """name => ["left", "right"].map(side => {
        const plot = document.querySelector(`#${side} [data-name=${name}] .plot`);
        return (plot.layout.yaxis3 ?? plot.layout.yaxis).range;
    })"""
    for name in ("map", "loss"):  # biases and losses on one axis
        for side in ("left", "right"):
            sight.drawn(f"#{side} [data-name={name}]")
        left, right = sight.page.evaluate(axes, name)
        assert left == right
    for side, other in (("left", 8), ("right", 0)):  # and the other's loss beside its own
        past = study.member(other).history
        line = sight.traces(f"#{side} [data-name=loss]")[f"member {other}"]
        same_numbers(line["y"], past.task_loss)
        sight.says(
            f"#{side} [data-name=loss] figcaption", f"Dotted: the task loss of member {other}"
        )
    sight.choose("beside", "")
    expect(sight.page.locator("#right")).to_be_hidden()


@pytest.mark.long
def test_playing_goes_through_the_records_stops_at_the_last_and_starts_over(sight, study):
    steps = study.member(MEMBER).history.step
    sight.go(f"{RUN}&member={MEMBER}&step={steps[-3]}")
    sight.page.click("#play")
    last = "s => location.hash.includes(`step=${s}`)"
    sight.page.wait_for_function(last, arg=int(steps[-1]))
    sight.page.wait_for_function("() => document.getElementById('play').textContent === 'play'")
    sight.page.locator("body").press(" ")
    sight.page.wait_for_function(last, arg=int(steps[1]))
    sight.page.click("#play")
    assert sight.page.inner_text("#play") == "play"


def test_arrow_keys_go_through_neurons_and_features_in_display_order(sight, study):
    shown = study.member(MEMBER).dashboard
    order = shown.order
    sight.go(f"{RUN}&member={MEMBER}&neuron={order.neuron[3]}")

    def press(key):
        sight.press(key)
        return [sight.fields.get(what) for what in ("neuron", "feature")]

    assert press("ArrowRight") == [str(order.neuron[4]), None]
    press("ArrowLeft")
    assert press("ArrowLeft") == [str(order.neuron[2]), None]
    favourite = int(shown.favourite[order.neuron[2]])
    assert press("ArrowDown") == [None, str(favourite)]
    after = min(list(order.feature).index(favourite) + 1, len(order.feature) - 1)
    assert press("ArrowDown") == [None, str(order.feature[after])]
    sight.page.focus("#search")
    sight.page.keyboard.press("ArrowDown")
    sight.page.keyboard.press("ArrowRight")
    assert sight.fields["feature"] == str(order.feature[after])


def test_a_click_on_a_cell_marks_it_and_opens_its_neuron_and_feature(sight, study):
    order = study.member(MEMBER).dashboard.order
    sight.go(f"{RUN}&member={MEMBER}")
    for across, down in ((4, 6), (9, 2)):
        sight.click_at("#left [data-name=map]", across, down)
        neuron, feature = int(order.neuron[across]), int(order.feature[down])
        assert (sight.fields["neuron"], sight.fields["feature"]) == (str(neuron), str(feature))
        assert sight.page.inner_text("#neuron h2") == f"Neuron {neuron}"
        lines = [(line["x0"], line["y0"]) for line in sight.page.evaluate(MARKS)]
        assert lines[:2] == [(across, 0), (0, down)]
    sight.click_at(
        "#left [data-name=map]",
        5,
        float(study.member(MEMBER).history.score[-1][order.neuron[5]]),
        "2",
    )
    assert sight.fields["neuron"] == str(order.neuron[5])
    assert "feature" not in sight.fields
    sight.page.locator("#neuron").get_by_role("button", name="close").click()
    expect(sight.page.locator("#neuron")).to_be_hidden()


def test_a_line_ends_the_neurons_that_score_above_the_threshold(sight, study):
    score = study.member(MEMBER).history.score[-1]
    for threshold in (0.2, 0.5):
        sight.go(f"{RUN}&member={MEMBER}&threshold={threshold}")
        n_above = int((score > threshold).sum())
        assert 0 < n_above < len(score)
        assert [line["x0"] for line in sight.page.evaluate(MARKS)] == [n_above - 0.5]
        words = sight.page.inner_text("#left [data-name=map] figcaption")
        assert f"Left of the dashed line neurons score above {threshold}." in words
    sight.choose("order", "bias")  # by which they stand apart
    assert sight.page.evaluate(MARKS) == []


@pytest.mark.long
def test_a_double_click_on_a_picture_returns_to_the_whole_of_it(sight):
    selector = "#left [data-name=map]"
    sight.go(f"{RUN}&member={MEMBER}")
    sight.traces(selector)
    ends = f"() => document.querySelector('{selector} .plot')._fullLayout.yaxis.range"
    is_whole = f"whole => String(({ends})()) === String(whole)"
    whole = sight.page.evaluate(ends)
    box = sight.page.locator(f"{selector} .nsewdrag").first.bounding_box()
    x, y = (box["x"] + share * box["width"] for share in (0.2, 0.6)), box["y"]
    sight.page.mouse.move(next(x), y + 0.2 * box["height"])
    sight.page.mouse.down()
    sight.page.mouse.move(next(x), y + 0.7 * box["height"], steps=5)
    sight.page.mouse.up()
    sight.page.wait_for_function(f"whole => !({is_whole})(whole)", arg=whole)
    sight.page.mouse.dblclick(box["x"] + box["width"] / 2, y + box["height"] / 2)
    sight.page.wait_for_function(is_whole, arg=whole)


def test_a_picture_is_drawn_where_it_is_on_the_screen(sight):
    sight.page.set_viewport_size({"width": 1280, "height": 500})
    sight.go(f"{RUN}&member={MEMBER}&neuron=5")
    waits = "() => document.querySelector('#neuron [data-name=training] .plot').dataset.waits"
    assert sight.page.evaluate(waits) == ""
    assert sight.traces("#neuron [data-name=training]")["score"]["y"]
    assert sight.page.evaluate(waits) is None


def test_search_finds_neurons_by_number_feature_and_role(sight, study):
    table = neuron_table(study.member(MEMBER).dashboard)
    sight.go(f"{RUN}&member={MEMBER}")
    favourite, role = int(table["favourite feature"].iloc[0]), table.role.iloc[0]
    searches = {
        "5": table.neuron == 5,
        f"Feature {favourite}": table["favourite feature"] == favourite,
        role: table.role.str.contains(role),
        "mono": table.score > 0.999,
        "": table.neuron >= 0,
    }
    for words, wanted in searches.items():
        sight.page.fill("#search", words)
        found = [int(text) for text in sight.page.locator("#neurons a").all_inner_texts()]
        assert found == table.neuron[wanted].tolist(), words
        assert sight.page.inner_text("#found") == f"{wanted.sum()} of {len(table)} neurons"
    sight.page.fill("#search", "neuron 9")
    with sight.arriving():
        sight.page.press("#search", "Enter")
    assert sight.page.inner_text("#neuron h2") == "Neuron 9"


def test_tables_are_python_s_in_the_page_and_in_their_downloads(sight, study):
    member = study.member(MEMBER)
    sight.go(f"{RUN}&member={MEMBER}")
    for name, wanted in (
        ("neurons", neuron_table(member.dashboard)),
        ("features", feature_table(member.dashboard)),
    ):
        box = sight.page.locator("#left > details").filter(has_text=f"all {name}")
        box.locator("summary").click()
        box.locator("tbody tr").first.wait_for()
        assert box.locator("tbody tr").count() == len(wanted)
        for label, read in (("CSV", pd.read_csv), ("JSON", pd.read_json)):
            with sight.page.expect_download() as download:
                box.get_by_role("button", name=label).click()
            assert (
                download.value.suggested_filename == f"demo-smoke-member-3-{name}.{label.lower()}"
            )
            found = read(download.value.path())
            pd.testing.assert_frame_equal(found, wanted, check_dtype=False, rtol=1e-5)


def test_a_row_of_all_neurons_leads_to_its_neuron_whichever_side_it_stands_on(sight, study):
    sight.go(f"{RUN}&member=0&beside={MEMBER}")
    box = sight.page.locator("#right > details").filter(has_text="all neurons")
    box.locator("summary").click()
    with sight.arriving():
        box.locator("tbody tr").nth(4).locator("td").last.click()
    wanted = neuron_table(study.member(MEMBER).dashboard).neuron[4]
    found = [sight.fields[name] for name in ("member", "beside", "neuron")]
    assert found == [str(MEMBER), "0", str(wanted)]


def test_a_download_is_named_after_its_run_and_member(sight):
    sight.go(f"{RUN}&member={MEMBER}&beside=0&neuron=5")
    names = {"#neuron [data-name=outgoing]": MEMBER, "#right [data-name=score]": 0}
    for selector, number in names.items():
        sight.drawn(selector)
        with sight.page.expect_download() as download:
            camera = f"{selector} [data-title='Download plot as a PNG']"
            sight.page.locator(camera).dispatch_event("click")
        assert download.value.suggested_filename.startswith(f"demo-smoke-member-{number}-")
        assert download.value.suggested_filename.endswith(".png")
        sight.page.locator(f"{selector} details").evaluate("box => { box.open = true }")
        name = sight.saved(selector, "CSV").suggested_filename
        assert name.startswith(f"demo-smoke-member-{number}-")


def test_words_are_explained_where_they_stand(sight):
    sight.go(f"{RUN}&member={MEMBER}&neuron=5")
    for selector in ("#left h1", "#left > p", "#neuron .sentence"):
        terms = sight.page.locator(f"{selector} .term")
        meanings = [term.get_attribute("data-means") for term in terms.all()]
        assert all(meaning in TERMS.values() for meaning in meanings)
        assert len(meanings) == len(set(meanings)) >= 1
    gain = sight.page.locator("#neuron .sentence .term", has_text="|in| |out|")
    assert gain.get_attribute("data-means") == TERMS["|in| |out|"]
    sight.page.locator("#left > details").first.locator("summary").click()
    title = sight.page.locator("#left th button", has_text="score").first.get_attribute("title")
    assert title == TERMS["score"]


def test_weights_are_shown_on_a_scale_with_zero_in_its_middle(sight, study):
    shown = study.member(MEMBER).dashboard
    sight.go(f"{RUN}&member={MEMBER}")
    for name in ("drive", "write"):
        sight.choose("shows", name)
        wanted = getattr(shown, name)[shown.order.neuron][:, shown.order.feature].T
        same_numbers(sight.traces("#left [data-name=map]")["map"]["z"], wanted, 3)
        plot = "document.querySelector('#left [data-name=map] .plot')"
        ends = sight.page.evaluate(f"() => [{plot}.data[0].zmin, {plot}.data[0].zmax]")
        assert ends[0] == -ends[1] == pytest.approx(-np.abs(wanted).max(), rel=1e-3)
        assert sight.page.locator("#play").is_disabled()


def test_neurons_come_in_another_order_and_counts_follow_the_threshold(sight, study):
    member = study.member(MEMBER)
    bias, score = member.history.bias[-1], member.history.score[-1]
    sight.go(f"{RUN}&member={MEMBER}&order=bias&threshold=0.5")
    drawn = sight.traces("#left [data-name=map]")
    assert (np.diff(np.array(drawn["score"]["x"])) == 1).all()
    order = np.argsort(-bias[member.dashboard.order.neuron], kind="stable")
    same_numbers(drawn["score"]["y"], score[member.dashboard.order.neuron][order], 5)
    sight.says(
        "#left [data-name=score] figcaption", f"{(score > 0.5).sum()} of 32 neurons score above 0.5"
    )
    assert sight.page.inner_text("#above") == "0.5"
    assert sight.page.get_attribute("#threshold", "aria-valuetext") == "0.5"


@pytest.mark.long
def test_a_run_that_kept_only_its_last_networks_shows_favourites_before(sight, known):
    member = known["signed"].member(1)
    step = member.history.step[2]
    sight.go(f"run=signed&member=1&step={step}")
    drawn = sight.traces("#left [data-name=map]")
    assert drawn["map"]["z"] == []
    features = np.asarray(member.dashboard.order.feature)[drawn["favourites"]["y"]]
    np.testing.assert_array_equal(
        features, member.history.favourite[2][member.dashboard.order.neuron]
    )
    sight.says(
        "#left [data-name=map] figcaption", "only runs with --record-params all keep every map"
    )
