import pytest

from toymono.config import InputError
from toymono.explorer.view import View, view_of


def test_a_view_has_what_it_is_told_and_defaults_for_the_rest():
    view = view_of(
        {"run": "demo", "member": 3, "on": {"4": 0.5}, "off": [1, 2], "step": None, "unknown": 1}
    )
    assert view == View("sweep", "demo", 3, on={4: 0.5}, off=(1, 2))


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"member": "x"}, "member must be a whole number, but is 'x'"),
        ({"neuron": 1.5}, "neuron must be a whole number, but is 1.5"),
        ({"step": "<b>"}, "step must be a whole number, but is '<b>'"),
        (
            {"tab": "admin"},
            "tab must be one of sweep, member, time, what-if, claims, but is 'admin'",
        ),
        (
            {"quantity": "__class__"},
            "quantity must be one of responses, drive, write, but is '__class__'",
        ),
        ({"on": {"a": 1}}, "on must be features with amplitudes, as 3:0.5"),
        ({"on": {"3": "b"}}, "on must be features with amplitudes, as 3:0.5"),
        (
            {"on": {"\u00b2": 1}},
            "on must be features with amplitudes, as 3:0.5",
        ),  # a digit, but not a number
        (
            {"on": {"3": None}},
            "on must be features with amplitudes, as 3:0.5",
        ),  # what JSON makes of NaN
        ({"on": [1]}, "on must be features with amplitudes"),
        ({"off": ["a"]}, "off must be whole numbers"),
    ],
)
def test_a_value_of_another_kind_is_refused(told, sentence):
    with pytest.raises(InputError, match=sentence.replace("(", r"\(")):
        view_of(told)
