"""The explorer's sweep and member in a real browser: what the page holds against what Python finds
in the run.
"""

import numpy as np
import pandas as pd
import pytest
from exploring import same_numbers, soon
from playwright.sync_api import expect

from toymono.analysis.dashboard_data import ROLES, feature_table, neuron_table
from toymono.evidence.tables import brief
from toymono.plots.members import member_map
from toymono.plots.panels import feature_pictures, neuron_pictures

RUN, MEMBER = "demo-smoke", 4


@pytest.fixture
def study(known):
    return known[RUN]


@pytest.fixture
def member(study):
    return study.member(MEMBER)


def members_drawn(look):
    """Place and member of every small dot of the scatter."""
    dots = [t for t in look.traces("scatter") if t["customdata"]]
    return {
        m: (x, y) for t in dots for m, x, y in zip(t["customdata"], t["x"], t["y"], strict=True)
    }


def assert_scatters(look, table, x, y):
    def check():
        drawn = members_drawn(look)
        wanted = table[~table.diverged]
        assert sorted(drawn) == [*wanted.index]
        same_numbers([drawn[m] for m in wanted.index], wanted[[x, y]], told=f"{y} against {x}")

    soon(check)


def assert_names(look, wanted):
    assert [trace["name"] for trace in look.traces("scatter") if trace["name"]] == wanted


def test_the_first_view_has_a_dot_for_every_member(look, study):
    look.page.goto(look.server.address)
    look.page.wait_for_selector("#scatter .main-svg")
    assert_scatters(look, study.run.table, "mono_per_feature", "task_loss")
    look.has_fields(run=RUN)
    look.says("member", f"0: {study.labels[0]}")


def test_a_click_on_a_dot_selects_its_member(look, study):
    look.open(RUN, x="mean_bias")
    table = study.run.table
    chosen, other = int(table.mean_bias.idxmin()), int(table.mean_bias.idxmax())
    look.click_at("scatter", table.mean_bias[chosen], table.task_loss[chosen])
    look.has_fields(member=chosen, beside=None)
    look.says("member", f"{chosen}: {study.labels[chosen]}")
    look.page.locator("#picks [value=beside]").check()
    look.click_at("scatter", table.mean_bias[other], table.task_loss[other])
    look.has_fields(member=chosen, beside=other)
    look.says("beside", f"{other}: {study.labels[other]}")
    look.says("scatter-words", f"Member {chosen} ", f"Member {other} ")


def test_axes_and_colours_follow_their_lists(look, study):
    look.open(RUN)
    look.choose("x", "learning rate (peak)")
    look.choose("y", "mean bias")
    assert_scatters(look, study.run.table, "learning_rate", "mean_bias")
    look.has_fields(x="learning_rate", y="mean_bias", colour=None)
    look.choose("colour", "learning rate (peak)")
    look.has_fields(colour="learning_rate")
    rates = sorted(study.run.table.learning_rate.unique())
    soon(lambda: assert_names(look, [f"lr {rate:g}" for rate in rates]))


@pytest.mark.long
def test_a_measure_that_takes_networks_apart_is_drawn(look, study):
    look.open(RUN, x="bias_offset")
    look.choose("y", "rank of the linear block")
    assert_scatters(look, study.whole_table, "bias_offset", "block_rank")
    look.open(RUN, colour="n_linear")
    ranks = sorted(study.whole_table.n_linear.unique())
    soon(lambda: assert_names(look, [f"n_linear {rank}" for rank in ranks]))


def test_a_click_on_a_cell_opens_the_neuron_and_the_feature_that_lie_there(look, member):
    look.open(RUN, tab="member", member=MEMBER)
    order = member.dashboard.order
    for place in ((0, 0), (5, 11), (31, 15), (17, 3)):
        neuron, feature = int(order.neuron[place[0]]), int(order.feature[place[1]])
        look.click_at("map", *place)
        look.has_fields(neuron=neuron, feature=feature)
        assert_told(look, member.dashboard, neuron, feature)


def assert_told(look, shown, neuron, feature):
    """The words on this neuron and this feature have Python's numbers."""
    numbers = (
        f"score {shown.score[neuron]:.4f}",
        f"bias {shown.bias[neuron]:.4f}",
        ROLES[shown.role[neuron]],
    )
    favourite = shown.favourite[neuron]
    most = f"feature {favourite} most ({shown.responses[neuron, favourite]:.4f})"
    look.says("neuron-words", f"Neuron {neuron}:", *numbers, most)
    strongest, answer = shown.responses[:, feature].argmax(), shown.answers[-1, feature]
    look.says(
        "feature-words",
        f"Feature {feature}:",
        f"neuron {strongest} answers it most",
        f"as {answer:.3f} at strength",
    )
    assert [look.page.input_value(f"#{what}") for what in ("neuron", "feature")] == [
        str(neuron),
        str(feature),
    ]


def test_a_click_under_the_map_opens_the_neuron_alone(look, member):
    look.open(RUN, tab="member", member=MEMBER)
    neuron = int(member.dashboard.order.neuron[20])
    look.click_at("map", 20, member.dashboard.score[neuron], axes="2")
    look.has_fields(neuron=neuron, feature=None)


def test_the_pictures_of_a_neuron_and_a_feature_are_python_s(look, member):
    look.open(RUN, tab="member", member=MEMBER, neuron=9, feature=2)
    pictures = {"neuron": neuron_pictures, "feature": feature_pictures}
    for what, number in (("neuron", 9), ("feature", 2)):
        for name, picture in pictures[what](member.dashboard, member.history, number).items():

            def check(id=f"{what}-{name}", picture=picture):
                drawn = {trace["name"]: trace for trace in look.traces(id)}
                for trace, wanted in picture.traces.items():
                    for axis in ("x", "y"):
                        same_numbers(drawn[trace][axis], wanted[axis], told=f"{id} {trace} {axis}")

            soon(check)


def test_arrow_keys_go_through_neurons_and_features_in_display_order(look, member):
    order = member.dashboard.order
    first, start = int(order.neuron[0]), int(order.feature[3])
    look.open(RUN, tab="member", member=MEMBER, neuron=first, feature=start)
    for key, neuron, feature in (
        ("ArrowRight", 1, 3),
        ("ArrowRight", 2, 3),
        ("ArrowLeft", 1, 3),
        ("ArrowDown", 1, 4),
        ("ArrowUp", 1, 3),
    ):
        look.page.keyboard.press(key)
        look.has_fields(neuron=order.neuron[neuron], feature=order.feature[feature])
    look.page.click("#neuron-before")
    look.page.click("#neuron-before")  # around the end
    look.has_fields(neuron=order.neuron[-1])


def test_a_click_on_the_name_of_a_stepper_or_a_choice_changes_nothing(look, member):
    neuron = int(member.dashboard.order.neuron[5])
    look.open(RUN, tab="member", member=MEMBER, neuron=neuron, quantity="write")
    for name in ("neuron", "feature", "colours show"):
        look.page.locator("#member-body .choice > span").get_by_text(name, exact=True).click()
    look.page.click("#neuron-after")
    look.has_fields(neuron=member.dashboard.order.neuron[6], feature=None, quantity="write")


def test_arrow_keys_stay_in_an_input_that_is_being_typed_in(look, member):
    order = member.dashboard.order.neuron
    look.open(RUN, tab="member", member=MEMBER, neuron=int(order[5]))
    look.page.focus("#neuron")
    for key in ("ArrowRight", "ArrowLeft", "ArrowRight"):
        look.page.keyboard.press(key)
    look.page.evaluate("document.activeElement.blur()")
    look.page.keyboard.press("ArrowRight")
    look.has_fields(neuron=order[6])


def test_weights_are_shown_on_a_scale_with_zero_in_its_middle(look, member):
    look.open(RUN, tab="member", member=MEMBER)
    shown, now = member.dashboard, member.frame(len(member.history.step) - 1)
    for quantity in ("drive", "write"):
        look.page.locator(f"#quantity [value={quantity}]").check()
        look.has_fields(quantity=quantity)
        values = getattr(shown, quantity)
        look.draws(
            "map",
            member_map(now._replace(values=values), shown.order, "", 1.0, quantity, shown.role),
        )
        plot = "document.querySelector('#map .js-plotly-plot')"
        scale = f"(({{zmin, zmax}}) => [zmin, zmax])({plot}.data[0])"
        top = np.abs(values).max()
        np.testing.assert_allclose(look.page.evaluate(scale), [-top, top], rtol=1e-6)


def test_tables_are_python_s_in_the_page_and_in_their_download(look, study, member):
    look.open(RUN)
    wanted = brief(study.run.table).reset_index()
    pd.testing.assert_frame_equal(
        pd.read_csv(look.saved("members", "All members")), wanted, check_dtype=False
    )
    expect(look.page.locator("#members tbody tr")).to_have_count(len(wanted))
    look.open(RUN, tab="member", member=MEMBER)
    for name, table in (("neurons", neuron_table), ("features", feature_table)):
        found = pd.read_csv(look.saved(name, f"All {name}"))
        pd.testing.assert_frame_equal(found, table(member.dashboard), check_dtype=False, rtol=1e-5)
    roles = look.page.locator("#neurons tbody tr td:last-child").all_inner_texts()
    assert roles == neuron_table(member.dashboard).role.tolist()


def test_an_open_table_follows_the_member(look, study):
    look.open(RUN, tab="member", member=MEMBER)
    look.saved("neurons", "All neurons")
    look.choose("member", f"7: {study.labels[7]}")
    wanted = [str(n) for n in neuron_table(study.member(7).dashboard).neuron]
    cells = look.page.locator("#neurons tbody tr td:first-child")
    expect(cells).to_have_text(wanted)


def test_a_run_without_a_batch_of_the_paper_has_no_claim_and_says_so(look):
    look.page.goto(f"{look.server.address}?tab=claims")
    look.says("claims-told", "No claim has a measurement on these runs")
    expect(look.page.locator("#evidence")).to_be_hidden()
