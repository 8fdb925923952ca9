import pathlib
import re

import numpy as np
import pytest

import toymono
from toymono.analysis.curves import Curve
from toymono.analysis.members import run_table
from toymono.analysis.seeds import interval_over_seeds
from toymono.config import InputError
from toymono.environment import browser
from toymono.gallery import Run, draw, map_figure
from toymono.plots.style import COLOURS, line_with_band, setting_label
from toymono.plots.write import write_figures, write_page

needs_browser = pytest.mark.skipif(browser() is None, reason="no Chromium found: PNG, SVG and PDF cannot be drawn")


@pytest.fixture(scope="module")
def figures(smoke_run):
    return draw(smoke_run, "all")


def test_every_kind_is_drawn_with_title_and_named_axes(figures):
    assert len(figures) == 4
    for figure in figures:
        assert figure.layout.title.text
        axes = [axis for axis in figure.select_xaxes() if axis.title.text] + list(figure.select_yaxes())
        assert len(axes) >= 2
        assert all(axis.title.text for axis in figure.select_yaxes())


def test_figures_say_over_how_many_seeds(figures):
    assert all("3 seeds" in figure.layout.title.text for figure in figures[:3])


def test_figures_say_at_which_phase_of_the_learning_rate_they_stand(figures):
    assert all("recorded at minima of the learning rate" in figure.layout.title.text for figure in figures)


def test_the_map_shows_a_member_s_own_neurons(smoke_run, smoke_data):
    table = run_table([smoke_data])
    figure = map_figure(Run([smoke_data], table), 7)  # settings first, seeds within: setting 2, seed 1
    assert "seed 1" in figure.layout.title.text
    first = re.match(r"neuron (\d+)<br>score ([\d.]+)<br>bias (-?[\d.]+)", figure.layout.xaxis.ticktext[0])
    neuron = smoke_data.sel(seed=1).isel(setting=2, step=-1, neuron=int(first[1]))
    assert float(first[2]) == pytest.approx(float(neuron.score), abs=1e-4)
    assert float(first[3]) == pytest.approx(float(neuron.bias), abs=1e-4)
    assert sorted(figure.layout.yaxis.ticktext) == sorted(f"feature {j}" for j in range(16))


def test_a_member_that_is_not_there_is_refused(smoke_data):
    with pytest.raises(InputError, match=r"^member must be a whole number from 0 to 17"):
        map_figure(Run([smoke_data], run_table([smoke_data])), 18)


def test_a_band_is_drawn_only_where_there_is_an_interval():
    values = np.array([[1.0, 2.0, np.nan], [3.0, 4.0, 5.0]])
    curve = Curve({"learning_rate": 0.1}, np.array([1, 2, 4]), interval_over_seeds(values), values)
    area, line = line_with_band(curve, 0, "")
    assert list(area.x) == [1, 2, 2, 1]
    assert list(line.y) == [2.0, 3.0, 5.0]


def test_curves_beyond_the_palette_differ_in_their_dash():
    curve = Curve({}, np.array([1]), interval_over_seeds(np.array([[1.0], [2.0]])), np.array([[1.0], [2.0]]))
    first, second = (line_with_band(curve, place, "")[1].line for place in (0, len(COLOURS)))
    assert first.color == second.color
    assert first.dash != second.dash


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
        if file.name != "write.py":
            assert not re.search(r"\.(write_html|to_html|write_image|show)\(", file.read_text()), file


def test_an_unknown_suffix_is_refused(figures, tmp_path):
    with pytest.raises(InputError, match=r"^out must be a file ending in"):
        write_figures(figures[:1], tmp_path / "figure.gif")


def test_an_image_holds_one_figure(figures, tmp_path):
    with pytest.raises(InputError, match=r"^out must be an \.html file for 4 figures"):
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


@needs_browser
def test_an_image_is_drawn(figures, tmp_path):
    file = write_figures(figures[:1], tmp_path / "figure.png")
    assert file.read_bytes().startswith(b"\x89PNG")
    assert file.stat().st_size > 10_000
