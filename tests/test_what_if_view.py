"""The what-if view in a real browser: what the page computes is what the network gives."""

import jax.numpy as jnp
import numpy as np
import pytest
from seeing import same_numbers

from toymono.analysis.dashboard_data import neuron_table

MEMBER = 3
RUN = "run=demo-smoke"


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
    text = anywhere.page.inner_text("#left > p")
    found = [
        float(words.split(",")[0].split()[0].rstrip(";."))
        for words in text.split("squared error ")[1:]
    ]
    assert found[0] == pytest.approx(error, abs=2e-3)
    added = anywhere.traces("#left [data-name=additions]")
    bars = np.add(added["positive"]["y"], added["negative"]["y"])
    weights = member.dashboard.outgoing[:, 2]
    same_numbers(bars, (hidden * weights)[order], 3)


@pytest.mark.long
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


def test_two_members_answer_on_one_axis(sight):
    sight.go(f"{RUN}&view=what-if&member={MEMBER}&beside=0&on=2:1")
    for name in ("activations", "outputs", "additions"):
        ends = [
            sight.page.evaluate(
                "selector => document.querySelector(`${selector} .plot`).layout.yaxis.range",
                f"#{side} [data-name={name}]",
            )
            for side in ("left", "right")
            if sight.drawn(f"#{side} [data-name={name}]") is None
        ]
        assert ends[0] == ends[1]
        assert ends[0][0] < 0 < ends[0][1]


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
    text = sight.page.inner_text("#sampled-loss")
    loss = float(study.member(MEMBER).history.task_loss[-1])
    assert float(text.split(": ")[1].rstrip(".")) == pytest.approx(loss, rel=0.5)


@pytest.mark.long
def test_signed_features_go_below_zero(sight, known):
    member = known["signed"].member(1)
    sight.go("run=signed&view=what-if&member=1&on=4:-0.5,2:1")
    assert sight.page.get_by_role("slider", name="feature 4").get_attribute("min") == "-1"
    _, outputs, _ = found_by_python(member, {4: -0.5, 2: 1.0})
    same_numbers(sight.traces("#left [data-name=outputs]")["now"]["y"], outputs, 3)
    asked = sight.traces("#left [data-name=outputs]")["asked"]
    assert dict(zip(asked["x"], asked["y"], strict=True)) == {2: 1, 4: 0.5}
