"""The explorer: a page on this machine alone, in which runs are looked at.

The page's script (assets/view.js) holds what is being looked at; each tab's module draws what it
asks for.
"""

import contextlib
import functools
import io
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from flask import Request, Response, abort, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from toymono.config import InputError
from toymono.explorer import claims_tab, member_tab, sweep_tab, time_tab, what_if_tab
from toymono.explorer.claims_tab import register_claims
from toymono.explorer.components import choice, message, offered, register
from toymono.explorer.member_tab import register_member
from toymono.explorer.stored_runs import Study, find
from toymono.explorer.sweep_tab import register_sweep
from toymono.explorer.time_tab import register_time
from toymono.explorer.view import TABS, view_of
from toymono.explorer.what_if_tab import register_what_if

HOST = "127.0.0.1"
_TAB_LAYOUTS = {
    "sweep": sweep_tab.layout,
    "member": member_tab.layout,
    "time": time_tab.layout,
    "what-if": what_if_tab.layout,
    "claims": claims_tab.layout,
}
_PARTS = (
    "run",
    "who",
    "sweep",
    "member",
    "neuron",
    "feature",
    "clock",
    "step",
    "lit",
    "sliders",
    "what-if",
    "claims",
)
_FOLDS = ("members", "neurons", "features", "readings", "verdicts", "circuit")
# Everything comes from this server; Dash itself writes one script into the page.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; frame-ancestors 'none'"
)
# What changes the view, in the order in which the page's script takes it.
_CONTROLS = (
    Input("address", "search"),
    *(
        Input(name, "value")
        for name in ("tabs", "run", "member", "beside", "x", "y", "colour", "quantity")
    ),
    *(Input(name, "value") for name in ("neuron", "feature", "lit", "off", "off-role", "clock")),
    *(Input(name, "clickData") for name in ("scatter", "map", "activations")),
    *(
        Input(f"{what}-{way}", "n_clicks")
        for what in ("neuron", "feature")
        for way in ("before", "after")
    ),
    Input("all-on", "n_clicks"),
    Input("ticker", "n_intervals"),
    Input(what_if_tab.AMPLITUDES, "value"),
)
_GIVEN = (
    State("picks", "value"),
    State("map", "figure"),
    State("records", "data"),
    State("painted", "data"),
    State("roles", "data"),
    State("first-run", "data"),
    State("view", "data"),
)


def make_app(studies: Mapping[str, Study], places: Sequence[pathlib.Path]) -> Dash:
    """The explorer of these runs; `places` are the folders as they were given, in which claims find
    their results.
    """
    app = Dash(__name__, title="toymono explore", update_title="", compress=False)
    app.layout = _layout(studies)
    _register_view(app)
    members = [Output(name, what) for name in ("member", "beside") for what in ("options", "value")]
    chosen = [Input("run-part", "data"), State("view", "data")]
    register(app, "message", functools.partial(_lists, studies), members, chosen)
    register_sweep(app, studies)
    register_member(app, studies)
    register_time(app, studies)
    register_what_if(app, studies)
    register_claims(app, places)
    _keep_to_this_machine(app)
    return app


def _layout(studies: Mapping[str, Study]) -> html.Div:
    controls = [
        choice("run", dcc.Dropdown([*studies], id="run", clearable=False)),
        choice("member", dcc.Dropdown(id="member", clearable=False)),
        choice("beside it", dcc.Dropdown(id="beside", placeholder="none")),
    ]
    tabs = dcc.Tabs(
        [dcc.Tab(label=title, value=name) for name, title in TABS.items()],
        id="tabs",
        value="sweep",
        mobile_breakpoint=0,
    )
    bodies = [
        html.Div(of(), id=f"{name}-body", hidden=name != "sweep")
        for name, of in _TAB_LAYOUTS.items()
    ]
    stores = [
        dcc.Store(id=name)
        for name in ("view", "shown", *(f"{part}-part" for part in (*_PARTS, *_FOLDS)))
    ]
    head = html.Header([html.H1("toymono explore"), html.Div(controls, className="controls")])
    start = [
        dcc.Location(id="address", refresh=False),
        dcc.Store(id="first-run", data=next(iter(studies))),
    ]
    return html.Div([*start, *stores, head, tabs, message("message"), html.Main(bodies)])


def _register_view(app: Dash) -> None:
    changed, follow, play = (
        ClientsideFunction("explorer", name) for name in ("changed", "follow", "play")
    )
    app.clientside_callback(changed, Output("view", "data"), *_CONTROLS, *_GIVEN)
    app.clientside_callback(
        follow, Output("shown", "data"), Input("view", "data"), Input("records", "data")
    )
    app.clientside_callback(
        play, Output("ticker", "disabled"), Input("play", "n_clicks"), State("ticker", "disabled"),
        State("view", "data"), State("records", "data"), prevent_initial_call=True,
    )  # fmt: skip
    named = ClientsideFunction("explorer", "playName")
    app.clientside_callback(named, Output("play", "children"), Input("ticker", "disabled"))


def _lists(studies: Mapping[str, Study], part: dict[str, Any], data: dict[str, Any]) -> list[Any]:
    labels, view = find(studies, view_of(part).run).labels, view_of(data)
    listed = [{"label": f"{number}: {label}", "value": number} for number, label in labels.items()]
    return [offered(listed, view.member), view.member, offered(listed, view.beside), view.beside]


def _keep_to_this_machine(app: Dash) -> None:
    """Answer only requests that name this machine and come from the page itself, and let the page
    ask nobody else.
    """

    @app.server.before_request
    def check() -> None:
        host = request.host.rsplit(":", 1)[0]
        origin = request.headers.get("Origin", request.host_url.rstrip("/"))
        if host not in (HOST, "localhost") or origin != request.host_url.rstrip("/"):
            abort(403)
        if request.path.endswith("/_dash-update-component") and not _is_asked(app, request):
            abort(400)

    @app.server.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        return response


def _is_asked(app: Dash, asking: Request) -> bool:
    """Whether a request is one that the page makes: of a callback, with a value for each input."""
    body = asking.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("changedPropIds", []), list):
        return False
    known = app.callback_map.get(str(body.get("output")))
    if known is None or "callback" not in known:  # others are answered in the page itself
        return False
    return all(
        _names(body.get(told, [])) == [(each["id"], each["property"]) for each in known[part]]
        for told, part in (("inputs", "inputs"), ("state", "state"))
    )


def _names(values: object) -> list[tuple[object, object]] | None:
    """The component and property of each value that a request brings; None where it is no list of
    such.
    """
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        return None
    return [(value.get("id"), value.get("property")) for value in values]


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the terminal is for the address and for what goes wrong."""


def make_explorer(
    studies: Mapping[str, Study], places: Sequence[pathlib.Path], port: int = 0
) -> BaseWSGIServer:
    """A server of the explorer on the loopback interface, at a free port unless one is told.

    Raises InputError if the port is taken.
    """
    app = make_app(studies, places)
    try:
        with contextlib.redirect_stderr(
            io.StringIO()
        ):  # werkzeug would print what is wrong as well
            return make_server(HOST, port, app.server, threaded=True, request_handler=_Quiet)
    except (OSError, SystemExit) as error:
        raise InputError(
            f"port must be free, but {port} is not; leave --port out to get a free one"
        ) from error
