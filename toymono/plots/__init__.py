"""Pictures: records in, plotly figures out; `write` alone makes files of them."""

from typing import Literal

Kind = Literal["all", "sweep", "traces", "biases", "map", "geometry", "circuit"]
