"""Figures that are safe to show: wherever one appears, it offers no upload of itself."""

from typing import Any

import plotly.graph_objects as go
import plotly.io

# plotly 7 shows a "Share chart" button that uploads the figure unless its configuration forbids it.
CONFIG = {"showSendToCloud": False, "displaylogo": False, "responsive": True}


class Figure(go.Figure):
    """A plotly figure that a notebook shows with the settings of a written one."""

    def show(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (as plotly's)
        """Show it, in a notebook or a browser."""
        super().show(*args, **{"config": CONFIG, **kwargs})

    def _ipython_display_(self) -> None:
        if plotly.io.renderers.render_on_display and plotly.io.renderers.default:
            self.show()
        else:
            print(repr(self))

    def _repr_mimebundle_(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        return super()._repr_mimebundle_(*args, **{"config": CONFIG, **kwargs})
