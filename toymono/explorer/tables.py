"""Tables beside the pictures: filled once they are opened, and downloaded whole."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from dash import Dash, Input, Output, State, dcc, html

from toymono.explorer.components import register, table_of
from toymono.explorer.view import View, view_of


def register_table(app: Dash, name: str, frame_of: Callable[[View], pd.DataFrame]) -> None:
    """Let the table `name` show what `frame_of` gives for the fields in the store of its part."""

    def fill(part: dict[str, Any]) -> html.Table:
        return table_of(frame_of(view_of(part)))

    def save(_: int, part: dict[str, Any]) -> dict[str, Any]:
        return dcc.send_string(frame_of(view_of(part)).to_csv(index=False), f"{name}.csv")

    part = f"{name}-part"
    register(app, "message", fill, [Output(name, "children")], [Input(part, "data")])
    saved = [Input(f"{name}-save", "n_clicks"), State(part, "data")]
    register(app, "message", save, [Output(f"{name}-file", "data")], saved)
