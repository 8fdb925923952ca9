import itertools
import json
import pathlib
import re

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from made_up import store_made_up

import toymono
from toymono.config import Config, InputError, Sweep
from toymono.environment import browser
from toymono.evidence.claims import Claim, Part, verdict_table
from toymono.evidence.curves import Curve
from toymono.evidence.quantities import difference, mean, values
from toymono.evidence.seeds import interval_over_seeds
from toymono.evidence.tables import run_table
from toymono.gallery.figures import (
    biases_figure,
    draw,
    scores_figure,
    sweep_figure,
    traces_figure,
)
from toymono.gallery.runs import Run
from toymono.plots.claims import evidence
from toymono.plots.column import in_one_column
from toymono.plots.curves import lines_with_bands, looks, shades
from toymono.plots.maps import on_one_scale
from toymono.plots.style import COLOURS, setting_label
from toymono.plots.sweeps import Mark
from toymono.plots.write import read_json, write_figures, write_json, write_page
from toymono.sweeps.store import read_run

needs_browser = pytest.mark.skipif(
    browser() is None, reason="no Chromium found: PNG, SVG and PDF cannot be drawn"
)


@pytest.fixture(scope="module")
def figures(smoke_run):
    return draw(smoke_run, "all")


def test_every_kind_is_drawn_with_title_and_named_axes(figures):
    assert len(figures) == 6
    for figure in figures:
        assert figure.layout.title.text.partition("<")[0]  # what follows is the small print
        axes = [axis for axis in figure.select_xaxes() if axis.title.text] + list(
            figure.select_yaxes()
        )
        assert len(axes) >= 2
        assert all(axis.title.text for axis in figure.select_yaxes())


def test_figures_say_over_how_many_seeds(figures):
    assert all("3 seeds" in figure.layout.title.text for figure in figures[:3])


def test_figures_say_at_which_phase_of_the_learning_rate_they_stand(figures):
    assert all(
        "recorded at minima of the learning rate" in figure.layout.title.text for figure in figures
    )


@pytest.mark.parametrize("rates", [((0.003,), (0.01,)), ((0.003,), (0.01, 0.03))])
def test_curves_of_units_that_hold_their_own_rates_are_named_by_rate(rates, tmp_path):
    shape = Config(n_features=8, n_embed=4, n_neurons=8, batch_size=16, record_phase="peak")
    grids = tuple(
        {"learning_rate": of, "n_steps": (8 * index,)} for index, of in enumerate(rates, start=1)
    )
    store_made_up(Sweep(base=shape, grids=grids, seeds=(0, 1)), tmp_path)
    units = read_run(tmp_path)
    assert len(units) == 2
    named = {setting_label({"learning_rate": rate}) for of in rates for rate in of}
    for figure in (traces_figure(units), biases_figure(units)):
        assert {trace.name for trace in figure.data if trace.name} == named


def test_the_map_shows_a_member_s_own_neurons(smoke_run, smoke_data):
    table = run_table([smoke_data])
    # settings first, seeds within: setting 2, seed 1
    figure = Run([smoke_data], table).member(7).map()
    assert "seed 1" in figure.layout.title.text
    first = re.match(
        r"neuron (\d+)<br>score ([\d.]+)<br>bias (-?[\d.]+)", figure.layout.xaxis.ticktext[0]
    )
    neuron = smoke_data.sel(seed=1).isel(setting=2, step=-1, neuron=int(first[1]))
    assert float(first[2]) == pytest.approx(float(neuron.score), abs=1e-4)
    assert float(first[3]) == pytest.approx(float(neuron.bias), abs=1e-4)
    assert sorted(figure.layout.yaxis.ticktext) == sorted(f"feature {j}" for j in range(16))


def test_the_maps_of_two_members_have_one_scale(smoke_data):
    run = Run([smoke_data], run_table([smoke_data]))
    maps = on_one_scale([run.member(number).map() for number in (0, 8)])
    one, other = (figure.data[0] for figure in maps)
    assert np.max(one.z) != np.max(other.z)
    assert one.zmax == other.zmax == pytest.approx(max(np.max(one.z), np.max(other.z)))


def test_a_member_that_is_not_there_is_refused(smoke_data):
    with pytest.raises(InputError, match=r"^member must be a whole number from 0 to 17"):
        Run([smoke_data], run_table([smoke_data])).member(18)


def test_a_band_is_drawn_only_where_there_is_an_interval():
    values = np.array([[1.0, 2.0, np.nan], [3.0, 4.0, 5.0]])
    curve = Curve({"learning_rate": 0.1}, np.array([1, 2, 4]), interval_over_seeds(values), values)
    area, line = lines_with_bands([curve], "")
    assert list(area.x) == [1, 2, 2, 1]
    assert list(line.y) == [2.0, 3.0, 5.0]


def test_curves_beyond_the_palette_differ_in_their_dash():
    values = np.array([[1.0], [2.0]])
    curves = [
        Curve({"of": str(index)}, np.array([1]), interval_over_seeds(values), values)
        for index in range(9)
    ]
    first, second = (looks(curves)[index] for index in (0, len(COLOURS)))
    assert first.colour == second.colour
    assert first.dash != second.dash and first.symbol != second.symbol
    assert len(set(looks(curves))) == 9


def test_a_setting_is_named_in_words():
    named = {"learning_rate": 0.003, "bias_offset": -1.0, "task": "decode", "seed": 123456}
    assert setting_label(named) == "lr 0.003, offset -1, decode, seed 123456"
    assert setting_label({}) == "all members"


def test_a_page_needs_no_network_and_offers_no_upload(figures, tmp_path):
    text = write_page(figures, tmp_path / "page.html", "<run>").read_text()
    assert "&lt;run&gt;" in text
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", text)
    assert text.count('"showSendToCloud": false') == len(figures)


def test_figures_become_files_in_one_place_only():
    for file in pathlib.Path(toymono.__file__).parent.rglob("*.py"):
        if file.name not in ("write.py", "figure.py"):  # which shows what a notebook asks for
            assert not re.search(r"\.(write_html|to_html|write_image|show)\(", file.read_text()), (
                file
            )


def test_an_unknown_suffix_is_refused(figures, tmp_path):
    with pytest.raises(InputError, match=r"^out must be a file ending in"):
        write_figures(figures[:1], tmp_path / "figure.gif")


def test_an_image_holds_one_figure(figures, tmp_path):
    with pytest.raises(InputError, match=r"^out must be an \.html file for 6 figures"):
        write_figures(figures, tmp_path / "figure.png")


def test_without_a_browser_an_image_is_refused_and_html_is_not(figures, tmp_path, monkeypatch):
    monkeypatch.setattr("toymono.plots.write.browser", lambda: None)
    with pytest.raises(InputError, match="no Chromium"):
        write_figures(figures[:1], tmp_path / "figure.png")
    assert write_figures(figures[:1], tmp_path / "figure.html").exists()


def test_a_browser_that_does_not_start_is_named(figures, tmp_path, monkeypatch):
    monkeypatch.setenv("BROWSER_PATH", "/bin/true")
    with pytest.raises(InputError, match=r"/bin/true does not; set BROWSER_PATH"):
        write_figures(figures[:1], tmp_path / "figure.png")


def test_in_a_column_panels_stand_below_one_another_and_the_title_is_a_caption(figures):
    for figure in figures:
        beside = len({axis.domain for axis in figure.select_xaxes()}) > 1
        drawn, caption = in_one_column(figure)
        assert drawn.layout.title.text is None and caption.count(". ") >= 1 and "<" not in caption
        assert figure.layout.title.text.startswith(caption[:20]) and figure.layout.width is None
        assert len({axis.domain for axis in drawn.select_xaxes()}) == 1
        if beside:
            domains = [axis.domain for axis in drawn.select_yaxes()]
            assert all(above[0] > below[1] for above, below in itertools.pairwise(domains))


def test_a_figure_of_another_program_is_drawn_in_a_column_too():
    drawn, caption = in_one_column(go.Figure(go.Scatter(x=[1, 2], y=[1, 2])))
    assert caption == "" and drawn.layout.height > 200


def test_panels_are_lettered_and_seeds_stand_beside_their_interval(smoke_data):
    figure = sweep_figure(run_table([smoke_data]), "learning_rate", ["bias_offset"])
    assert [a.text for a in figure.layout.annotations] == ["<b>a</b>", "<b>b</b>"]
    drawn = [trace for trace in figure.data if trace.xaxis == "x" and trace.mode != "lines"]
    positions = [x for trace in drawn for x in set(trace.x)]
    assert len(positions) == len(set(positions)) == 2 * 2 * len(set(drawn[0].customdata))


@needs_browser
def test_an_image_is_drawn(figures, tmp_path):
    file = write_figures(figures[:1], tmp_path / "figure.png")
    assert file.read_bytes().startswith(b"\x89PNG")
    assert file.stat().st_size > 10_000


def test_a_figure_comes_back_from_its_json_as_it_was(figures, tmp_path):
    for figure in figures:
        again = read_json(write_json(figure, tmp_path / "figure.json"))
        assert json.loads(again.to_json()) == json.loads(figure.to_json())


@pytest.mark.parametrize("content", ["", "[1]", "{", '{"batch": "B1", "members": []}'])
def test_json_that_holds_no_figure_is_refused_with_its_name(tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(InputError, match=r"a\.json must hold a figure"):
        read_json(tmp_path / "a.json")


def test_the_paper_s_numbers_are_drawn_where_they_fit_and_named_everywhere(smoke_data):
    table = run_table([smoke_data]).assign(task_loss=1.0)
    marks = (
        Mark("task_loss", "near", (0.9, 0.95)),
        Mark("task_loss", "far", (50.0, 60.0)),
        Mark("n_mono", "", x=0.01),
    )
    figure = sweep_figure(
        table, "learning_rate", ["bias_offset"], ("task_loss", "n_mono"), "title", marks
    )
    (text,) = [a.text for a in figure.layout.annotations if "paper" in a.text]
    assert text == "paper: near<br>paper: far"
    levels = {shape.y0 for shape in figure.layout.shapes if shape.xref == "x domain"}
    assert levels == {0.9, 0.95}
    (line,) = [shape for shape in figure.layout.shapes if shape.xref == "x2"]
    assert line.x0 == line.x1 == 0.01  # in the axis' own units, which is logarithmic


def test_score_distributions_end_at_1_and_jump_by_the_share_of_mono_neurons(smoke_data):
    smoke_data.score.values[-1, :, 0, :] = np.linspace(0, 0.5, 32)
    smoke_data.score.values[-1, :, 0, :8] = 1.0  # a quarter of the neurons, in each seed
    figure = scores_figure(smoke_data, 0, "scores")
    last = [trace for trace in figure.data if trace.name][-1]
    assert last.y[-1] == 1.0
    assert last.y[np.searchsorted(last.x, 0.999)] == pytest.approx(0.75)
    assert np.all(np.diff(last.y) >= 0)


def test_evidence_has_a_strip_for_each_measurement_coloured_by_its_verdict():
    tables = {"A": _members(0.0, 0.0, 0.0), "B": _members(1.0, 1.0, 1.0)}
    gain = difference(values("B", "share"), values("A", "share"))
    claims = [
        Claim(
            "X",
            "",
            tuple(
                Part(words, "", gain, at_least=end) for words, end in (("small", 0.5), ("big", 2.0))
            ),
        )
    ]
    untested = Claim("Y", "", (Part("other", "", mean(values("C", "share")), at_least=0.0),))
    figure = evidence(verdict_table([*claims, untested], tables).assign(scale="smoke"))
    assert "smoke scale" in figure.layout.title.text
    assert [trace.marker.color for trace in figure.data] == ["#0072B2", "#D55E00", None]
    assert [trace.x for trace in figure.data] == [(1.0,), (1.0,), ()]
    assert len(figure.layout.shapes) == 3
    texts = [annotation.text for annotation in figure.layout.annotations]
    assert "1 (all alike) <b>supported</b>" in texts
    assert "<b>untested</b>" in texts


def test_evidence_has_a_bar_where_there_is_an_interval():
    shares = {"spread": (0.5, 0.6, 0.7), "alike": (0.6, 0.6, 0.6), "single": (0.6,)}
    tables = {name: _members(*of) for name, of in shares.items()}
    claims = [
        Claim(name, "", (Part("", "", mean(values(name, "share")), at_least=0.0),))
        for name in shares
    ]
    figure = evidence(verdict_table(claims, tables).assign(scale="smoke"))
    widths = [trace.error_x.array for trace in figure.data]
    assert widths[0] == pytest.approx((0.2484,), abs=1e-4)  # t(2) = 4.303, s = .1, n = 3
    assert widths[1:] == [None, None]
    texts = [
        annotation.text
        for annotation in figure.layout.annotations
        if "supported" in annotation.text
    ]
    assert texts == ["0.6 [0.352, 0.848] <b>supported</b>", "0.6 (all alike) <b>supported</b>"]
    assert "0.6 (one seed) <b>inconclusive</b>" in [
        annotation.text for annotation in figure.layout.annotations
    ]


def _members(*shares):
    fixed = {"learning_rate": 0.01, "finished": True, "diverged": False}
    return pd.DataFrame(
        [{"seed": seed, "share": share, **fixed} for seed, share in enumerate(shares)]
    )


def test_a_default_comes_first_and_numbers_in_the_order_of_a_scale():
    assert dict(shades("bias_offset", [-1.0, 0.0])) == {0.0: COLOURS[0], -1.0: COLOURS[1]}
    assert dict(shades("feature_law", ["power-law", "uniform"]))["uniform"] == COLOURS[0]
    for name, known in (
        ("learning_rate", [0.01 * index for index in range(1, 30)]),
        ("task", [f"mine:task{index}" for index in range(12)]),
    ):
        shaded = shades(name, known[::-1])
        assert [value for value, _ in shaded] == sorted(known)
        assert len({colour for _, colour in shaded}) == len(known) > len(COLOURS)
