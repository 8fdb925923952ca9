"""Numbers and tables small enough to travel: matrices in 8 or 16 bits, JSON for a page."""

import base64
import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from toymono.plots.style import column_title
from toymono.text_files import json_number

BASE64 = 4 / 3  # characters per byte
_DIGITS = 7  # a float32 has no more


def packed(values: np.ndarray, bits: int = 32, top: float | None = None) -> dict[str, Any]:
    """An array as base64 of little-endian numbers: value = number * scale, off by half a `scale` at
    most.

    With 8 or 16 bits they are whole numbers, without a sign where no value has one, whose range
    ends at `top` (by default the largest absolute value). Whole numbers, 32 bits, and arrays that
    are not finite are kept as they are.
    """
    if values.dtype.kind in "iub":
        return _coded(values.astype("<i4"), 1.0)
    if bits == 32 or not np.isfinite(values).all():
        return _coded(values.astype("<f4"), 1.0)
    signed = bool((values < 0).any())
    highest = 2 ** (bits - signed) - 1
    scale = float(np.abs(values).max(initial=0) if top is None else top) / highest or 1.0
    whole = np.clip(np.rint(values.astype(np.float64) / scale), -highest, highest)
    return _coded(whole.astype(f"<{'i' if signed else 'u'}{bits // 8}"), scale)


def _coded(values: np.ndarray, scale: float) -> dict[str, Any]:
    data = base64.b64encode(np.ascontiguousarray(values).tobytes()).decode()
    return {"dtype": values.dtype.name, "shape": list(values.shape), "scale": scale, "data": data}


def plain(value: Any) -> Any:  # noqa: ANN401 (what JSON has)
    """What JSON can hold: arrays as lists, numbers in seven digits, null for what is not finite."""
    if isinstance(value, go.Figure):
        layout = value.layout.to_plotly_json()
        layout.pop("template", None)  # thousands of characters that all figures share
        traces: Iterable[Any] = value.data
        return plain({"data": [trace.to_plotly_json() for trace in traces], "layout": layout})
    if isinstance(value, dict):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind in "iub":
        return value.tolist()
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return _rounded(value)
    if isinstance(value, list | tuple | np.ndarray | pd.Series | pd.Index):
        return [plain(part) for part in value]
    return json_number(value, _DIGITS)


def _rounded(values: np.ndarray) -> Any:  # noqa: ANN401 (lists as deep as the array)
    """All numbers of an array in seven digits at once, null for what is not finite."""
    exact, finite = values.astype(np.float64), np.isfinite(values)
    sizes = np.abs(np.where(finite & (exact != 0), exact, 1.0))
    unit = 10.0 ** (np.floor(np.log10(sizes)) - (_DIGITS - 1))
    whole = np.round(np.where(finite, exact, 0.0) / unit)
    small = unit < 1  # dividing by a power of ten gives the nearest number of so few digits
    near = np.where(small, whole / np.where(small, np.round(1 / unit), 1), whole * unit)
    if finite.all():
        return near.tolist()
    kept = near.astype(object)
    kept[~finite] = None
    return kept.tolist()


def packed_table(name: str, table: pd.DataFrame) -> dict[str, Any]:
    """A table by rows, under the name that its downloads have, with a title for each column."""
    rows = [plain(list(row)) for row in table.astype(object).itertuples(index=False)]
    columns = [str(column) for column in table.columns]
    titles = [column_title(column) for column in columns]
    return {"name": name, "columns": columns, "titles": titles, "rows": rows}


def script_json(content: object) -> str:
    """JSON in ASCII that may stand inside a script element: nothing in it can end the element."""
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
