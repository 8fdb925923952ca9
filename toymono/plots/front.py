"""Levers side by side: loss against coverage, a panel for each family, and the ranks."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from toymono.evidence.front import MOST_LOSS, Front, Rank
from toymono.evidence.seeds import Interval
from toymono.plots.curves import SYMBOLS
from toymono.plots.figure import Figure
from toymono.plots.style import COLOURS, faded, lettered, styled

_COLUMNS = 3
_SHOWN = (0.97, MOST_LOSS)  # losses over the least that is predicted
_LANDMARK, _LANDMARKS = "#777777", ("star", "hexagram-open")  # colour, symbols in order
_PANEL, _BELOW, _TOP = 340, 250, 100  # pixels: of a panel, below it for its legend, above all
_LEGEND = 65  # pixels from a panel to its legend
_ROW_HEIGHT = 22
_APART = 0.25  # rows between the dots of two levers in one context


def front_panels(
    fronts: Sequence[Front], landmarks: Mapping[str, tuple[float, float]], title: str
) -> go.Figure:
    """A panel for each family of levers: each lever's networks from its least strength to its
    largest, with intervals over seeds.

    Landmarks are points, loss and coverage, that stand in every panel.
    """
    families = list(dict.fromkeys(front.family for front in fronts))
    n_rows = -(-len(families) // _COLUMNS)
    height = n_rows * (_PANEL + _BELOW) - _BELOW  # of all panels
    gap = _BELOW / height if n_rows > 1 else 0.0
    figure = make_subplots(
        figure=Figure(), rows=n_rows, cols=_COLUMNS, horizontal_spacing=0.08, vertical_spacing=gap
    )
    for index, family in enumerate(families):
        where = {"row": index // _COLUMNS + 1, "col": index % _COLUMNS + 1}
        inside = [front for front in fronts if front.family == family]
        legend = f"legend{index + 1 if index else ''}"
        for number, front in enumerate(inside):
            figure.add_trace(_line(front, number, legend), **where)
        for symbol, (name, point) in zip(_LANDMARKS, landmarks.items(), strict=False):
            mark = _landmark(name, point, symbol, legend)
            figure.add_trace(mark.update(showlegend=index == 0), **where)
        panel = figure.get_subplot(**where)
        below = {"x": panel.xaxis.domain[0], "y": panel.yaxis.domain[0] - _LEGEND / height}
        figure.update_layout({legend: {**below, "yanchor": "top", "font": {"size": 11}}})
    figure.update_xaxes(range=_SHOWN, title_text="task loss / least that is predicted")
    figure.update_yaxes(range=(-0.03, 1.05), title_text="share of features covered")
    lettered(figure, families)
    beyond = sum(int((front.loss.mean > MOST_LOSS).sum()) for front in fronts)
    note = f"mean and 95% t interval over seeds; {beyond} settings beyond {MOST_LOSS} are not shown"
    styled(figure, title, note, height=height + _TOP + _BELOW)
    return figure.update_layout(margin={"t": _TOP, "b": _BELOW})


def _line(front: Front, number: int, legend: str) -> go.Scatter:
    colour = COLOURS[number % len(COLOURS)]
    return go.Scatter(
        x=front.loss.mean,
        y=front.covered.mean,
        error_x=_bars(front.loss, colour),
        error_y=_bars(front.covered, colour),
        customdata=front.strengths,
        name=front.lever,
        legend=legend,
        mode="lines+markers",
        line={"color": colour, "width": 1.5},
        marker={"symbol": SYMBOLS[number % len(SYMBOLS)], "size": _sizes(len(front.strengths))},
        hovertemplate="strength %{customdata:.3g}: loss %{x:.3f}, covered %{y:.3f}<extra>"
        + front.lever
        + "</extra>",
    )


def _sizes(n: int) -> list[float]:
    """Markers that grow with the strength."""
    return [*np.linspace(6, 13, n)]


def _bars(interval: Interval, colour: str) -> dict[str, object]:
    up, down = interval.high - interval.mean, interval.mean - interval.low
    ends = {"array": np.nan_to_num(up), "arrayminus": np.nan_to_num(down)}
    return {**ends, "color": faded(colour, 0.4), "thickness": 1, "width": 0}


def _landmark(name: str, point: tuple[float, float], symbol: str, legend: str) -> go.Scatter:
    x, y = point
    return go.Scatter(
        x=[x],
        y=[y],
        name=name,
        legend=legend,
        mode="markers",
        marker={"symbol": symbol, "size": 12, "color": _LANDMARK},
        hovertemplate=f"{name}: loss %{{x:.3f}}, covered %{{y:.3f}}<extra></extra>",
    )


def rank_bars(ranks: Mapping[str, Rank], families: Mapping[str, str], title: str) -> go.Figure:
    """Each lever's budget coverage with its interval over seeds, the highest at the top."""
    kinds = list(dict.fromkeys(families.values()))
    colours = {family: COLOURS[index % len(COLOURS)] for index, family in enumerate(kinds)}
    figure = Figure()
    for family in kinds:
        inside = {name: rank for name, rank in ranks.items() if families[name] == family}
        shares = [rank.coverage for rank in inside.values()]
        over_seeds = Interval(*map(np.array, zip(*shares, strict=True)))
        dots = go.Scatter(
            x=over_seeds.mean,
            y=[*inside],
            error_x=_bars(over_seeds, colours[family]),
            name=family,
            mode="markers",
            marker={"color": colours[family], "size": 10},
            hovertemplate="%{y}: %{x:.3f}<extra>" + family + "</extra>",
        )
        figure.add_trace(dots)
    for name in (name for name, rank in ranks.items() if math.isnan(rank.coverage.mean)):
        figure.add_annotation(x=0, y=name, **_in_words("no network finished", _LANDMARK))
    order = {"categoryorder": "array", "categoryarray": [*ranks][::-1]}
    figure.update_yaxes(**order, automargin=True)
    figure.update_xaxes(title_text="budget coverage", range=(0, 1))
    least = "share of features covered, averaged over loss budgets"
    note = f"{least} up to {MOST_LOSS} times the predicted least; 95% t interval over seeds"
    return styled(figure, title, note, height=_ROW_HEIGHT * len(ranks) + 180)


def context_panels(
    rows: Sequence[Mapping[str, Any]], measures: Mapping[str, float], title: str
) -> go.Figure:
    """How levers differ from another in several contexts: a row each, a panel for each measure.

    A row has a context, a lever, and an Interval under the name of each measure; `measures` says
    what the measure is where there is no difference.
    """
    figure = make_subplots(figure=Figure(), cols=len(measures), shared_yaxes=True)
    first = next(iter(measures))
    contexts, levers = (list(dict.fromkeys(row[of] for row in rows)) for of in ("context", "lever"))
    for number, lever in enumerate(levers):
        inside = [row for row in rows if row["lever"] == lever]
        below = _APART * (number - (len(levers) - 1) / 2)
        y = [contexts.index(row["context"]) + below for row in inside]
        for column, name in enumerate(measures, 1):
            dots = _context_dots([row[name] for row in inside], y, number)
            dots.update(name=lever, legendgroup=lever, showlegend=column == 1)
            figure.add_trace(dots, row=1, col=column)
        for position, row in zip(y, inside, strict=True):
            if math.isnan(row[first].mean):
                words = _in_words("too few networks finished", COLOURS[number % len(COLOURS)])
                figure.add_annotation(x=measures[first], y=position, **words)
    for column, (name, same) in enumerate(measures.items(), 1):
        figure.add_vline(same, line={"color": _LANDMARK, "dash": "dot"}, row=1, col=column)
        figure.update_xaxes(title_text=name, row=1, col=column)
    ticks = {"tickvals": [*range(len(contexts))], "ticktext": contexts}
    figure.update_yaxes(**ticks, range=(len(contexts) - 0.5, -0.5), automargin=True)
    note = "mean and 95% t interval over seeds; dotted: no difference"
    return styled(figure, title, note, height=2 * _ROW_HEIGHT * len(contexts) + 200)


def _in_words(text: str, colour: str) -> dict[str, Any]:
    """An annotation in place of a dot."""
    where = {"xanchor": "left", "xshift": 6, "showarrow": False}
    return {"text": text, "font": {"color": colour, "size": 11}, **where}


def _context_dots(intervals: Sequence[Interval], y: list[float], number: int) -> go.Scatter:
    over_seeds = Interval(*map(np.array, zip(*intervals, strict=True)))
    colour = COLOURS[number % len(COLOURS)]
    return go.Scatter(
        x=over_seeds.mean,
        y=y,
        error_x=_bars(over_seeds, colour),
        mode="markers",
        marker={"color": colour, "symbol": SYMBOLS[number % len(SYMBOLS)], "size": 9},
        hovertemplate="%{x:.3f}",
    )
