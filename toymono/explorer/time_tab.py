"""Time: one or two members on one clock, replayed record by record."""

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from dash import Dash, Input, Output, Patch, State, dcc, html

from toymono.explorer.captions import frame_words, loss_words, member_words, score_words
from toymono.explorer.components import message, picture, register, register_data
from toymono.explorer.stored_runs import Member, Study, find
from toymono.explorer.view import view_of
from toymono.plots.members import (
    LOSS_TRACES,
    MAP_TRACES,
    loss_panel,
    loss_traces,
    member_map,
    member_traces,
    score_panel,
    score_traces,
)

SIDES = ("left", "right")
_PICTURES = ("map", "scores", "loss")
_MOST_MARKS = 7
_MILLISECONDS = 500  # between two records, if the picture is painted by then


def layout() -> list[Any]:
    """The clock, and a column for each member."""
    ticker = dcc.Interval(id="ticker", interval=_MILLISECONDS, disabled=True)
    slider = html.Div(
        dcc.Slider(0, 1, 1, value=0, id="clock", marks=None, allow_direct_input=False),
        className="wide",
    )
    clock = [html.Button("Play", id="play", title="play and pause (space)"), slider, ticker]
    return [
        html.Div(clock, className="controls"),
        message("time-message"),
        html.Div([_column(side) for side in SIDES], className="columns"),
        dcc.Store(id="records"),
        dcc.Store(id="painted"),
    ]


def _column(side: str) -> html.Section:
    small = [picture(f"{side}-{name}", height=280) for name in _PICTURES[1:]]
    inside = [
        html.P(id=f"{side}-who"),
        picture(f"{side}-map", height=640),
        html.Div(small, className="panels"),
    ]
    return html.Section(inside, id=f"{side}-column", hidden=side == "right")


def _record_at(member: Member, step: int | None) -> int:
    """The member's last record up to a step; its last of all where no step is told."""
    steps = member.history.step
    return (
        len(steps) - 1
        if step is None
        else max(int(np.searchsorted(steps, step, side="right")) - 1, 0)
    )


def _drawn(member: Member, record: int) -> list[Any]:
    now, order = member.frame(record), member.dashboard.order
    top = float(member.dashboard.responses.max())
    title = "Every neuron against every feature, over training"
    return [
        member_map(now, order, title, top),
        score_panel(now),
        loss_panel(member.history, record),
    ]


def _moved(member: Member, record: int) -> list[Patch]:
    """The same figures at another record, as changes to what is drawn already."""
    now = member.frame(record)
    changes = (
        (MAP_TRACES, member_traces(now, member.dashboard.order)),
        (("scores",), score_traces(now)),
        (LOSS_TRACES, loss_traces(member.history, record)),
    )
    patches = []
    for names, traces in changes:
        patch = Patch()
        for name, values in traces.items():
            for key, value in values.items():
                patch["data"][names.index(name)][key] = value
        patches.append(patch)
    return patches


def _column_of(
    member: Member, step: int | None, draw: Callable[[Member, int], list[Any]]
) -> tuple[list[Any], list[str]]:
    record = _record_at(member, step)
    now = member.frame(record)
    return draw(member, record), [
        member_words(member),
        frame_words(now),
        score_words(now),
        loss_words(now),
    ]


def _marks(steps: list[int]) -> dict[int, str]:
    """The last record and as many before it, evenly spread, as a narrow page has room for."""
    every = math.ceil(len(steps) / _MOST_MARKS)
    return {record: str(steps[record]) for record in range(len(steps) - 1, -1, -every)}


def register_time(app: Dash, studies: Mapping[str, Study]) -> None:
    """Let the pictures follow the clock, and the clock the view."""
    names = [f"{side}-{name}" for side in SIDES for name in _PICTURES]
    told = ("who", *(f"{name}-words" for name in _PICTURES))
    words = [Output(f"{side}-{what}", "children") for side in SIDES for what in told]
    drawn = [*(Output(name, "figure") for name in names), *words]
    drawn += [Output("right-column", "hidden"), Output("painted", "data")]
    seen = [Input("step-part", "data"), State("painted", "data")]
    register(app, "time-message", functools.partial(_draw, studies), drawn, seen)
    register_data(app, *names)
    clock = [Output("clock", "max"), Output("clock", "marks"), Output("records", "data")]
    register(
        app,
        "time-message",
        functools.partial(_clock, studies),
        clock,
        [Input("clock-part", "data")],
    )


def _draw(
    studies: Mapping[str, Study], part: dict[str, Any], painted: dict[str, Any] | None
) -> list[Any]:
    """All figures; where the same members are painted already, as changes to them."""
    view, of = view_of(part), {name: part.get(name) for name in ("run", "member", "beside")}
    draw = _moved if painted and painted.get("of") == of else _drawn
    member = find(studies, view.run).member(view.member)
    other = None if view.beside is None else find(studies, view.run).member(view.beside)
    left, left_words = _column_of(member, view.step, draw)
    right, right_words = (
        ([{}, {}, {}], [""] * 4) if other is None else _column_of(other, view.step, draw)
    )
    step = int(member.history.step[-1]) if view.step is None else view.step
    return [*left, *right, *left_words, *right_words, other is None, {"of": of, "step": step}]


def _clock(studies: Mapping[str, Study], part: dict[str, Any]) -> list[Any]:
    view = view_of(part)
    member = find(studies, view.run).member(view.member)
    steps = member.history.step.tolist()
    return [len(steps) - 1, _marks(steps), steps]
