"""The distribution of scores over neurons, and its change in training [P Fig 2]."""

from collections.abc import Sequence

import plotly.graph_objects as go

from toymono.analysis.monosemanticity import MONO_THRESHOLD
from toymono.evidence.curves import Curve
from toymono.plots.curves import lines_with_bands, seeds_note
from toymono.plots.figure import Figure
from toymono.plots.style import styled


def score_distributions(curves: Sequence[Curve], title: str, note: str) -> go.Figure:
    """Cumulative distributions, one line per record with a band over seeds."""
    figure = Figure()
    figure.add_traces(lines_with_bands(curves, "score at most %{x:.4f}: %{y:.1%}"))
    figure.add_vline(x=MONO_THRESHOLD, line={"color": "#222", "width": 1, "dash": "dot"})
    figure.update_xaxes(title_text="score r", range=[0, 1.005])
    figure.update_yaxes(title_text="share of the neurons that score at most r", range=[0, 1.01])
    figure.update_layout(legend={"title": "after"})
    return styled(
        figure,
        title,
        f"{seeds_note(curves)}; mono neurons score above the dotted line; {note}",
        height=480,
    )
