"""The page in a real browser, served and from a file, against Python's own numbers."""

import shutil

import h5py
import jax.numpy as jnp
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from playwright.sync_api import expect
from seeing import Sight, explorer, same_numbers

from toymono.analysis.dashboard_data import feature_table, neuron_table
from toymono.evidence.tables import over_seeds
from toymono.explorer import server
from toymono.explorer.captions import frame_words, loss_words
from toymono.explorer.report import write_report
from toymono.explorer.stored_runs import Study, studies
from toymono.plots.members import loss_panel, member_map, score_panel
from toymono.plots.panels import feature_pictures, filled, neuron_pictures

MEMBER = 3
HOSTILE = (
    '</title></script><script>window.hurt=1</script>"><img src=x onerror=window.hurt=1>../../x'
)
RUN = "run=demo-smoke"


@pytest.fixture(scope="module")
def known(smoke_run, signed_run):
    return studies([smoke_run, signed_run])


@pytest.fixture(scope="module")
def study(known):
    return known["demo-smoke"]


@pytest.fixture(scope="module")
def served(smoke_run, signed_run):
    with pytest.MonkeyPatch.context() as patch, explorer([smoke_run, signed_run]) as address:
        patch.setattr(server, "SHIPPED", smoke_run / "no results")
        yield address


@pytest.fixture
def sight(browser_page, served):
    return Sight(browser_page, served)


@pytest.fixture(scope="module")
def file(study, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return write_report({study.name: study}, folder / "report.html", [0, MEMBER])


@pytest.fixture(params=["explorer", "report"])
def anywhere(request, browser_page):
    """The same page from a server, and from a file with the network cut."""
    if request.param == "explorer":
        return Sight(browser_page, request.getfixturevalue("served"))
    browser_page.context.set_offline(True)
    return Sight(browser_page, f"file://{request.getfixturevalue('file')}")


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
                place = f"#{what} [data-name={name}]"
                anywhere.draws(place, go.Figure(filled(what, name, picture)))
                assert anywhere.page.inner_text(f"{place} h3") == picture.title


def test_the_slider_replays_the_map_as_python_draws_it(anywhere, study):
    member = study.member(MEMBER)
    shown, past = member.dashboard, member.history
    anywhere.go(f"{RUN}&member={MEMBER}")
    for place in (0, 4, len(past.step) - 1):
        with anywhere.arriving():
            anywhere.page.locator("#step").fill(str(place))
        assert anywhere.page.inner_text(".player output") == f"step {past.step[place]}"
        at = member.frame(place)
        drawn = member_map(at, shown.order, "", 1.0, role=shown.role)
        anywhere.draws("#left [data-name=map]", drawn, digits=2)
        anywhere.draws("#left [data-name=score]", score_panel(at))
        anywhere.draws("#left [data-name=loss]", loss_panel(past, place))
        captions = {"map": frame_words(at), "loss": loss_words(at)}
        captions["score"] = f"{at.n_mono} of {len(at.score)} neurons score above 0.999 after"
        for name, words in captions.items():
            assert words in anywhere.page.inner_text(f"#left [data-name={name}] figcaption")
        assert anywhere.fields["step"] == str(past.step[place])


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
    sight.choose("beside", "")
    expect(sight.page.locator("#right")).to_be_hidden()


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
        marks = "() => document.querySelector('#left [data-name=map] .plot').layout.shapes"
        lines = [(line["x0"], line["y0"]) for line in sight.page.evaluate(marks)]
        assert lines == [(across, 0), (0, down)]
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


def test_a_table_is_sorted_by_a_click_on_a_title_and_filtered_by_words(sight, study):
    sight.go(f"{RUN}&view=sweep")
    box, losses = sight.page.locator("[data-name=members]").first, study.run.table.task_loss
    loss = box.get_by_role("button", name="task loss")
    for falls in (True, False):
        loss.click()
        first = int(box.locator("tbody a").first.inner_text())
        assert first == (losses.idxmax() if falls else losses.idxmin())
    box.get_by_role("searchbox").fill("no-such-word")
    assert box.locator("tbody tr").count() == 0


def test_the_sweep_has_a_dot_for_every_member_and_means_with_intervals(sight, study):
    table = study.run.table
    sight.go(f"{RUN}&view=sweep&x=learning_rate&y=task_loss&colour=bias_offset")
    drawn = sight.page.evaluate(
        "() => document.querySelector('[data-name=scatter] .plot').data"
        ".map(({customdata, x, y, error_y}) => ({customdata, x, y, high: error_y?.array}))"
    )
    dots = {
        m: (x, y)
        for t in drawn
        if t.get("customdata")
        for m, x, y in zip(t["customdata"], t["x"], t["y"], strict=True)
    }
    assert sorted(dots) == list(table.index)
    for member, (x, y) in dots.items():
        same_numbers([x, y], table.loc[member, ["learning_rate", "task_loss"]].tolist(), 6)
    means = over_seeds(table, ["task_loss"])
    of = sorted(
        (y, high) for t in drawn if t.get("high") for y, high in zip(t["y"], t["high"], strict=True)
    )
    wanted = sorted(zip(means.task_loss, means.task_loss_high - means.task_loss, strict=True))
    same_numbers(of, wanted, 5)


def test_a_click_on_a_dot_opens_its_member_and_lists_change_the_axes(sight, study):
    sight.go(f"{RUN}&view=sweep")
    table = study.run.table
    sight.choose("x", "mean_bias")
    sight.choose("y", "n_dead")
    assert (sight.fields["x"], sight.fields["y"]) == ("mean_bias", "n_dead")
    sight.choose("y", "task_loss")
    member = table.task_loss.idxmax()
    sight.click_at("[data-name=scatter]", table.mean_bias[member], table.task_loss[member])
    assert (sight.fields["view"], sight.fields["member"]) == ("member", str(member))
    sight.page.go_back()
    sight.says("h1", "demo-smoke")
    assert "member" not in sight.fields


def test_a_measure_that_takes_networks_apart_is_drawn_too(sight, study):
    sight.go(f"{RUN}&view=sweep&y=block_rank")
    dots = sight.page.evaluate(
        "() => document.querySelector('[data-name=scatter] .plot').data"
        ".flatMap(({customdata, y}) => (customdata ?? []).map((m, at) => [m, y[at]]))"
    )
    wanted = study.whole_table.block_rank
    assert {m: y for m, y in dots} == wanted.to_dict()
    sight.page.get_by_text("made with").click()
    expect(sight.page.get_by_role("cell", name="git_commit", exact=True)).to_be_visible()


def test_colours_stand_for_a_default_first_and_for_numbers_in_order(sight):
    sight.go(f"{RUN}&view=sweep&colour=bias_offset")
    drawn = sight.traces("[data-name=scatter]")
    colours = {name: trace["color"] for name, trace in drawn.items() if name}
    assert [colours[name] for name in sorted(colours)][:2] == ["#D55E00", "#0072B2"]
    assert all(name.startswith("offset") for name in colours)


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


def found_by_python(member, on, off=()):
    """Activations, outputs and squared error of a network with some neurons at 0."""
    net = member.stored.specimen
    features = np.zeros(net.n_features, np.float32)
    features[[*on]] = [*on.values()]
    hidden = net.hidden(features @ np.asarray(net.features).T).at[jnp.array(off, int)].set(0.0)
    outputs = np.asarray(net.readout(hidden))
    asked = np.abs(features) if net.kind.is_signed else features
    return (
        np.asarray(hidden),
        outputs,
        float(((outputs - np.asarray(net.targets) @ asked) ** 2).sum()),
    )


def test_what_if_gives_what_the_network_gives(anywhere, study):
    member = study.member(MEMBER)
    order, on, off = member.dashboard.order.neuron, {2: 0.6, 9: 1.0}, (4, 7)
    anywhere.go(f"{RUN}&view=what-if&member={MEMBER}&on=2:0.6,9:1&set=4:0,7:0")
    hidden, outputs, error = found_by_python(member, on, off)
    same_numbers(anywhere.traces("#left [data-name=activations]")["now"]["y"], hidden[order], 3)
    same_numbers(anywhere.traces("#left [data-name=outputs]")["now"]["y"], outputs, 3)
    whole = found_by_python(member, on)
    same_numbers(anywhere.traces("#left [data-name=outputs]")["unchanged"]["y"], whole[1], 3)
    told = anywhere.page.inner_text("#left > p")
    found = [
        float(words.split(",")[0].split()[0].rstrip(";."))
        for words in told.split("squared error ")[1:]
    ]
    assert found[0] == pytest.approx(error, abs=2e-3)
    added = anywhere.traces("#left [data-name=additions]")
    bars = np.add(added["positive"]["y"], added["negative"]["y"])
    weights = member.dashboard.outgoing[:, 2]
    same_numbers(bars, (hidden * weights)[order], 3)


def test_neurons_are_switched_by_click_number_and_role_and_all_at_once(sight, study):
    member = study.member(MEMBER)
    order = member.dashboard.order.neuron
    sight.go(f"{RUN}&view=what-if&member={MEMBER}&on=2:1")
    sight.click_at("#left [data-name=activations]", 5, 0)
    assert sight.fields["set"] == f"{order[5]}:0"
    sight.click_at("#left [data-name=activations]", 5, 0)
    assert "set" not in sight.fields
    role = sight.page.locator("#off-role option").nth(1).inner_text()
    sight.choose("off-role", role)
    wanted = {int(n) for n in neuron_table(member.dashboard).query("role == @role").neuron}
    assert {int(pair.split(":")[0]) for pair in sight.fields["set"].split(",")} == wanted
    with sight.arriving():
        sight.page.click("#all-on")
    assert "set" not in sight.fields
    assert sight.page.locator("#off-role").input_value() == ""
    sight.page.fill("#value", "0.7")
    with sight.arriving():
        sight.page.fill("#off", "6")
        sight.page.press("#off", "Enter")
    assert sight.fields["set"] == "6:0.7"


def test_features_are_put_on_moved_and_drawn_at_random(sight, study):
    sight.go(f"{RUN}&view=what-if&member={MEMBER}")
    with sight.arriving():
        sight.page.fill("#lit", "3")
        sight.page.press("#lit", "Enter")
    with sight.arriving():
        sight.page.get_by_role("slider", name="amplitude of feature 3").fill("0.25")
    assert sight.fields["on"] == "3:0.25"
    with sight.arriving():
        sight.page.click("#random")
    assert "3:0.25" not in sight.fields.get("on", "")
    sight.page.click("#measure")
    told = sight.page.inner_text("#sampled-loss")
    loss = float(study.member(MEMBER).history.task_loss[-1])
    assert float(told.split(": ")[1].rstrip(".")) == pytest.approx(loss, rel=0.5)


def test_signed_features_go_below_zero(sight, known):
    member = known["signed"].member(1)
    sight.go("run=signed&view=what-if&member=1&on=4:-0.5,2:1")
    assert sight.page.get_by_role("slider", name="feature 4").get_attribute("min") == "-1"
    _, outputs, _ = found_by_python(member, {4: -0.5, 2: 1.0})
    same_numbers(sight.traces("#left [data-name=outputs]")["now"]["y"], outputs, 3)
    asked = sight.traces("#left [data-name=outputs]")["asked"]
    assert dict(zip(asked["x"], asked["y"], strict=True)) == {2: 1, 4: 0.5}


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


def test_an_empty_address_opens_the_contrast(browser_page, study, tmp_path, monkeypatch):
    monkeypatch.setattr("toymono.explorer.run_data.contrast", lambda table: (MEMBER, 0))
    file = write_report({study.name: study}, tmp_path / "report.html", [0, MEMBER])
    sight = Sight(browser_page, f"file://{file}")
    sight.go()
    assert {**sight.fields, "run": ""} == {
        "view": "member",
        "run": "",
        "member": str(MEMBER),
        "beside": "0",
    }
    sight.says("#contrast", f"monosemantic neurons in member {MEMBER} and")


def test_claims_say_what_to_train_where_there_is_no_batch(sight):
    sight.go("view=claims")
    sight.says("main", "`toymono run LR1`")


def test_claims_on_stored_results_show_their_evidence(browser_page, smoke_run, request):
    with explorer([smoke_run, request.config.rootpath / "figures"]) as address:
        sight = Sight(browser_page, address)
        sight.go("view=claims")
        sight.says("#judged", "measurements can be judged")
        assert sight.page.locator("[data-name=claims] tbody tr").count() > 10


def test_every_picture_has_words_and_its_numbers(sight, study):
    for address in (f"{RUN}&view=sweep", f"{RUN}&member={MEMBER}&neuron=5&feature=3"):
        sight.go(address)
        expect(sight.page.locator("#view")).not_to_contain_text("Reading all measures")
        for picture in sight.page.locator("figure:visible").all():
            expect(picture.locator("figcaption")).not_to_be_empty()
            assert picture.locator("tbody tr").count() == 0  # until it is opened
            picture.locator("summary").click()
            picture.locator("tbody tr").nth(1).wait_for()
    values = sight.page.locator("[data-name=incoming] tbody tr td:last-child").all_inner_texts()
    same_numbers([float(v) for v in values], study.member(MEMBER).dashboard.incoming[5], 3)


@pytest.mark.parametrize("width", [420, 1280])
def test_nothing_is_wider_than_the_screen_and_every_control_has_a_name(sight, width):
    sight.page.set_viewport_size({"width": width, "height": 800})
    unnamed = """() => {
        const named = e => e.labels?.[0]?.textContent || e.ariaLabel || e.textContent;
        const kinds = "main :is(input, select, button), header select";
        const controls = document.querySelectorAll(kinds);
        return [...controls].filter(e => !named(e)).map(e => e.outerHTML);
    }"""
    for address in (
        "view=sweep",
        f"member={MEMBER}&beside=0&neuron=5",
        f"view=what-if&member={MEMBER}&on=2:1",
        "view=claims",
    ):
        sight.go(f"{RUN}&{address}")
        assert sight.page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert sight.page.evaluate(unnamed) == []


def test_the_page_is_dark_where_the_reader_s_is(sight):
    sight.page.emulate_media(color_scheme="dark")
    sight.go(f"{RUN}&member={MEMBER}")
    dark = "rgb(22, 24, 28)"
    assert sight.page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    back = "() => document.querySelector('#left [data-name=loss] .plot')._fullLayout.paper_bgcolor"
    assert sight.page.evaluate(back) == "#16181c"


def test_an_address_that_asks_for_what_is_not_there_is_answered_in_words(sight):
    for address, words in (
        (f"{RUN}&member={MEMBER}&neuron=999", "neuron 999"),
        (f"{RUN}&member=99&neuron=1", "member 99"),
        ("run=<img src=x>&member=1", "run <img src=x>"),
        ("member=__proto__", "member __proto__"),
        ("constructor=1", "constructor 1"),
        (f"{RUN}&view=nowhere", "view nowhere"),
        (f"{RUN}&y=secret", "y secret"),
        (f"{RUN}&view=what-if&member={MEMBER}&on=99:1&set=77:1", "feature 99 and no neuron 77"),
        (f"{RUN}&view=what-if&member={MEMBER}&on=3:x", "on 3:x"),
    ):
        sight.go(address)
        assert words in sight.message, address
    sight.choose("member", "0")
    assert sight.message == ""


def test_hostile_names_and_attributes_are_text_and_do_nothing(browser_page, smoke_run, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(smoke_run, folder, ignore=shutil.ignore_patterns("*.sha256"))
    (unit,) = (folder / "units").glob("*.nc")
    with h5py.File(unit, "a") as data:
        data.attrs["device"] = HOSTILE
    file = write_report({HOSTILE: Study(HOSTILE, folder)}, tmp_path / "report.html", [0])
    sight = Sight(browser_page, f"file://{file}")
    sight.go()
    assert sight.page.inner_text("h1") == HOSTILE
    assert HOSTILE in sight.page.title()
    sight.page.get_by_text("made with").click()
    sight.page.get_by_role("cell", name=HOSTILE, exact=True).wait_for()
    assert sight.page.evaluate("window.hurt") is None
    assert sight.page.locator("img").count() == 0
    sight.choose("member", "0")
    sight.page.reload()
    sight.says("#left h1", "Member 0")


def test_a_diverged_network_is_shown_without_complaint(browser_page, smoke_run, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(smoke_run, folder, ignore=shutil.ignore_patterns("*.sha256"))
    (unit,) = (folder / "units").glob("*.nc")
    with h5py.File(unit, "a") as data:
        data["diverged"][0, 0] = 1
        for name in ("encoder_kernel", "encoder_bias", "decoder_kernel"):
            data[name][-1, 0, 0] = np.nan
        for name in ("score", "bias"):
            data[name][-1, 0, 0] = np.nan
        data["loss"][0, 0, -9:] = np.nan
        data["task_loss"][-1, 0, 0] = np.nan
    file = write_report({"run": Study("run", folder)}, tmp_path / "report.html", [0, 1])
    sight = Sight(browser_page, f"file://{file}")
    for address in (
        "view=sweep",
        "member=0",
        "member=0&neuron=1&feature=1",
        "view=what-if&member=0&on=1:1",
    ):
        sight.go(f"run=run&{address}")
        assert sight.message == ""
        sight.page.locator("figure:visible summary").first.click()
    assert "1 of them diverged" in file.read_text()


def test_the_page_may_ask_no_one_and_offers_no_upload(anywhere):
    anywhere.go(f"{RUN}&view=sweep")
    page = anywhere.page
    assert page.locator(".modebar-btn").count() > 0
    uploads = ".modebar-btn[data-title*='hare' i], .modebar-btn[data-title*='cloud' i]"
    assert page.locator(uploads).count() == 0
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert policy.startswith("default-src 'none'; script-src '")
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    words = page.locator(".term").first
    words.focus()
    assert "one trained network" in words.get_attribute("data-means")
