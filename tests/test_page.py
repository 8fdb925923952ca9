"""The page as a whole in a real browser: addresses, hostile names, widths, claims, the contrast."""

import shutil

import h5py
import numpy as np
import pytest
from playwright.sync_api import expect
from seeing import Sight, same_numbers, sight_of

from toymono.explorer.report import write_report
from toymono.explorer.stored_runs import Study

MEMBER = 3
HOSTILE = (
    '</title></script><script>window.hurt=1</script>"><img src=x onerror=window.hurt=1>../../x'
)
RUN = "run=demo-smoke"


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


@pytest.mark.parametrize("view", ["sweep", "member", "geometry", "what-if", "claims"])
def test_a_tab_opens_its_view_and_keeps_the_members(anywhere, view):
    other = "geometry" if view == "member" else "member"
    anywhere.go(f"{RUN}&view={other}&member={MEMBER}&beside=0")
    with anywhere.arriving():
        anywhere.page.click(f'#tabs a[href*="view={view}&"]')
    wanted = {"run": "demo-smoke", "view": view, "member": str(MEMBER), "beside": "0"}
    assert anywhere.fields == wanted
    assert anywhere.page.locator('#tabs [aria-current="page"]').count() == 1
    assert anywhere.page.get_attribute(f'#tabs a[href*="view={view}&"]', "aria-current") == "page"


def test_a_view_cannot_be_used_before_its_network_is_there(browser_page, served):
    held = []
    browser_page.route("**/piece/member-*", lambda route: held.append(route))
    with browser_page.expect_request("**/piece/member-*"):
        browser_page.goto(f"{served}#{RUN}&view=member&member={MEMBER}")
    expect(browser_page.locator("#search")).to_be_visible()
    assert browser_page.evaluate("document.getElementById('view').inert")
    for route in held:
        route.continue_()
    expect(browser_page.locator("#found")).to_contain_text("of 32 neurons")
    expect(browser_page.locator("#view")).not_to_have_attribute("inert", "")


def test_claims_say_what_to_train_where_there_is_no_batch(sight):
    sight.go("view=claims")
    sight.says("main", "`toymono run LR1`")


@pytest.mark.long
def test_claims_on_stored_results_show_their_evidence(browser_opened, smoke_run, request):
    with sight_of([smoke_run, request.config.rootpath / "figures"], browser_opened) as sight:
        sight.go("view=claims")
        sight.says("#judged", "measurements can be judged")
        assert sight.page.locator("[data-name=claims] tbody tr").count() > 10


def test_every_picture_has_words_and_its_numbers(sight, study):
    for address in (
        f"{RUN}&view=geometry&member={MEMBER}",
        f"{RUN}&view=sweep",
        f"{RUN}&member={MEMBER}&neuron=5&feature=3",
    ):
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
        f"view=geometry&member={MEMBER}&beside=0&feature=1",
        "view=claims",
    ):
        sight.go(f"{RUN}&{address}")
        assert sight.page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert sight.page.evaluate(unnamed) == []


def test_the_page_is_dark_where_the_reader_s_is(browser_page, served):
    browser_page.emulate_media(color_scheme="dark")
    sight = Sight(browser_page, served)
    sight.go(f"{RUN}&member={MEMBER}")
    dark = "rgb(22, 24, 28)"
    assert sight.page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    sight.traces("#left [data-name=loss]")
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


@pytest.mark.long
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
