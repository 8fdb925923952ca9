"""A batch's members as one JSON file, small enough to be kept in a repository: what claims are
judged on.

All that holds results is read the same way: a run, such a file, or a folder with some of
either.
"""

import json
import pathlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import pandas as pd
import xarray as xr

from toymono.config import Config, InputError, left_out, require
from toymono.evidence.tables import MEASURES, SETTINGS, run_table, setting_names
from toymono.sweeps.folder import SWEEP_FILE, read_sweep
from toymono.sweeps.presets import batch_of
from toymono.sweeps.store import is_whole, read_run, stored_provenance
from toymono.text_files import json_number, read_text, write_text

_DIGITS = 6  # of a number in a results file


class Results(NamedTuple):
    """The members of one batch, as `evidence.tables.run_table` gives them, and what made them."""

    batch: str  # name of a preset; "custom" for any other sweep
    scale: str
    table: pd.DataFrame
    provenance: dict[str, str]
    is_whole: bool = True  # every unit is done


def results_of_run(folder: pathlib.Path) -> Results:
    """The results of a run as far as it is done; raises InputError if the folder is no run or
    nothing is done.
    """
    units = read_run(folder)
    return measured_results(folder, units, run_table(units))


def measured_results(
    folder: pathlib.Path, units: Sequence[xr.Dataset], table: pd.DataFrame
) -> Results:
    """The results of a run whose finished units are read and measured already; settings have the
    digits of a file, so that a member is the same in both.
    """
    sweep = read_sweep(folder)
    batch, scale = batch_of(sweep) or ("custom", "custom")
    return Results(batch, scale, _as_stored(table), stored_provenance(units[0]), is_whole(folder))


def _as_stored(table: pd.DataFrame) -> pd.DataFrame:
    floats = [name for name in setting_names(table) if pd.api.types.is_float_dtype(table[name])]
    return table.assign(**{name: [json_number(v, _DIGITS) for v in table[name]] for name in floats})


def joined(earlier: Results, results: Results) -> Results:
    """The members of both, where the same member stands in both the later one; what made them side
    by side.

    Raises InputError if they are of two batches or scales.
    """
    ours, theirs = (results.batch, results.scale), (earlier.batch, earlier.scale)
    require(
        ours == theirs,
        "results",
        f"of batch and scale {' '.join(theirs)}",
        " ".join(ours),
        "name another file",
    )
    table = _each_once([earlier.table, results.table], keep="last")
    made = {
        name: "; ".join(
            dict.fromkeys([*earlier.provenance.get(name, value).split("; "), *value.split("; ")])
        )
        for name, value in results.provenance.items()
    }
    whole = earlier.is_whole and results.is_whole
    return Results(*ours, table.reset_index(drop=True).rename_axis("member"), made, whole)


def write_results(results: Results, file: pathlib.Path) -> pathlib.Path:
    """Store results: settings that all members share stand once; numbers in six digits, null where
    there is none.
    """
    table = results.table
    shared = {
        name: json_number(table[name].iloc[0], _DIGITS)
        for name in setting_names(table)
        if table[name].nunique(dropna=False) == 1
    }
    names = (*setting_names(table), "seed", *MEASURES, "unit", "setting")
    columns = [name for name in names if name not in shared]
    at_default = {name for name, default in left_out().items() if shared.get(name) == default}
    rows = [
        {name: json_number(value, _DIGITS) for name, value in row.items()}
        for row in table[columns].to_dict("records")
    ]
    content = {
        "batch": results.batch,
        "scale": results.scale,
        "provenance": results.provenance,
        "settings": {name: value for name, value in shared.items() if name not in at_default},
    }
    # One line per member, so that a member that changes is one line of a difference.
    lines = ",\n".join(json.dumps(row, allow_nan=False) for row in rows)
    text = json.dumps({**content, "members": []}, indent=1)
    return write_text(file, text.replace('"members": []', f'"members": [\n{lines}\n]') + "\n")


def read_results(file: pathlib.Path) -> Results:
    """The results in a file; a number that is not there has its default.

    Raises InputError if it does not hold what `write_results` writes.
    """
    try:
        content = json.loads(read_text(file))
        rows = [{**left_out(), **content["settings"], **row} for row in content["members"]]
        table = pd.DataFrame(rows)
        results = Results(content["batch"], content["scale"], table, content["provenance"])
        content["provenance"].values()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            f"{file} must hold a batch's results, but {error!r}; write it again"
        ) from error
    found = _flaw(table, content)
    fix = "restore it, or write it again"
    require(found is None, str(file), "a batch's whole results", found, fix)
    numbers = {name: pd.to_numeric(table[name]) for name in MEASURES if name not in _TRUTHS}
    return results._replace(table=table.assign(**numbers).rename_axis("member"))


_TRUTHS = ("finished", "diverged")


def _flaw(table: pd.DataFrame, content: dict[str, Any]) -> str | None:
    """How what a file holds differs from what `write_results` writes, in words; None where it does
    not.
    """
    missing = sorted({*SETTINGS, "seed", *MEASURES} - set(table.columns))
    if missing:
        return f"without {', '.join(missing[:3])}"
    texts = [content["batch"], content["scale"], *content["provenance"].values()]
    if not all(isinstance(word, str) for word in texts):
        return "with a batch, scale or provenance that is no text"
    kinds = {name: (type(value),) for name, value in vars(Config()).items()}
    kinds |= {"seed": (int,), **dict.fromkeys(_TRUTHS, (bool,))}
    for name in (*SETTINGS, "seed", *MEASURES):
        allowed = kinds.get(name, (int, float, type(None)))
        bad = [value for value in table[name].astype(object) if type(value) not in allowed]
        if bad:
            return f"with a {name} of {bad[0]!r}"
    return None


def _is_results(file: pathlib.Path) -> bool:
    """Whether a JSON file is a batch's results, and not a figure or some other."""
    try:
        return {"batch", "members"} <= set(json.loads(read_text(file)))
    except (ValueError, TypeError, RecursionError):
        return False


def runs_at(folder: pathlib.Path) -> list[pathlib.Path]:
    """The runs at a folder by name: the folder itself, or those in it."""
    if (folder / SWEEP_FILE).exists():
        return [folder]
    return sorted(path.parent for path in folder.glob(f"*/{SWEEP_FILE}"))


def find_results(paths: Iterable[pathlib.Path]) -> Iterator[Results]:
    """The results at each path: a run, a results file, or a folder with some of either, by name.

    Raises InputError for a path that has none.
    """
    for path in paths:
        if path.is_file():
            yield read_results(path)
            continue
        runs = runs_at(path)
        files = _results_in(path)
        require(
            bool(runs or files),
            "folder",
            "a run, or a folder with runs or results",
            str(path),
            "make one with `toymono run`",
        )
        yield from map(results_of_run, runs)
        yield from map(read_results, files)


def has_results(folder: pathlib.Path) -> bool:
    """Whether a folder holds files of results."""
    return folder.is_dir() and bool(_results_in(folder))


def _results_in(folder: pathlib.Path) -> list[pathlib.Path]:
    return [path for path in sorted(folder.glob("*.json")) if _is_results(path)]


def by_batch(found: Iterable[Results], scale: str) -> dict[str, pd.DataFrame]:
    """The tables of one scale by batch, without unfinished runs; the same member found twice counts
    once.
    """
    tables: dict[str, list[pd.DataFrame]] = {}
    for results in found:
        if results.scale == scale and results.is_whole:
            tables.setdefault(results.batch, []).append(results.table)
    return {
        batch: _each_once(parts, keep="first").reset_index(drop=True)
        for batch, parts in tables.items()
    }


def _each_once(tables: Sequence[pd.DataFrame], keep: Literal["first", "last"]) -> pd.DataFrame:
    """All members of some tables; of the same member the first or the last."""
    together = pd.concat(tables)
    return together.drop_duplicates([*setting_names(together), "seed"], keep=keep)
