"""The sweep view in a real browser, against Python's own table."""

from playwright.sync_api import expect
from seeing import same_numbers

from toymono.evidence.tables import over_seeds

RUN = "run=demo-smoke"


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
    sight.drawn("[data-name=scatter]")
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
    sight.drawn("[data-name=scatter]")
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
    shades = {
        button.inner_text(): button.evaluate("e => e.style.getPropertyValue('--shade').trim()")
        for button in sight.page.locator(".legend button").all()
    }
    assert [shades[name] for name in sorted(shades)][:2] == ["#D55E00", "#0072B2"]
    assert all(name.startswith("offset") for name in shades)


def test_a_click_on_a_colour_hides_its_members_and_a_second_shows_them_again(sight, study):
    table = study.run.table
    sight.go(f"{RUN}&view=sweep&colour=bias_offset")
    button = sight.page.locator(".legend button").first
    offset = float(button.inner_text().split(",")[0].removeprefix("offset "))
    others = table.index[table.bias_offset != offset]
    for shown, pressed in ((list(others), "false"), (list(table.index), "true")):
        with sight.arriving():
            button.click()
        dots = sight.traces("[data-name=scatter]")["members"]
        assert sorted(dots["customdata"]) == shown
        assert button.get_attribute("aria-pressed") == pressed
        assert len(set(dots["color"])) == table.bias_offset[shown].nunique()
