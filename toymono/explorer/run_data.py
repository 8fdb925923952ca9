"""What the page shows of a whole run: every member as a point, tables, and how it was made."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from toymono.config import InputError, left_out
from toymono.evidence.contrast import contrast, contrast_words
from toymono.evidence.curves import distinguishing, sweep_axis
from toymono.evidence.tables import (
    MEASURES,
    RECORDED,
    brief,
    by_setting,
    over_seeds,
    own_columns,
    setting_names,
    varying_settings,
)
from toymono.evidence.wording import CLAIM_COLUMNS, claim_rows
from toymono.explorer.packing import packed_table, plain
from toymono.explorer.stored_runs import Study
from toymono.gallery.figures import sweep_figure
from toymono.plots.claims import evidence
from toymono.plots.curves import shades
from toymono.plots.style import axis_title, setting_label
from toymono.plots.ticks import setting_axis
from toymono.sweeps.store import stored_provenance

_STATE = ("finished", "diverged")


def run_index(study: Study, held: Sequence[int] | None, left_out: str) -> dict[str, Any]:
    """What the page knows of a run from the start, out of measures recorded in training.

    `held` are the members that can be opened, all if it is None; `left_out` says what is missing.
    """
    table = study.run.table
    varying, recorded = varying_settings(table), _numbers(table, RECORDED)
    main = sweep_axis(table)
    colours = distinguishing(table, main) or [name for name in varying if name == main]
    pair = contrast(table)
    opened = pair if pair and (held is None or {*pair} <= {*held}) else None
    return {
        "name": study.name,
        "words": f"{run_words(table)}{steps_words(table, _last_steps(study))}",
        "thinned": left_out,
        "held": None if held is None else [*held],
        "labels": [study.labels[number] for number in table.index],
        "contrast": {"members": opened, "words": contrast_words(table, *opened)}
        if opened
        else None,
        "axes": _axes(table),
        "chosen": {
            "x": "mono_per_feature",
            "y": "task_loss",
            "colour": colours[0] if colours else None,
        },
        "shades": {name: _labelled(table, name) for name in varying},
        "members": packed_table(f"{study.name} members", brief(table).reset_index()),
        "measured": _measured(table, over_seeds(table, recorded), recorded),
    }


def run_or_fault(study: Study, held: Sequence[int] | None, left_out: str) -> dict[str, Any]:
    """The same; of a run that cannot be read its name and why, so that other runs can be seen."""
    try:
        return run_index(study, held, left_out)
    except InputError as error:
        gone = f"The folder {study.folder} is gone: it was moved or deleted."
        fault = " ".join(str(error).split()) if study.folder.exists() else gone
        empty = {"contrast": None, "held": [], "labels": [], "axes": [], "chosen": {}}
        return {"name": study.name, "fault": fault, **empty}


def _axes(table: pd.DataFrame) -> list[dict[str, Any]]:
    """What members can be drawn against: settings that vary, and measures."""
    settings = [
        {"name": n, "title": axis_title(n), "setting": True, "axis": setting_axis(table[n])}
        for n in varying_settings(table)
    ]
    measures = [
        {"name": name, "title": axis_title(name), "setting": False, "axis": {}}
        for name in _numbers(table, MEASURES)
    ]
    return settings + measures


def _numbers(table: pd.DataFrame, measures: Sequence[str]) -> list[str]:
    """Those measures that are numbers, and the user's own."""
    return [name for name in (*measures, *own_columns(table)) if name not in _STATE]


def _labelled(table: pd.DataFrame, name: str) -> list[tuple[Any, str, str]]:
    """Each value of a setting, its colour, and its label: with what else its members share."""
    labelled, varying = [], varying_settings(table)
    for value, colour in shades(name, table[name].unique().tolist()):
        part = table[table[name] == value]
        own = {n: part[n].iloc[0] for n in varying if part[n].nunique(dropna=False) == 1}
        labelled.append((value, colour, setting_label(own)))
    return labelled


def _measured(table: pd.DataFrame, means: pd.DataFrame, numbers: Sequence[str]) -> dict[str, Any]:
    """Every member's settings and measures, and their means over seeds with intervals."""
    shown = (*varying_settings(table), "seed", "diverged", *numbers)
    return {
        "of_setting": plain(by_setting(table).ngroup()),
        "columns": plain({name: table[name] for name in shown}),
        "over_seeds": plain(dict(means.items())),
    }


def run_tables(study: Study) -> dict[str, Any]:
    """All measures of all members, which reads every network's parameters."""
    table, name = study.whole_table, study.name
    numbers = _numbers(table, MEASURES)
    means = over_seeds(table, numbers)
    made = pd.DataFrame(_made_with(study).items(), columns=["what", "value"])
    return {
        "measured": _measured(table, means, numbers),
        "sweep": _captioned(sweep_figure(table)),
        "tables": [
            packed_table(f"{name} over seeds", means),
            packed_table(f"{name} every measure", table.reset_index()),
            packed_table(f"{name} made with", made),
        ],
    }


def _made_with(study: Study) -> dict[str, str]:
    """Settings that all members share, then versions, device and commit; levers that none uses are
    left out.
    """
    table = study.whole_table
    idle = {name for name, default in left_out().items() if (table[name] == default).all()}
    names = [name for name in setting_names(table) if name not in idle]
    shared = {
        name: str(table[name].iloc[0]) for name in names if table[name].nunique(dropna=False) == 1
    }
    return {**shared, **stored_provenance(study.run.units[0])}


def run_words(table: pd.DataFrame) -> str:
    """A run in words: how many networks, and how far apart they are."""
    finite = table[~table.diverged]
    n_settings, n_diverged = by_setting(table).ngroups, len(table) - len(finite)
    networks = f"{len(table)} network{'s' if len(table) != 1 else ''}"
    words = f"{networks} of {n_settings} setting{'s' if n_settings != 1 else ''}"
    words += f", {n_diverged} of them diverged." if n_diverged else "."
    if len(finite) and finite.n_mono.isna().all():
        losses = f"Task loss from {finite.task_loss.min():.4f} to {finite.task_loss.max():.4f}"
        words = f"{words} {losses}; a linear hidden layer has no neurons to count."
    elif len(finite):
        most, fewest = int(finite.n_mono.idxmax()), int(finite.n_mono.idxmin())
        losses = f"Task loss from {finite.task_loss.min():.4f} to {finite.task_loss.max():.4f}"
        ends = [f"{table.n_mono[member]} (member {member})" for member in (fewest, most)]
        words = f"{words} {losses}; mono neurons from {' to '.join(ends)}."
    return words


def _last_steps(study: Study) -> list[int]:
    return [int(unit.step[-1]) for unit in study.run.units if unit.step.size]


def steps_words(table: pd.DataFrame, made: Sequence[int]) -> str:
    """Why networks were trained for more steps than were asked for; empty if they were not."""
    asked = int(table.n_steps.max())
    if max(made, default=0) <= asked:
        return ""
    return (
        f" {asked} steps were asked for and {max(made)} made: training goes on to where the "
        "learning rate is lowest."
    )


def _captioned(figure: go.Figure) -> dict[str, Any]:
    """A figure whose title and small print stand beside it as text, where they can wrap."""
    heading, _, note = str(figure.layout["title"]["text"]).partition("<br>")
    figure.update_layout(title=None, margin={"t": 30})
    note = note.removeprefix("<sup>").removesuffix("</sup>")
    return {"heading": heading, "note": note, "figure": plain(figure)}


def claims_data(rows: pd.DataFrame) -> dict[str, Any]:
    """Verdicts in words, as a picture, and in full as a download."""
    tested = rows[rows.n > 0] if len(rows) else rows
    if not len(tested):
        words = (
            "No claim is judged on these runs: claims are judged on whole batches of the paper, "
            "such as LR1 and LR3. Train them with `toymono run LR1` and `toymono run LR3`; "
            "`toymono list` says how long that takes."
        )
        return {"words": words, "tables": [], "figure": None}
    counts = tested.drop_duplicates("claim").claim_verdict.value_counts()
    judged = f"{len(tested)} of {len(rows)} measurements can be judged on these results"
    verdict = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    rule = "A claim is refuted if one of its measurements is, else untested if it lacks one"
    words = f"{judged}; their claims: {verdict}. {rule}."
    shown = pd.DataFrame(claim_rows(tested), columns=list(CLAIM_COLUMNS))
    return {
        "words": words,
        "tables": [packed_table("claims", shown), packed_table("all verdicts", rows)],
        "figure": plain(evidence(tested[tested.scale == tested.scale.iloc[0]])),
    }
