"""One member: its map over scores and biases, and a page for each of its neurons and features."""

import functools
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_args

import numpy as np
from dash import Dash, Input, Output, dcc, html, no_update

from toymono.analysis.dashboard_data import Dashboard, History, feature_table, neuron_table
from toymono.config import require
from toymono.explorer.captions import (
    feature_words,
    map_words,
    member_words,
    neuron_words,
    roles_words,
)
from toymono.explorer.components import choice, message, picture, register, register_data, tabled
from toymono.explorer.stored_runs import Member, Study, find
from toymono.explorer.tables import register_table
from toymono.explorer.view import View, view_of
from toymono.gallery.figures import member_figure
from toymono.plots.members import QUANTITY_TITLES, Quantity, member_map
from toymono.plots.panels import (
    FEATURE_TITLES,
    NEURON_TITLES,
    Picture,
    What,
    feature_pictures,
    filled,
    neuron_pictures,
)


class _Page(NamedTuple):
    """What the page of a neuron or of a feature is made of."""

    names: tuple[str, ...]  # of its pictures
    pictures: Callable[[Dashboard, History, int], dict[str, Picture]]
    words: Callable[[Dashboard, int], str]


_PAGES: dict[What, _Page] = {
    "neuron": _Page(tuple(NEURON_TITLES), neuron_pictures, neuron_words),
    "feature": _Page(tuple(FEATURE_TITLES), feature_pictures, feature_words),
}


def layout() -> list[Any]:
    """The map, the buttons that step through it, and the two pages."""
    quantities = [
        {"label": QUANTITY_TITLES[q].replace("<br>", " "), "value": q} for q in get_args(Quantity)
    ]
    circuit = picture("circuit", height=760)
    shown = dcc.RadioItems(quantities, "responses", id="quantity", inline=True)
    return [
        html.Div([choice("colours show", shown, of_several=True)], className="controls whole"),
        message("member-message"),
        picture("map", height=640),
        tabled("neurons", "All neurons as a table"),
        tabled("features", "All features as a table"),
        html.Details(
            [
                html.Summary("The network taken apart"),
                dcc.Loading(html.Div(circuit, className="scrolls-across")),
            ]
        ),
        html.Div(
            [_stepper("neuron", "left", "right"), _stepper("feature", "up", "down")],
            className="controls",
        ),
        message("unit-message"),
        html.Div([_page("neuron"), _page("feature")], className="pages", id="unit-pages"),
    ]


def _stepper(what: str, before: str, after: str) -> html.Label | html.Div:
    """A number to choose from between two buttons, which arrow keys press."""
    return choice(
        what,
        html.Div(
            [
                html.Button("<", id=f"{what}-before", title=f"{what} before ({before} arrow key)"),
                dcc.Input(id=what, type="number", min=0, step=1, debounce=True),
                html.Button(">", id=f"{what}-after", title=f"next {what} ({after} arrow key)"),
            ],
            className="stepper",
        ),
        of_several=True,
    )


def _page(what: What) -> html.Section:
    pictures = [picture(f"{what}-{name}", told=False) for name in _PAGES[what].names]
    inside = [html.P(id=f"{what}-words"), html.Div(pictures, className="panels")]
    return html.Section(inside, id=f"{what}-page", hidden=True)


def register_member(app: Dash, studies: Mapping[str, Study]) -> None:
    """Let the map, the tables and the pages follow the view."""
    drawn = [Output("map", "figure"), Output("map-words", "children")]
    register(
        app,
        "member-message",
        functools.partial(_draw, studies),
        drawn,
        [Input("member-part", "data")],
    )
    apart = [Output("circuit", "figure"), Output("circuit-words", "children")]
    register(
        app,
        "member-message",
        functools.partial(_take_apart, studies),
        apart,
        [Input("circuit-part", "data")],
    )
    register_data(app, "circuit")

    def member_of(view: View) -> Member:
        return find(studies, view.run).member(view.member)

    register_table(
        app, "neurons", lambda view: neuron_table(member_of(view).dashboard, member_of(view).own)
    )
    register_table(app, "features", lambda view: feature_table(member_of(view).dashboard))
    for what in _PAGES:
        page = [Output(f"{what}-page", "hidden"), Output(f"{what}-words", "children")]
        pictures = [Output(f"{what}-{name}", "figure") for name in _PAGES[what].names]
        answer = functools.partial(_page_of, studies, what)
        register(app, "unit-message", answer, page + pictures, [Input(f"{what}-part", "data")])
        register_data(app, *(f"{what}-{name}" for name in _PAGES[what].names))


def _draw(studies: Mapping[str, Study], part: dict[str, Any]) -> list[Any]:
    view = view_of(part)
    member = find(studies, view.run).member(view.member)
    shown, now = member.dashboard, member.frame(len(member.history.step) - 1)
    values = getattr(shown, view.quantity)
    title, top = "Every neuron against every feature", float(np.abs(values).max())
    figure = member_map(
        now._replace(values=values), shown.order, title, top, view.quantity, shown.role
    )
    return [figure, [html.P(member_words(member)), html.P(map_words(shown))]]


def _take_apart(studies: Mapping[str, Study], part: dict[str, Any]) -> list[Any]:
    view, study = view_of(part), find(studies, view_of(part).run)
    return [member_figure(study.run, view.member), roles_words(study.member(view.member).dashboard)]


def _page_of(studies: Mapping[str, Study], what: What, part: dict[str, Any]) -> list[Any]:
    view, page = view_of(part), _PAGES[what]
    number = getattr(view, what)
    if number is None:
        return [True, "", *(no_update for _ in page.names)]
    member = find(studies, view.run).member(view.member)
    sizes = {"neuron": member.stored.config.n_neurons, "feature": member.stored.config.n_features}
    rule = f"a whole number from 0 to {sizes[what] - 1}"
    require(0 <= number < sizes[what], what, rule, number, "choose one from the list")
    drawn = page.pictures(member.dashboard, member.history, number)
    return [
        False,
        page.words(member.dashboard, number),
        *(filled(what, name, drawn[name]) for name in page.names),
    ]
