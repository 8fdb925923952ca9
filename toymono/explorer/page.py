"""The page that shows runs: its HTML, and the pieces of numbers that its scripts ask for.

A report holds its pieces in the page; a server answers for each when the page first needs it.
"""

import base64
import hashlib
import html
import pathlib
import re
import string
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

import plotly.io
from plotly.offline import get_plotlyjs, get_plotlyjs_version

from toymono.analysis.dashboard_data import ROLES
from toymono.analysis.monosemanticity import MONO_THRESHOLD
from toymono.explorer.geometry_data import packed_geometry
from toymono.explorer.member_data import Thinned, packed_member
from toymono.explorer.packing import plain, script_json
from toymono.explorer.run_data import run_index, run_or_fault, run_tables
from toymono.explorer.stored_runs import Member, Study
from toymono.gallery.figures import member_figure
from toymono.glossary import TERMS
from toymono.plots.directions import TITLES
from toymono.plots.figure import CONFIG
from toymono.plots.interventions import activation_panel, addition_panel, output_panel
from toymono.plots.members import QUANTITY_TITLES, Quantity, heatmap
from toymono.plots.panels import FEATURE_TITLES, NEURON_TITLES
from toymono.text_files import read_text

# What makes each piece of a run and of a member, by the name that the page asks for.
OF_RUN: Mapping[str, Callable[[Study], Any]] = {"tables": run_tables}
OF_MEMBER: Mapping[str, Callable[[Study, Member, Thinned], Any]] = {
    "member": lambda _, member, keep: packed_member(member, keep),
    "geometry": lambda _, member, keep: packed_geometry(member),
    "circuit": lambda study, member, keep: plain(member_figure(study.run, member.number)),
}
MARK = '<meta name="generator" content="toymono report">'
_HERE = pathlib.Path(__file__).parent / "page"
# In the order in which they use each other.
_MODULES = (
    "data",
    "dom",
    "address",
    "picture",
    "unit_figures",
    "member_figures",
    "finder",
    "sweep_view",
    "member_view",
    "geometry_view",
    "network",
    "what_if_view",
    "claims_view",
    "main",
)
_AXES = ("xaxis", "yaxis")
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', re.M)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|class|const) (\w+))", re.M)


def index(
    studies: Sequence[Study], held: Sequence[Sequence[int] | None], left_out: Sequence[str]
) -> dict[str, Any]:
    """What the page knows from the start: its runs, and how pictures look.

    `held` are the members of each run that a report holds, None where a server answers for all.
    """
    is_served = None in held
    runs = [
        run_or_fault(*of_run) if is_served else run_index(*of_run)
        for of_run in zip(studies, held, left_out, strict=True)
    ]
    return plain(
        {
            "is_served": is_served,
            "runs": runs,
            "titles": {"neuron": NEURON_TITLES, "feature": FEATURE_TITLES, "geometry": TITLES},
            "templates": {name: _template(name) for name in ("white", "dark")},
            # Two clicks within plotly's 300 ms are a double click: it returns to the whole picture,
            # so that clicks on two cells do not move the map.
            "config": {**CONFIG, "doubleClick": "reset"},
            "mono_threshold": MONO_THRESHOLD,
            "roles": ROLES,
            "terms": TERMS,
            "shows": {
                name: {
                    "title": QUANTITY_TITLES[name].replace("<br>", " "),
                    "trace": heatmap(name, 1.0).to_plotly_json(),
                }
                for name in get_args(Quantity)
            },
            "looks": {
                "activations": activation_panel(),
                "outputs": output_panel(),
                "additions": addition_panel(),
            },
        }
    )


def _template(name: str) -> dict[str, Any]:
    """Plotly's own, but labels of ticks are not measured one by one against the picture's edge,
    which takes a third of the time of a small picture.
    """
    template = plotly.io.templates[f"plotly_{name}"].to_plotly_json()
    axes = {axis: {**template["layout"][axis], "ticklabeloverflow": "allow"} for axis in _AXES}
    return {**template, "layout": {**template["layout"], **axes}}


def scripts() -> dict[str, str]:
    """The page's own modules as one script, since a file cannot import others; and Plotly, with
    which the page draws once its words are there.
    """
    parts = [_module(name, read_text(_HERE / f"{name}.js")) for name in _MODULES]
    own = "\n".join(['"use strict";', "const modules = {};", *parts])
    return {"page.js": own, "plotly.js": get_plotlyjs()}


def _module(name: str, text: str) -> str:
    """A module as a function that is called once and gives what the module exports."""
    exported = ", ".join(found[2] for found in _EXPORT.finditer(text))
    body = _EXPORT.sub(r"\1", _IMPORT.sub(r"const \1 = modules.\2;", text))
    return f"modules.{name} = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();"


def whole_page(pieces: Mapping[str, object], names: str) -> str:
    """A page that needs nothing else: its scripts stand in it, and may do nothing but draw."""
    texts = [text.replace("</script", "<\\/script") for text in scripts().values()]
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
    policy = " ".join(f"'sha256-{digest}'" for digest in digests)
    return _filled(
        pieces,
        f"toymono report: {names}",
        policy=f"script-src {policy}",
        early="",
        scripts="\n".join(f"<script>{text}</script>" for text in texts),
    )


def served_page(pieces: Mapping[str, object]) -> str:
    """A page whose scripts and numbers come from the server that it came from."""
    version = get_plotlyjs_version()  # a browser keeps the script, and what it compiled of it
    return _filled(
        pieces,
        "toymono explore",
        policy="script-src 'self'; connect-src 'self'",
        early=f'<script async src="plotly.js?{version}"></script>',
        scripts='<script defer src="page.js"></script>',
    )


def served_opening() -> str:
    """What a served page begins with whatever its pieces are: it says that runs are read, and its
    browser compiles Plotly meanwhile.
    """
    opening, end, _ = served_page({}).partition("</main>")
    return opening + end


def _filled(pieces: Mapping[str, object], title: str, **parts: str) -> str:
    embedded = (
        f'<script type="application/json" id="{name}">{script_json(content)}</script>'
        for name, content in pieces.items()
    )
    return string.Template(read_text(_HERE / "page.html")).substitute(
        mark=MARK,
        title=html.escape(title),
        style=read_text(_HERE / "page.css"),
        pieces="\n".join(embedded),
        **parts,
    )
