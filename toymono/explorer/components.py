"""What all views of the explorer are made of: pictures with their summary and table, buttons, and
messages.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dash
import pandas as pd
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html

from toymono.config import InputError
from toymono.plots.figure import CONFIG

MOST_ROWS = 200  # of a table in a page; its download has all


def picture(name: str, height: int = 300, told: bool = True) -> html.Figure:
    """A graph with room for a summary in words; `height` in pixels is kept while it is empty.

    One whose summary is not `told` by a callback gets it from the page's script.
    """
    graph = dcc.Graph(id=name, config=CONFIG, responsive=True, style={"height": f"{height}px"})
    below = [html.Figcaption(id=f"{name}-words")] if told else []
    return html.Figure([graph, *below, _data(name, not told)], className="picture")


def _data(name: str, sentence: bool) -> html.Div:
    told: dict[str, Any] = {"data-sentence": "yes"} if sentence else {}
    return html.Div(id=f"{name}-data", className="data", **told)


def register_data(app: Dash, *names: str) -> None:
    """Let these pictures' numbers stand below them as tables, which the page's script makes of what
    is drawn.
    """
    for name in names:
        describe = ClientsideFunction("explorer", "describe")
        target = f"{name}-data"
        app.clientside_callback(
            describe, Output(target, "data-drawn"), Input(name, "figure"), State(target, "id")
        )


def tabled(name: str, title: str) -> html.Details:
    """A table that opens on a click, and its download as CSV."""
    save = html.Button("CSV", id=f"{name}-save", title=f"download: {title}")
    inside = [html.Div(id=name, className="scrolls"), save, dcc.Download(id=f"{name}-file")]
    return html.Details([html.Summary(title), *inside])


def table_of(frame: pd.DataFrame) -> html.Table:
    """The first rows of a data frame; React escapes whatever they hold."""
    head = html.Thead(html.Tr([html.Th(str(name), scope="col") for name in frame.columns]))
    rows = [
        html.Tr([html.Td(_text(value)) for value in row])
        for row in frame.head(MOST_ROWS).itertuples(index=False)
    ]
    cut = (
        f"{MOST_ROWS} of {len(frame)} rows; the CSV has all"
        if len(frame) > MOST_ROWS
        else f"{len(frame)} rows"
    )
    return html.Table([html.Caption(cut), head, html.Tbody(rows)])


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def message(name: str) -> html.Div:
    """Room for one sentence about what went wrong."""
    return html.Div(id=name, role="alert", className="message")


def choice(label: str, control: Any, of_several: bool = False) -> html.Label | html.Div:  # noqa: ANN401 (Dash's)
    """A control under its name; a click on the name of one `of_several` parts must not press the
    first of them.
    """
    inside = [html.Span(label), control]
    if of_several:
        return html.Div(inside, className="choice", role="group", **{"aria-label": label})
    return html.Label(inside, className="choice")


def offered(options: Sequence[Mapping[str, Any]], *asked: object) -> list[Mapping[str, Any]]:
    """A list's options, and what the view asks for beside them, which the list would drop without a
    word.
    """
    known = [option["value"] for option in options]
    others = [value for value in asked if value is not None and value not in known]
    return [*options, *({"label": str(value), "value": value} for value in others)]


def register(
    app: Dash,
    message_name: str,
    answer: Callable[..., Any],
    outputs: Sequence[Output],
    inputs: Sequence[Input | State],
) -> None:
    """Let a function of the inputs fill the outputs; what it finds wrong is shown as one sentence
    in the message.

    The page's script clears the message when it asks anew.
    """
    is_alone = len(outputs) == 1

    def guarded(*args: Any) -> Any:  # noqa: ANN401 (Dash passes and takes JSON)
        try:
            return answer(*args)
        except (InputError, OSError) as error:
            # An answer without any update, such as PreventUpdate makes, would not take the message
            # along.
            dash.set_props(message_name, {"children": f"Cannot be shown: {error}"})
            return dash.no_update if is_alone else [dash.no_update] * len(outputs)

    target = outputs[0] if is_alone else [*outputs]
    app.callback(target, [*inputs], prevent_initial_call=True)(guarded)
