"""The claims: what the given runs say of each, and the evidence."""

import functools
import pathlib
from collections.abc import Sequence
from typing import Any

import pandas as pd
from dash import Dash, Input, Output, dcc, html

from toymono.evidence.results import find_results
from toymono.evidence.verdicts import verdicts
from toymono.explorer.components import message, picture, register, tabled
from toymono.explorer.tables import register_table
from toymono.plots.claims import evidence


def layout() -> list[Any]:
    """The picture, which takes a while for many runs, and the table."""
    waiting = dcc.Loading(
        html.Div(picture("evidence", height=700), className="scrolls-across"),
        overlay_style={"visibility": "visible", "opacity": 0.4},
    )
    return [
        message("claims-message"),
        html.P(id="claims-told"),
        waiting,
        tabled("verdicts", "All verdicts as a table"),
    ]


def register_claims(app: Dash, places: Sequence[pathlib.Path]) -> None:
    """Let the evidence come in when the tab is opened."""

    @functools.cache
    def found() -> pd.DataFrame:
        table = verdicts(list(find_results(places)))
        return table[table.verdict != "untested"] if len(table) else table

    drawn = [
        Output("evidence", "figure"),
        Output("evidence", "style"),
        Output("claims-told", "children"),
    ]
    register(app, "claims-message", lambda _: _draw(found()), drawn, [Input("claims-part", "data")])
    register_table(app, "verdicts", lambda view: found())


def _draw(table: pd.DataFrame) -> list[Any]:
    if table.empty:
        return [{}, {"display": "none"}, _untested()]
    figure = evidence(table[table.scale == table.scale.iloc[0]])
    tested, counts = (
        table.claim.nunique(),
        table.drop_duplicates("claim").claim_verdict.value_counts(),
    )
    words = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    told = f"{tested} claims have a measurement on these runs: {words}."
    told = f"{told} A claim whose other parts have none is"
    height = {"height": f"{figure.layout['height']}px"}
    return [
        figure,
        height,
        f"{told} untested as a whole; give the folder that holds all batches for more.",
    ]


def _untested() -> str:
    return (
        "No claim has a measurement on these runs: claims are judged on batches of the paper, such "
        "as LR1 and LR3 (see toymono list), when all their members are trained. Give the folder "
        "that holds such runs."
    )
