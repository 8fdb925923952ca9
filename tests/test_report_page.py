"""The report in a real browser, from disk and with the network cut."""

import shutil
import time

import h5py
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from toymono.analysis.dashboard_data import feature_table, frame, neuron_table
from toymono.explorer.captions import frame_words, loss_words, score_words
from toymono.explorer.report import write_report
from toymono.explorer.stored_runs import Study
from toymono.plots.members import loss_panel, member_map, score_panel
from toymono.plots.panels import feature_pictures, filled, neuron_pictures

MEMBER = 3
HOSTILE = (
    '</title></script><script>window.hurt=1</script>"><img src=x onerror=window.hurt=1>../../x'
)
DRAWN = """name => {
    const rows = z => Array.from(z ?? [], row => Array.from(row));
    const {data} = document.querySelector(`[data-name="${name}"] .plot`);
    return data.map(({name, x, y, z}) =>
        ({name, x: Array.from(x ?? []), y: Array.from(y ?? []), z: rows(z)}));
}"""


@pytest.fixture(scope="module")
def study(smoke_run):
    return Study("demo-smoke", smoke_run)


@pytest.fixture(scope="module")
def report(study, tmp_path_factory):
    return write_report(
        {study.name: study}, tmp_path_factory.mktemp("report") / "report.html", [0, MEMBER]
    )


@pytest.fixture
def page(browser_page):
    browser_page.context.set_offline(True)
    # what it waits for must be a function: an expression is evaluated anew, which the page forbids
    return browser_page


def open_at(page, file, address=""):
    page.goto(f"file://{file}#{address}")
    page.wait_for_selector(".plot .main-svg")


def neuron_address(neuron):
    return f"run=demo-smoke&member={MEMBER}&neuron={neuron}"


def assert_draws(page, name, figure, digits=4):
    """The page's picture has the traces that Python draws, to the digits that the report keeps."""
    drawn = {trace["name"]: trace for trace in page.evaluate(DRAWN, name)}
    for trace in figure.data:
        for axis in ("x", "y", "z"):
            wanted = trace[axis] if axis in trace and trace[axis] is not None else []
            found = np.asarray(drawn[trace.name][axis], float)
            np.testing.assert_allclose(
                found, np.asarray(wanted, float), atol=10.0**-digits, err_msg=f"{name} {trace.name}"
            )


def saved(page, place, label):
    with page.expect_download() as download:
        page.locator(place).get_by_role("button", name=label).click()
    return download.value


def test_a_neuron_s_link_shows_what_python_draws_of_it(page, report, study):
    member = study.member(MEMBER)
    for neuron in (5, 11):
        open_at(page, report, neuron_address(neuron))
        page.wait_for_function(
            "n => document.querySelector('h1').textContent === `Neuron ${n}`", arg=neuron
        )
        assert f"score {member.dashboard.score[neuron]:.4f}" in page.inner_text("#sentence")
        for name, picture in neuron_pictures(member.dashboard, member.history, neuron).items():
            assert_draws(page, name, go.Figure(filled("neuron", name, picture)))
            assert page.inner_text(f"[data-name={name}] h3") == picture.title


def test_a_feature_s_link_shows_what_python_draws_of_it(page, report, study):
    member = study.member(MEMBER)
    open_at(page, report, f"run=demo-smoke&member={MEMBER}&feature=7")
    for name, picture in feature_pictures(member.dashboard, member.history, 7).items():
        assert_draws(page, name, go.Figure(filled("feature", name, picture)))
        assert page.inner_text(f"[data-name={name}] h3") == picture.title


def test_the_slider_replays_the_map_as_python_draws_it(page, report, study):
    member = study.member(MEMBER)
    shown, past = member.dashboard, member.history
    open_at(page, report, f"run=demo-smoke&member={MEMBER}")
    last = len(past.step) - 1
    for place in (last, 0, 4):
        page.locator("#step").fill(str(place))
        assert page.inner_text(".player output") == f"step {past.step[place]}"
        at = member.frame(place)
        assert_draws(page, "map", member_map(at, shown.order, "", 1.0, role=shown.role), digits=2)
        assert_draws(page, "score", score_panel(at))
        assert_draws(page, "loss", loss_panel(past, place))
        for name, of in (("map", frame_words), ("score", score_words), ("loss", loss_words)):
            assert page.inner_text(f"[data-name={name}] figcaption") == of(at)
        assert page.inner_text("[data-name=loss] h3") == "Loss"
    assert f"step={past.step[4]}" in page.url
    assert frame(past, 4, None).step == past.step[4]


def test_playing_goes_through_the_records_and_stops_at_the_last(page, report, study):
    steps = study.member(MEMBER).history.step
    open_at(page, report, f"run=demo-smoke&member={MEMBER}&step={steps[-3]}")
    page.click("#play")
    page.wait_for_function("s => location.hash.includes(`step=${s}`)", arg=int(steps[-1]))
    page.wait_for_function("() => document.getElementById('play').textContent === 'play'")


def test_arrow_keys_go_through_neurons_and_features_in_display_order(page, report, study):
    order = study.member(MEMBER).dashboard.order
    open_at(page, report, neuron_address(int(order.neuron[3])))

    def press(key):
        page.keyboard.press(key)
        return page.inner_text("h1")

    assert press("ArrowRight") == f"Neuron {order.neuron[4]}"
    assert [press("ArrowLeft"), press("ArrowLeft")] == [f"Neuron {order.neuron[n]}" for n in (3, 2)]
    favourite = int(study.member(MEMBER).dashboard.favourite[order.neuron[2]])
    assert press("ArrowDown") == f"Feature {favourite}"
    place = list(order.feature).index(favourite)
    assert press("ArrowDown") == f"Feature {order.feature[min(place + 1, len(order.feature) - 1)]}"
    before = page.inner_text("h1")
    page.focus("#search")
    assert [press("ArrowRight"), press("ArrowDown")] == [before, before]


def test_a_click_on_the_map_opens_its_neuron(page, report, study):
    open_at(page, report, f"run=demo-smoke&member={MEMBER}")
    page.locator("[data-name=map] .nsewdrag").first.click()
    page.wait_for_function("() => location.hash.includes('neuron=')")
    order = study.member(MEMBER).dashboard.order.neuron
    middle = [int(neuron) for neuron in order[len(order) // 2 - 1 : len(order) // 2 + 1]]
    assert page.inner_text("h1") in [f"Neuron {neuron}" for neuron in middle]


def test_search_finds_neurons_by_number_feature_and_role(page, report, study):
    member = study.member(MEMBER)
    table = neuron_table(member.dashboard)
    open_at(page, report, f"run=demo-smoke&member={MEMBER}")
    favourite, role = int(table["favourite feature"].iloc[0]), table.role.iloc[0]
    searches = {
        "5": table.neuron == 5,
        f"Feature {favourite}": table["favourite feature"] == favourite,
        role: table.role.str.contains(role),
        "mono": table.score > 0.999,
        "": table.neuron >= 0,
    }
    for words, wanted in searches.items():
        page.fill("#search", words)
        found = [int(text) for text in page.locator("#neurons a").all_inner_texts()]
        assert found == table.neuron[wanted].tolist(), words
        assert page.inner_text("#found") == f"{wanted.sum()} of {len(table)} neurons"
    page.fill("#search", "neuron 9")
    page.press("#search", "Enter")
    page.wait_for_function("() => document.querySelector('h1').textContent === 'Neuron 9'")


def test_tables_come_out_as_csv_and_json_with_python_s_numbers(page, report, study, tmp_path):
    member = study.member(MEMBER)
    open_at(page, report)
    members = saved(page, "section[data-name=members]", "CSV")
    assert members.suggested_filename == "members.csv"
    found = pd.read_csv(members.path())
    assert found.member.tolist() == list(study.whole_table.index)
    np.testing.assert_allclose(found.task_loss, study.whole_table.task_loss, rtol=1e-6)
    open_at(page, report, f"run=demo-smoke&member={MEMBER}")
    for name, wanted in (
        ("neurons", neuron_table(member.dashboard)),
        ("features", feature_table(member.dashboard)),
    ):
        box = page.locator("#view > details").filter(has_text=name)
        box.locator("summary").click()
        box.locator("tbody tr").first.wait_for()
        assert box.locator("tbody tr").count() == len(wanted)
        for label, read in (("CSV", pd.read_csv), ("JSON", pd.read_json)):
            with page.expect_download() as download:
                box.get_by_role("button", name=label).click()
            pd.testing.assert_frame_equal(
                read(download.value.path()), wanted, check_dtype=False, rtol=1e-6
            )


def test_every_picture_has_words_and_its_numbers(page, report, study):
    for address in ("", f"run=demo-smoke&member={MEMBER}", neuron_address(5)):
        open_at(page, report, address)
        page.wait_for_timeout(100)
        for picture in page.locator("figure").all():
            assert len(picture.locator("figcaption").inner_text()) > 10
            assert picture.locator("tbody tr").count() == 0  # until it is opened
            picture.locator("summary").click()
            picture.locator("tbody tr").nth(1).wait_for()
    values = page.locator("[data-name=incoming] tbody tr td:last-child").all_inner_texts()
    np.testing.assert_allclose(
        np.array(values, float), study.member(MEMBER).dashboard.incoming[5], rtol=1e-3, atol=1e-4
    )


@pytest.mark.parametrize("width", [420, 1280])
def test_nothing_is_wider_than_the_screen(page, report, width):
    page.set_viewport_size({"width": width, "height": 800})
    for address in ("", f"run=demo-smoke&member={MEMBER}", neuron_address(5)):
        open_at(page, report, address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_address_that_the_report_does_not_hold_is_said_in_words(page, report):
    for address, words in (
        (f"run=demo-smoke&member={MEMBER}&neuron=999", "neuron 999"),
        ("run=demo-smoke&member=17&neuron=1", "member 17"),
        ("run=<img src=x>&member=1", "run <img src=x>"),
        ("member=__proto__", "member __proto__"),
    ):
        open_at(page, report, address)
        page.wait_for_function(
            "w => document.getElementById('message').textContent.includes(w)", arg=words
        )


def test_hostile_names_and_attributes_are_text_and_do_nothing(page, smoke_run, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(smoke_run, folder, ignore=shutil.ignore_patterns("*.sha256"))
    (unit,) = (folder / "units").glob("*.nc")
    with h5py.File(unit, "a") as data:
        data.attrs["device"] = HOSTILE
    file = write_report({HOSTILE: Study(HOSTILE, folder)}, tmp_path / "report.html", [0])
    open_at(page, file)
    assert page.inner_text("h1") == HOSTILE
    assert HOSTILE in page.title()
    page.get_by_text("made with").click()
    page.get_by_role("cell", name=HOSTILE, exact=True).wait_for()
    assert page.evaluate("window.hurt") is None
    assert page.locator("img").count() == 0
    page.locator("#member").select_option("0")
    page.wait_for_function("() => document.querySelector('h1').textContent.startsWith('Member 0')")
    page.reload()
    assert page.inner_text("h1").startswith("Member 0")


def test_a_diverged_network_is_shown_without_complaint(page, smoke_run, tmp_path):
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
    for address in (
        "",
        "run=run&member=0",
        "run=run&member=0&neuron=1",
        "run=run&member=0&feature=1",
    ):
        open_at(page, file, address)
        page.locator("figure summary").first.click()
    assert "1 of them diverged" in file.read_text()


def test_the_page_may_ask_no_one_and_offers_no_upload(page, report):
    open_at(page, report)
    assert page.locator(".modebar-btn").count() > 0
    assert (
        page.locator(
            ".modebar-btn[data-title*='hare' i], .modebar-btn[data-title*='cloud' i]"
        ).count()
        == 0
    )
    policy = page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert "; ".join(part.strip() for part in policy.split(";")).startswith(
        "default-src 'none'; script-src 'sha256-"
    )
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]


def test_a_neuron_s_page_comes_at_once(page, report):
    open_at(page, report, neuron_address(5))
    started = time.perf_counter()
    page.keyboard.press("ArrowRight")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    assert time.perf_counter() - started < 3
