"""The sweep: every member as a point, any measure against any setting or other measure."""

import functools
from collections.abc import Mapping
from typing import Any

from dash import Dash, Input, Output, State, dcc, html

from toymono.config import require
from toymono.evidence.curves import sweep_axis
from toymono.evidence.tables import MEASURES, brief, own_columns, varying_settings
from toymono.explorer.captions import member_words
from toymono.explorer.components import choice, message, offered, picture, register, tabled
from toymono.explorer.stored_runs import Study, find
from toymono.explorer.tables import register_table
from toymono.explorer.view import View, view_of
from toymono.plots.scatter import member_scatter, scatter_words
from toymono.plots.style import axis_title

_Y = [name for name in MEASURES if name not in ("finished", "diverged")]


def layout() -> list[Any]:
    """The controls, the plot, and the table of members."""
    picks = [
        {"label": "the member", "value": "member"},
        {"label": "the one beside it", "value": "beside"},
    ]
    controls = [
        choice("up", dcc.Dropdown(id="y", options=[_option(name) for name in _Y], clearable=False)),
        choice("across", dcc.Dropdown(id="x")),
        choice("colour", dcc.Dropdown(id="colour")),
        choice(
            "a click picks",
            dcc.RadioItems(picks, "member", id="picks", inline=True),
            of_several=True,
        ),
    ]
    return [
        html.Div(controls, className="controls"),
        message("sweep-message"),
        picture("scatter", height=480),
        tabled("members", "All members as a table"),
    ]


def _option(name: str) -> dict[str, str]:
    return {"label": axis_title(name), "value": name}


def _axes(study: Study, view: View) -> tuple[str, str, str | None]:
    """What is drawn across, up, and in colours; what the view leaves open is chosen by what
    varies.
    """
    table = study.run.table
    varying = varying_settings(table)
    x, main = view.x or "mono_per_feature", sweep_axis(table)
    rest = [name for name in varying if name not in (x, main)]
    colour = view.colour or (rest[0] if rest else main if main in varying and main != x else None)
    for name, value in (("x", x), ("y", view.y), ("colour", colour)):
        known = value is None or value in MEASURES or value in table.columns
        require(known, name, "a setting or a measure", value, "choose one from the list")
    return x, view.y, colour


def register_sweep(app: Dash, studies: Mapping[str, Study]) -> None:
    """Let the plot, its lists and the table follow the view."""
    lists = [
        Output(name, what)
        for name in ("x", "colour")
        for what in ("options", "placeholder", "value")
    ]
    lists.append(Output("y", "options"))
    chosen = [Input("run-part", "data"), State("view", "data")]
    register(app, "message", functools.partial(_lists, studies), lists, chosen)
    drawn = [Output("scatter", "figure"), Output("scatter-words", "children")]
    register(
        app,
        "sweep-message",
        functools.partial(_draw, studies),
        drawn,
        [Input("sweep-part", "data")],
    )
    register_table(
        app, "members", lambda view: brief(find(studies, view.run).run.table).reset_index()
    )


def _lists(studies: Mapping[str, Study], part: dict[str, Any], data: dict[str, Any]) -> list[Any]:
    view, study = view_of(data), find(studies, view_of(part).run)
    x, _, colour = _axes(study, view_of(part))
    settings = [_option(name) for name in varying_settings(study.run.table)]
    measures = [_option(name) for name in (*_Y, *own_columns(study.run.table))]
    shade = axis_title(colour) if colour else "none"
    across, colours = offered(settings + measures, view.x), offered(settings, view.colour)
    return [across, axis_title(x), view.x, colours, shade, view.colour, measures]


def _draw(studies: Mapping[str, Study], part: dict[str, Any]) -> list[Any]:
    view = view_of(part)
    study = find(studies, view.run)
    x, y, colour = _axes(study, view)
    chosen = [view.member, *([] if view.beside is None else [view.beside])]
    table = study.table(x, y, *([] if colour is None else [colour]))
    words = [scatter_words(table, x, y), *(member_words(study.member(number)) for number in chosen)]
    return [member_scatter(table, x, y, colour, chosen), [html.P(sentence) for sentence in words]]
