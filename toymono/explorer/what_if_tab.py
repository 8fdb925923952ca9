"""What if: features of one's own choosing, neurons switched off, and what the network then makes of
it.
"""

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from dash import ALL, Dash, Input, Output, State, dcc, html

from toymono.analysis.dashboard_data import ROLES
from toymono.analysis.interventions import Outcome, amplitudes, outcome
from toymono.config import require
from toymono.explorer.captions import outcome_words
from toymono.explorer.components import (
    choice,
    message,
    offered,
    picture,
    register,
    register_data,
    tabled,
)
from toymono.explorer.stored_runs import Member, Study, find
from toymono.explorer.tables import register_table
from toymono.explorer.view import View, view_of
from toymono.plots.interventions import activation_panel, output_panel
from toymono.toy.tasks import is_signed, targets_of

AMPLITUDES = {"type": "amplitude", "feature": ALL}


def layout() -> list[Any]:
    """Controls for the input and for the neurons, and two pictures."""
    controls = [
        choice("features that are on", dcc.Dropdown(id="lit", multi=True)),
        choice("neurons that are off", dcc.Dropdown(id="off", multi=True)),
        choice("switch off all that are", dcc.Dropdown([*ROLES], id="off-role")),
        html.Button("All neurons on", id="all-on"),
    ]
    return [
        html.Div(controls, className="controls"),
        html.Div(id="amplitudes", className="sliders"),
        message("what-if-message"),
        picture("activations", height=320),
        picture("outputs", height=320, told=False),
        tabled("readings", "Activations as a table"),
        dcc.Store(id="roles"),
    ]


def _found(member: Member, view: View) -> tuple[Outcome, Outcome, np.ndarray]:
    """What the network makes of the input, what it would with all neurons on, and which are."""
    stored, net = member.stored, member.stored.specimen
    features, everyone = amplitudes(net, view.on or {}), np.ones(net.n_neurons, bool)
    for neuron in view.off:
        rule = f"whole numbers from 0 to {net.n_neurons - 1}"
        require(0 <= neuron < net.n_neurons, "off", rule, neuron, "choose from the list")
    (targets,) = targets_of(stored.config, stored.problem, features[None])
    whole = outcome(net, features, targets, everyone)
    is_on = everyone.copy()  # JAX may still be reading the other
    is_on[list(view.off)] = False
    return outcome(net, features, targets, is_on), whole, is_on


def register_what_if(app: Dash, studies: Mapping[str, Study]) -> None:
    """Let the pictures follow the input and the neurons that are off."""
    chosen = State("view", "data")
    lists = [Output(name, what) for name in ("lit", "off") for what in ("options", "value")]
    answer = functools.partial(_lists, studies)
    register(
        app,
        "what-if-message",
        answer,
        [*lists, Output("roles", "data")],
        [Input("lit-part", "data"), chosen],
    )
    sliders = functools.partial(_sliders, studies)
    lit = [Input("sliders-part", "data"), chosen]
    register(app, "what-if-message", sliders, [Output("amplitudes", "children")], lit)
    drawn = [
        *(Output(name, "figure") for name in ("activations", "outputs")),
        Output("activations-words", "children"),
    ]
    register(
        app,
        "what-if-message",
        functools.partial(_draw, studies),
        drawn,
        [Input("what-if-part", "data")],
    )
    register_data(app, "outputs")
    register_table(
        app, "readings", lambda view: _readings(find(studies, view.run).member(view.member), view)
    )


def _lists(studies: Mapping[str, Study], part: dict[str, Any], data: dict[str, Any]) -> list[Any]:
    view, named = view_of(data), view_of(part)
    member = find(studies, named.run).member(named.member)
    config, role = member.stored.config, member.dashboard.role
    roles = {name: np.flatnonzero(role == place).tolist() for place, name in enumerate(ROLES)}
    features, neurons = (offered([], *range(n)) for n in (config.n_features, config.n_neurons))
    lit, off = [*(view.on or {})], [*view.off]
    return [offered(features, *lit), lit, offered(neurons, *off), off, roles]


def _sliders(studies: Mapping[str, Study], _: dict[str, Any], data: dict[str, Any]) -> list[Any]:
    view = view_of(data)
    least = -1.0 if is_signed(find(studies, view.run).member(view.member).stored.config) else 0.0
    return [_slider(feature, value, least) for feature, value in (view.on or {}).items()]


def _draw(studies: Mapping[str, Study], part: dict[str, Any]) -> list[Any]:
    view = view_of(part)
    member = find(studies, view.run).member(view.member)
    found, whole, is_on = _found(member, view)
    hidden, before = np.asarray(found.hidden), np.asarray(whole.hidden)
    outputs = (np.asarray(values) for values in (found.outputs, whole.outputs, found.targets))
    shown = activation_panel(hidden, before, np.asarray(member.dashboard.order.neuron), is_on)
    return [shown, output_panel(*outputs), outcome_words(found, whole, len(view.off))]


def _slider(feature: int, value: float, least: float) -> html.Label | html.Div:
    name = {"type": "amplitude", "feature": feature}
    marks = {least: f"{least:g}", 1: "1"}
    return choice(
        f"feature {feature}",
        dcc.Slider(least, 1, 0.01, value=value, id=name, marks=marks, updatemode="drag"),
    )


def _readings(member: Member, view: View) -> pd.DataFrame:
    found, whole, is_on = _found(member, view)
    neuron = member.dashboard.order.neuron
    columns = {"activation": found.hidden, "with all neurons": whole.hidden, "is on": is_on}
    return pd.DataFrame(
        {"neuron": neuron, **{name: np.asarray(values)[neuron] for name, values in columns.items()}}
    )
