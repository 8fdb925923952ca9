"""Tables beside the pictures: filled once they are opened, and downloaded whole."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from dash import Dash, Input, Output, State, dcc
from dash.exceptions import PreventUpdate

from toymono.explorer.parts import table_of
from toymono.explorer.view import View, view_of


def register_table(app: Dash, name: str, part: str, frame_of: Callable[[View], pd.DataFrame]) -> None:
    """Let the table `name` show what `frame_of` gives for the fields in the store `part`."""

    @app.callback(
        Output(name, "children"), Input(f"{name}-open", "n_clicks"), Input(part, "data"), prevent_initial_call=True
    )
    def fill(opened: int | None, fields: dict[str, Any] | None) -> Any:  # noqa: ANN401 (a Dash component)
        if not opened or fields is None:
            raise PreventUpdate
        return table_of(frame_of(view_of(fields)))

    @app.callback(
        Output(f"{name}-file", "data"), Input(f"{name}-save", "n_clicks"), State(part, "data"),
        prevent_initial_call=True,
    )  # fmt: skip
    def save(_: int, fields: dict[str, Any]) -> dict[str, Any]:
        return dcc.send_string(frame_of(view_of(fields)).to_csv(index=False), f"{name}.csv")
