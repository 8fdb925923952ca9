"""The explorer as a whole: links, what is not there, hostile names, narrow screens."""

import pytest
from conftest import HOSTILE_NAME
from exploring import soon
from playwright.sync_api import expect

RUN = "demo-smoke"
TABS = ("sweep", "member", "time", "what-if", "claims")
LINK = {
    "tab": "what-if",
    "member": 4,
    "beside": 13,
    "step": 96,
    "neuron": 7,
    "feature": 11,
    "x": "learning_rate",
    "y": "mean_bias",
    "colour": "bias_offset",
    "quantity": "write",
    "on": "1:0.25,3:1",
    "off": "4,7",
}


def show(look, tab):
    look.page.locator(f".tab:nth-child({TABS.index(tab) + 1})").click()
    expect(look.page.locator(f"#{tab}-body")).to_be_visible()


def test_a_link_with_every_field_opens_just_that_view_and_stays_as_it_was(look, known):
    look.open(RUN, **LINK)
    study = known[RUN]
    assert look.fields == {"run": RUN, **{name: str(value) for name, value in LINK.items()}}
    for name in ("member", "beside"):
        look.says(name, f"{LINK[name]}: {study.labels[LINK[name]]}")
    assert look.page.locator("#lit .dash-dropdown-value-item").all_inner_texts() == ["1", "3"]
    assert look.page.locator("#off .dash-dropdown-value-item").all_inner_texts() == ["4", "7"]
    values = look.page.locator("#amplitudes [role=slider]").evaluate_all(
        "all => all.map(one => one.ariaValueNow)"
    )
    assert values == ["0.25", "1"]
    show(look, "member")
    assert look.page.locator("#quantity [value=write]").is_checked()
    assert [look.page.input_value(f"#{name}") for name in ("neuron", "feature")] == ["7", "11"]
    look.says("neuron-words", "Neuron 7:")
    show(look, "time")
    look.says("left-map-words", "After 96 steps")
    look.says("right-map-words", "After 96 steps")
    show(look, "sweep")
    for name, title in (
        ("x", "learning rate"),
        ("y", "mean bias"),
        ("colour", "initial bias offset"),
    ):
        look.says(name, title)
    look.has_fields(**{**LINK, "tab": None})
    assert look.complaints() == set()


def test_going_back_shows_the_view_before(look, known):
    member = known[RUN].member(4)
    order = member.dashboard.order.neuron
    look.open(RUN, tab="member", member=4, neuron=int(order[0]))
    look.page.click("#neuron-after")
    look.says("neuron-words", f"Neuron {order[1]}:")
    show(look, "time")
    look.has_fields(tab="time")
    look.page.go_back()
    expect(look.page.locator("#member-body")).to_be_visible()
    look.has_fields(tab="member", neuron=order[1])
    look.page.go_back()
    look.says("neuron-words", f"Neuron {order[0]}:")
    look.has_fields(neuron=order[0])
    look.page.go_forward()
    look.says("neuron-words", f"Neuron {order[1]}:")


def test_going_back_to_another_run_keeps_who_stood_beside(look):
    look.open(RUN, member=4, beside=13)
    look.choose("run", "signed")
    look.has_fields(run="signed", member=None, beside=None)
    look.says("member", "0: seed 4")
    look.page.go_back()
    look.says("beside", "13: ")
    look.has_fields(run=RUN, member=4, beside=13)


ASKED = (
    ({"run": "../../etc"}, "run must be one of demo-smoke, signed"),
    ({"member": 999}, "member must be a whole number from 0 to 17, but is 999"),
    ({"tab": "time", "step": "x"}, "step must be a whole number, but is 'x'"),
    ({"tab": "what-if", "on": "1:7"}, "amplitude must be from 0 to 1, but is 7"),
    ({"x": "__class__"}, "x must be a setting or a measure"),
)
ASKED_TOO = (
    ({"run": "nobody"}, "run must be one of demo-smoke, signed"),
    ({"member": "__proto__"}, "member must be a whole number, but is '__proto__'"),
    ({"tab": "member", "neuron": -1}, "neuron must be a whole number from 0 to 31, but is -1"),
    ({"tab": "member", "feature": 16}, "feature must be a whole number from 0 to 15, but is 16"),
    ({"tab": "member", "quantity": "evil"}, "quantity must be one of responses, drive, write"),
    ({"tab": "time", "beside": 999}, "member must be a whole number from 0 to 17, but is 999"),
    ({"tab": "what-if", "on": "a:NaN"}, "on must be features with amplitudes"),
    ({"tab": "what-if", "on": "99:1"}, "feature must be a whole number from 0 to 15, but is 99"),
    ({"tab": "what-if", "off": "40"}, "off must be whole numbers from 0 to 31, but is 40"),
    ({"y": "evil"}, "y must be a setting or a measure"),
    ({"tab": "evil"}, "tab must be one of sweep, member"),
)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [*ASKED, *(pytest.param(*each, marks=pytest.mark.long) for each in ASKED_TOO)],
)
def test_an_address_that_asks_for_what_is_not_there_is_answered_in_one_sentence(look, fields, rule):
    told = {"run": RUN, **fields}
    look.page.goto(
        look.server.address + "?" + "&".join(f"{name}={value}" for name, value in told.items())
    )
    expect(look.page.locator(".message:visible", has_text=rule).first).to_be_visible()
    look.page.wait_for_load_state("networkidle")
    (sentence,) = look.complaints()
    assert sentence.startswith(f"Cannot be shown: {rule}")
    look.has_fields(**told)  # nothing that was asked for is dropped without a word
    assert "Traceback" not in sentence
    assert "\n" not in sentence


def test_a_page_with_a_bad_address_goes_on_with_what_is_chosen_next(look, known):
    look.page.goto(f"{look.server.address}?run={RUN}&member=999")
    expect(look.page.locator(".message:visible").first).to_be_visible()
    look.choose("member", f"2: {known[RUN].labels[2]}")
    look.has_fields(member=2)
    look.says("scatter-words", "Member 2 ")
    look.page.wait_for_load_state("networkidle")
    assert look.complaints() == set()


def test_a_hostile_run_name_is_text_and_nothing_runs(look, known):
    look.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    for tab in ("sweep", "member", "time", "what-if"):
        look.open(HOSTILE_NAME, tab=tab, member=2, neuron=1)
        assert look.page.inner_text("#run-value") == HOSTILE_NAME
        assert look.page.locator("img").count() == 0
    look.says("activations-words", "neurons fire")
    look.page.goto(f"{look.server.address}?run=%3Cimg src=y onerror=alert(2)%3E")
    expect(look.page.locator(".message:visible").first).to_contain_text(
        "<img src=y onerror=alert(2)>"
    )
    assert look.page.locator("img").count() == 0


def test_no_button_sends_a_picture_elsewhere(look):
    for tab in ("sweep", "member", "time", "what-if"):
        look.open(RUN, tab=tab, member=4, beside=5, neuron=1, feature=1)
        titles = look.page.locator(".modebar-btn").evaluate_all(
            "all => all.map(one => one.dataset.title ?? '')"
        )
        assert len(titles) > 5
        assert not [
            title for title in titles if "share" in title.lower() or "cloud" in title.lower()
        ]
        assert look.page.locator("a[href*='plot.ly'], a[href*='plotly']").count() == 0


def test_no_tab_is_wider_than_a_narrow_screen(look):
    look.page.set_viewport_size({"width": 420, "height": 800})
    look.open(RUN, member=4, beside=5, neuron=1, feature=1, on="1:0.5,2:1")
    for tab in TABS:
        show(look, tab)
        look.page.wait_for_load_state("networkidle")
        soon(lambda: _is_narrow(look.page))


def _is_narrow(page):
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 420, f"{width} pixels"
