"""A report: one page that holds claims, sweeps and chosen networks neuron by neuron, and opens with
no server.
"""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from toymono.config import require
from toymono.evidence.tables import by_setting, has_code
from toymono.evidence.verdicts import verdicts
from toymono.explorer.geometry_data import gram_characters
from toymono.explorer.member_data import evenly, thinned
from toymono.explorer.page import MARK, OF_MEMBER, OF_RUN, index, whole_page
from toymono.explorer.run_data import claims_data
from toymono.explorer.stored_runs import Study
from toymono.text_files import write_text

_HEAD = 4096  # bytes in which a report says that it is one
_BUDGET = 8_000_000  # bytes that all members' numbers may take; plotly's code takes 5 million more
_MEMBERS = 6  # over all runs, unless there are more runs


def write_report(
    studies: Mapping[str, Study], file: pathlib.Path, members: Sequence[int] = ()
) -> pathlib.Path:
    """Write the report on these runs whole or not at all; the members of each run are chosen unless
    they are named.

    Raises InputError for an unknown member, and where the file is there already and is no report.
    """
    _check_free(file)
    every = [*studies.values()]
    shares = _shares(len(every))
    numbers = [
        [*dict.fromkeys(members)] or _shown_members(study, share)
        for study, share in zip(every, shares, strict=True)
    ]
    budget = _BUDGET // max(1, sum(map(len, numbers)))
    pieces: dict[str, Any] = {}
    left_out = [
        _add_run(pieces, run_number, study, numbers[run_number], budget)
        for run_number, study in enumerate(every)
    ]
    pieces["claims"] = claims_data(verdicts([study.results for study in every]))
    page = whole_page({"index": index(every, numbers, left_out), **pieces}, ", ".join(studies))
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
    return [max(1, _MEMBERS // n_runs + (number < _MEMBERS % n_runs)) for number in range(n_runs)]


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
    n_mono = finite.n_mono.fillna(0)  # a linear hidden layer has no neurons to count
    extremes = list(dict.fromkeys([int(n_mono.idxmax()), int(n_mono.idxmin())]))[:n]
    setting = by_setting(finite).ngroup()
    first = by_setting(finite).head(1).index
    others = [int(member) for member in first if setting[member] not in set(setting[extremes])]
    return sorted([*extremes, *(others[i] for i in evenly(len(others), n - len(extremes)))])


def _add_run(
    pieces: dict[str, Any], run_number: int, study: Study, numbers: Sequence[int], budget: int
) -> str:
    """Add a run's pieces and those of its members; what had to be left out, in words."""
    pieces |= {f"{what}-{run_number}": make(study) for what, make in OF_RUN.items()}
    left_out = []
    for number in numbers:
        member = study.member(number)
        keep = thinned(member, budget - gram_characters(member))
        for what, make in OF_MEMBER.items():
            pieces[f"{what}-{run_number}-{number}"] = make(study, member, keep)
        left_out += [keep.words] if keep.words else []
    others = len(study.run.table) - len(numbers)
    clauses = [f"{others} of {len(study.run.table)} networks are only in the tables"]
    clauses = clauses if others else []
    clauses.append("matrices are rounded to 16 bits, overlaps and maps of earlier records to 8")
    return f"To keep this file small, {'; '.join((*clauses, *left_out))}."
