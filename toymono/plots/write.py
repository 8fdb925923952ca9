"""The only place that writes figures: HTML that needs no network, and images through a browser."""

import contextlib
import html
import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import plotly.io

from toymono.config import InputError, require
from toymono.environment import browser
from toymono.plots.figure import CONFIG, Figure
from toymono.text_files import read_text, write_text, written_whole

_IMAGE_SUFFIXES = (".png", ".svg", ".pdf")
PAGE = 1000  # pixels, the width of an image


def write_page(
    figures: Sequence[go.Figure], file: pathlib.Path, title: str = "toymono"
) -> pathlib.Path:
    """One self-contained page with the figures one below the other; plotly.js is included once."""
    parts = [
        plotly.io.to_html(figure, config=CONFIG, full_html=False, include_plotlyjs=index == 0)
        for index, figure in enumerate(figures)
    ]
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title>'
    looks = "max-width:1100px;margin:1em auto;font-family:Helvetica,Arial,sans-serif"
    style = f"<style>body{{{looks}}}</style>"
    body = "\n".join(parts)
    page = f'<html lang="en"><head>{head}{style}</head><body>\n{body}\n</body></html>'
    file.parent.mkdir(parents=True, exist_ok=True)
    return write_text(file, f"<!doctype html>\n{page}\n")


def write_image(figure: go.Figure, file: pathlib.Path, width: int = PAGE) -> pathlib.Path:
    """A PNG, SVG or PDF, by the file's suffix; raises InputError where no browser is found."""
    write_images({file: figure}, width)
    return file


def write_images(figures: Mapping[pathlib.Path, go.Figure], width: int = PAGE) -> None:
    """Images of all figures from one start of the browser; InputError where none is found."""
    for file in figures:
        require(
            browser() is not None,
            "out",
            "an .html file where no Chromium is installed",
            str(file),
            "install Chromium or set BROWSER_PATH",
        )
        file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with contextlib.ExitStack() as stack:
            arguments: dict[str, list[Any]] = {
                "fig": list(figures.values()),
                "file": [stack.enter_context(written_whole(file)) for file in figures],
                "format": [file.suffix[1:] for file in figures],
                "height": [figure.layout["height"] for figure in figures.values()],
                "scale": [2 if file.suffix == ".png" else 1 for file in figures],
            }
            plotly.io.write_images(**arguments, width=width)
    except RuntimeError as error:  # what choreographer's browser errors are
        fix = "set BROWSER_PATH to a Chromium that does, or write .html"
        raise InputError(
            f"browser must start without a screen, but {browser()} does not; {fix}"
        ) from error


def write_json(figure: go.Figure, file: pathlib.Path) -> pathlib.Path:
    """What the figure is made of, as plotly's JSON: `read_json` gives it back."""
    file.parent.mkdir(parents=True, exist_ok=True)
    return write_text(file, figure.to_json() + "\n")


def read_json(file: pathlib.Path) -> go.Figure:
    """A figure that `write_json` wrote; raises InputError if the file holds none."""
    try:
        return Figure(json.loads(read_text(file)))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"{file} must hold a figure that toymono wrote, but {error}; draw it again"
        ) from error


def write_figures(
    figures: Sequence[go.Figure], file: pathlib.Path, width: int = PAGE
) -> pathlib.Path:
    """The figures in the format that the file's suffix names: a page holds many, an image one,
    whose width is in pixels.

    Raises InputError for another suffix, and for an image of several figures.
    """
    suffixes = (".html", *_IMAGE_SUFFIXES)
    require(
        file.suffix in suffixes,
        "out",
        f"a file ending in {', '.join(suffixes)}",
        str(file),
        "rename it",
    )
    if file.suffix == ".html":
        return write_page(figures, file)
    require(
        len(figures) == 1,
        "out",
        f"an .html file for {len(figures)} figures",
        str(file),
        "or choose one --kind",
    )
    return write_image(figures[0], file, width)
