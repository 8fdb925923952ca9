"""A report: one page that holds claims, sweeps and chosen networks neuron by neuron, and opens with
no server.
"""

import base64
import hashlib
import html
import pathlib
import string
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import plotly.io
from plotly.offline import get_plotlyjs

from toymono.analysis.monosemanticity import MONO_THRESHOLD
from toymono.command_line.terminal import CLAIM_COLUMNS, claim_rows
from toymono.config import require
from toymono.evidence.tables import (
    COUNTS,
    SETTINGS,
    brief,
    by_setting,
    has_code,
    over_seeds,
    varying_settings,
)
from toymono.evidence.verdicts import verdicts
from toymono.explorer.report_data import (
    evenly,
    packed_member,
    packed_table,
    plain,
    script_json,
    thinned,
)
from toymono.explorer.stored_runs import Member, Study
from toymono.gallery.figures import sweep_figure
from toymono.plots.figure import CONFIG
from toymono.plots.panels import FEATURE_TITLES, NEURON_TITLES
from toymono.plots.scatter import member_scatter, scatter_words
from toymono.sweeps.store import stored_provenance
from toymono.text_files import read_text, write_text

MARK = '<meta name="generator" content="toymono report">'
_HERE = pathlib.Path(__file__).parent
_SCRIPTS = (
    "assets/tables.js",
    *(f"page/{name}.js" for name in ("data", "figures", "views", "report")),
)
_HEAD = 4096  # bytes in which a report says that it is one
_BUDGET = 8_000_000  # bytes that all members' numbers may take; plotly's code takes 5 million more
_MEMBERS = 6  # over all runs, unless there are more runs
_SCATTER = ("n_mono", "task_loss")


def write_report(
    studies: Mapping[str, Study], file: pathlib.Path, members: Sequence[int] = ()
) -> pathlib.Path:
    """Write the report on these runs whole or not at all; the members of each run are chosen unless
    they are named.

    Raises InputError for an unknown member, and where the file is there already and is no report.
    """
    _check_free(file)
    chosen = [
        [study.member(number) for number in dict.fromkeys(members) or _shown_members(study, share)]
        for study, share in zip(studies.values(), _shares(len(studies)), strict=True)
    ]
    budget = _BUDGET // max(1, sum(map(len, chosen)))
    parts: dict[str, Any] = {}
    runs = [
        _run(place, study, chosen[place], budget, parts)
        for place, study in enumerate(studies.values())
    ]
    titles = {"neuron": NEURON_TITLES, "feature": FEATURE_TITLES}
    template = plotly.io.templates["plotly_white"].to_plotly_json()
    looks = {
        "titles": titles,
        "template": template,
        "config": CONFIG,
        "mono_threshold": MONO_THRESHOLD,
    }
    index = {"runs": runs, "claims": _claims(studies), **looks}
    page = _page({"index": plain(index), **parts}, ", ".join(studies))
    file.parent.mkdir(parents=True, exist_ok=True)
    return write_text(file, page)


def _check_free(file: pathlib.Path) -> None:
    """What a name already stands for may be replaced if it is a report."""
    is_report = file.is_file() and MARK.encode() in file.read_bytes()[:_HEAD]
    rule, fix = "a new file or an earlier report", "name another with --out"
    require(is_report or not file.exists(), "out", rule, str(file), fix)


def _shares(n_runs: int) -> list[int]:
    """How many members each run has taken apart: one at least, and earlier runs one more where it
    does not divide.
    """
    return [max(1, _MEMBERS // n_runs + (place < _MEMBERS % n_runs)) for place in range(n_runs)]


def _shown_members(study: Study, n: int) -> list[int]:
    """The members taken apart where none is named: none if that needs code which is not loaded."""
    has_all = all(map(has_code, study.run.units))
    return chosen_members(study.run.table, n) if has_all else []


def chosen_members(table: pd.DataFrame, n: int) -> list[int]:
    """Members that stand for a run: the one with the most mono neurons, then that with the fewest.

    Then the first seed of each other setting, evenly spread where there are more than `n`. Diverged
    members stay out unless all are.
    """
    finite = table[~table.diverged] if not table.diverged.all() else table
    extremes = list(dict.fromkeys([int(finite.n_mono.idxmax()), int(finite.n_mono.idxmin())]))[:n]
    place = by_setting(finite).ngroup()
    first = by_setting(finite).head(1).index
    others = [int(member) for member in first if place[member] not in set(place[extremes])]
    return sorted([*extremes, *(others[place] for place in evenly(len(others), n - len(extremes)))])


def _run(
    place: int, study: Study, chosen: Sequence[Member], budget: int, parts: dict[str, Any]
) -> dict[str, Any]:
    """One run's part of the index; its members' numbers are added to `parts`, each to be read when
    it is looked at.
    """
    told, members = [], []
    for member in chosen:
        keep = thinned(member, budget)
        parts[f"member-{place}-{member.number}"] = packed_member(member, keep)
        told += [keep.words] if keep.words else []
        members.append({"number": member.number, "label": member.label})
    table, numbers = study.whole_table, [member.number for member in chosen]
    varying = varying_settings(table)
    scatter = member_scatter(
        table, *_SCATTER, colour=varying[0] if varying else None, chosen=numbers
    )
    return {
        "name": study.name,
        "members": members,
        "thinned": _thinned_words(len(table), len(chosen), told),
        "words": run_words(table, numbers),
        "tables": _tables(study),
        "figures": {
            "sweep": _captioned(sweep_figure(table)),
            "scatter": {
                "heading": "Members",
                "note": scatter_words(table, *_SCATTER),
                "figure": plain(scatter),
            },
        },
    }


def _tables(study: Study) -> list[dict[str, Any]]:
    table = study.whole_table
    return [
        packed_table("members", brief(table).reset_index()),
        packed_table("over seeds", over_seeds(table, ("task_loss", *COUNTS))),
        packed_table("every measure", table.reset_index()),
        packed_table(
            "made with", pd.DataFrame(_made_with(study).items(), columns=["what", "value"])
        ),
    ]


def _thinned_words(n_members: int, n_chosen: int, left_out: Sequence[str]) -> str:
    """What a reader does not get, so that the file stays small."""
    others = n_members - n_chosen
    told = [f"{others} of {n_members} networks stand in the tables alone"] if others else []
    told.append("matrices are rounded to 16 bits, maps of earlier records to 8")
    return f"To keep this file small, {'; '.join((*told, *left_out))}."


def _made_with(study: Study) -> dict[str, str]:
    """Settings that all members share, then versions, device and commit."""
    table = study.whole_table
    shared = {name: str(table[name].iloc[0]) for name in SETTINGS if table[name].nunique() == 1}
    return {**shared, **stored_provenance(study.run.units[0])}


def run_words(table: pd.DataFrame, chosen: Sequence[int]) -> str:
    """A run in words: how many networks, and how far apart they are."""
    finite = table[~table.diverged]
    settings = by_setting(table).ngroups
    n_diverged = len(table) - len(finite)
    words = f"{len(table)} networks of {settings} settings, {n_diverged} of them diverged."
    if len(finite):
        most, fewest = int(finite.n_mono.idxmax()), int(finite.n_mono.idxmin())
        losses = f"Task loss from {finite.task_loss.min():.4f} to {finite.task_loss.max():.4f}"
        ends = [f"{table.n_mono[member]} (member {member})" for member in (fewest, most)]
        words = f"{words} {losses}; mono neurons from {' to '.join(ends)}."
    numbers = ", ".join(str(number) for number in chosen)
    return f"{words} Taken apart here: member{'s' if len(chosen) != 1 else ''} {numbers}."


def _captioned(figure: go.Figure) -> dict[str, Any]:
    """A figure whose title and small print stand beside it as text, where they can wrap."""
    heading, _, note = str(figure.layout["title"]["text"]).partition("<br>")
    figure.update_layout(title=None, margin={"t": 30})
    return {
        "heading": heading,
        "note": note.removeprefix("<sup>").removesuffix("</sup>"),
        "figure": plain(figure),
    }


def _claims(studies: Mapping[str, Study]) -> dict[str, Any]:
    """The verdicts that these runs allow: in words for each measurement that has one, and in full
    as a download.
    """
    rows = verdicts([study.results for study in studies.values()])
    if not len(rows):
        return {
            "words": "No claim is judged on these runs: they are not batches of the paper.",
            "tables": [],
        }
    tested = rows[rows.n > 0]
    judged = f"{len(tested)} of {len(rows)} measurements can be judged on these runs"
    words = f"{judged}; the others need other batches."
    shown = pd.DataFrame(claim_rows(tested), columns=list(CLAIM_COLUMNS))
    return {
        "words": words,
        "tables": [packed_table("claims", shown), packed_table("all verdicts", rows)],
    }


def _page(parts: Mapping[str, object], names: str) -> str:
    scripts = [
        get_plotlyjs(),
        '"use strict";\n' + "\n".join(read_text(_HERE / name) for name in _SCRIPTS),
    ]
    scripts = [script.replace("</script", "<\\/script") for script in scripts]
    hashes = (
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts
    )
    embedded = (
        f'<script type="application/json" id="{name}">{script_json(x)}</script>'
        for name, x in parts.items()
    )
    return string.Template(read_text(_HERE / "page" / "report.html")).substitute(
        mark=MARK,
        policy=" ".join(f"'sha256-{digest}'" for digest in hashes),
        title=html.escape(names),
        style=read_text(_HERE / "page" / "report.css"),
        data="\n".join(embedded),
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
    )
