"""Tables beside the pictures: filled once they are opened, and downloaded whole."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from dash import Dash, Input, Output, State, dcc

from toymono.explorer.parts import table_of, told
from toymono.explorer.view import View, view_of


def register_table(app: Dash, name: str, frame_of: Callable[[View], pd.DataFrame]) -> None:
    """Let the table `name` show what `frame_of` gives for the fields in the store of its part."""

    @app.callback(Output(name, "children"), Input(f"{name}-part", "data"), prevent_initial_call=True)
    @told("message")
    def fill(part: dict[str, Any]) -> Any:  # noqa: ANN401 (a Dash component)
        return table_of(frame_of(view_of(part)))

    @app.callback(
        Output(f"{name}-file", "data"), Input(f"{name}-save", "n_clicks"), State(f"{name}-part", "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    @told("message")
    def save(_: int, part: dict[str, Any]) -> dict[str, Any]:
        return dcc.send_string(frame_of(view_of(part)).to_csv(index=False), f"{name}.csv")
