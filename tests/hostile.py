"""Hostile environments, results, figures and requests, drawn at random by hypothesis; command
lines, sweeps and damage to files are in drawing.py.
"""

import json
from typing import NamedTuple

import drawing
import numpy as np
import xarray as xr
from hypothesis import strategies as st

_VARIABLES = {
    "JAX_PLATFORMS": ("cuda", "tpu", "typo", "cpu", "", ",", "cpu,cuda"),
    "JAX_PLATFORM_NAME": ("gpu", "cpu", "x"),
    "JAX_DEFAULT_MATMUL_PRECISION": ("highest", "hihgest", "", "bfloat16"),
    "JAX_ENABLE_X64": ("1", "0", "perhaps"),
    "JAX_DISABLE_JIT": ("1", "0", "x"),
    "JAX_NUM_CPU_DEVICES": ("0", "1", "2", "x", "-3"),
    "JAX_DEBUG_NANS": ("1",),
    "JAX_DEBUG_INFS": ("1",),
    "JAX_NUMPY_RANK_PROMOTION": ("raise", "warn", "rise"),
    "JAX_NUMPY_DTYPE_PROMOTION": ("strict", "standard"),
    "JAX_TRANSFER_GUARD": ("disallow", "log", "x"),
    "JAX_CHECK_TRACER_LEAKS": ("1",),
    "JAX_DEFAULT_PRNG_IMPL": ("rbg", "x"),
    "COLUMNS": ("0", "1", "-1", "x", "99999999"),
    "TERM": ("dumb", "", "xterm"),
    "LC_ALL": ("C", "C.UTF-8", "xx_YY"),
    "PYTHONUTF8": ("0", "1"),
    "PYTHONIOENCODING": ("ascii", "latin-1", "utf-8"),
    "NO_COLOR": ("1",),
    "BROWSER_PATH": ("/nowhere", "/bin/false"),
}


def _valued(name):
    return st.tuples(st.just(name), st.sampled_from(_VARIABLES[name]))


_NAMES = st.lists(st.sampled_from([*_VARIABLES]), min_size=1, max_size=3, unique=True)
environments = _NAMES.flatmap(lambda names: st.tuples(*map(_valued, names))).map(dict)


class At(NamedTuple):
    """Where a result is changed, and to what."""

    dim: str
    variable: str
    attribute: str
    number: int
    value: object


def _with(data, at, values):
    return data.assign({at.variable: (data[at.variable].dims, values)})


def _dtype(data, at):
    dtypes = ("f2", "f8", ">f4", "i1", "i8", "u4", "bool", "S3", "c8")
    return _with(data, at, data[at.variable].values.astype(dtypes[at.number % len(dtypes)]))


def _values(data, at):
    value = (0, -1, np.nan, np.inf, at.number)[at.number % 5]
    return _with(data, at, np.full_like(data[at.variable].values, value))


def _text(data, at):
    return _with(data, at, data[at.variable].values.astype(str).astype(object))


def _units(data, at):
    units = ("days since 2000-01-01", "seconds", "hours")[at.number % 3]
    return data.assign({at.variable: data[at.variable].assign_attrs(units=units)})


def _forgotten(data, at):
    return xr.Dataset(data, attrs={k: v for k, v in data.attrs.items() if k != at.attribute})


def _attribute(data, at):
    return data.assign_attrs({at.attribute: at.value})


CHANGES = {
    "rename": lambda data, at: data.rename({at.dim: "other"}),
    "transpose": lambda data, at: data.transpose(..., at.dim),
    "cut": lambda data, at: data.isel({at.dim: slice(at.number % data.sizes[at.dim])}),
    "twice": lambda data, at: xr.concat([data, data], at.dim, data_vars="minimal"),
    "new": lambda data, at: data.assign(new=(at.dim, np.arange(data.sizes[at.dim]))),
    "drop": lambda data, at: data.drop_vars(at.variable),
    "dtype": _dtype,
    "values": _values,
    "text": _text,
    "units": _units,
    "forgotten": _forgotten,
    "attribute": _attribute,
}
_ATTRIBUTES = st.sampled_from([[1, 2], "", "{}"]) | st.floats() | drawing.TEXTS


@st.composite
def changes(draw):
    """The name of a change of a result, and numbers that choose what is changed."""
    return draw(st.sampled_from([*CHANGES])), draw(st.integers(0, 99)), draw(_ATTRIBUTES)


def changed(data, kind, number, value):
    """A result after a change; it can still be read."""
    dim, variable, attribute = (
        [*names][number % len(names)] for names in (data.sizes, data.variables, data.attrs)
    )
    return CHANGES[kind](data, At(dim, variable, attribute, number, value))


@st.composite
def figures(draw, figure):
    """The text of a JSON file: a figure of which parts are replaced, or no figure at all."""
    for _ in range(draw(st.integers(0, 3))):
        part = draw(st.sampled_from([figure, figure["layout"], *figure["data"]]))
        name = draw(st.sampled_from(["data", "layout", "type", "x", "title", "meta", "zz"]))
        part[name] = draw(drawing.JSON)
        if not (isinstance(figure["layout"], dict) and isinstance(figure["data"], list)):
            break
        figure["data"] = [trace for trace in figure["data"] if isinstance(trace, dict)]
    return draw(st.sampled_from([json.dumps(figure)] * 4 + ["", "[1", "nul", "\ud800"]))


_PIECES = st.sampled_from(["claims", "growth", "tables-0", "member-0-1", "circuit-0-0"])


@st.composite
def requests(draw):
    """The arguments of a request to the explorer, as werkzeug's test client takes them."""
    number = st.integers(-2, 10**9)
    none = st.builds("{}-{}-{}".format, st.sampled_from(["member", "tables", "x"]), number, number)
    piece = draw(_PIECES | none | drawing.TEXTS)
    paths = ["/", "/plotly.js", "/page.js", "/piece/", "/piece/../server.py", "/static/x"]
    piece = piece.replace("?", "%3F")  # else it begins a query, and there is one
    path = draw(st.sampled_from(paths) | st.just(f"/piece/{piece}"))
    headers = {"Host": draw(st.sampled_from([*["127.0.0.1"] * 5, "evil.example"]))}
    query = draw(st.dictionaries(drawing.TEXTS, drawing.TEXTS, max_size=3))
    method = draw(st.sampled_from(["GET"] * 5 + ["POST", "HEAD", "PUT", "OPTIONS"]))
    return {"method": method, "path": path, "query_string": query, "headers": headers}
