import json
import pathlib

import pytest

import toymono

TOUR = pathlib.Path(__file__).parent.parent / "experiments" / "tour.ipynb"
CELLS = [cell for cell in json.loads(TOUR.read_text())["cells"] if cell["cell_type"] == "code"]


def test_the_tour_is_stored_without_what_it_printed():
    assert not any(cell["outputs"] or cell["execution_count"] for cell in CELLS)


@pytest.mark.long
def test_the_tour_runs_as_it_stands_and_finds_what_it_says(capsys):
    known = {}
    for cell in CELLS:
        exec(compile("".join(cell["source"]), TOUR.name, "exec"), known)
    assert isinstance(known["net"], toymono.Specimen)
    scores, favourites = known["other"].scores, known["other"].favourites
    assert scores[:2].tolist() == [1.0, 1.0]  # the third answers all with 1, 1 and 1.4
    assert scores[2] < 0.5
    assert favourites.tolist() == [0, 1, 2]
