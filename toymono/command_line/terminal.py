"""Output for a terminal: progress, tables, and errors in one sentence."""

import contextlib
import json
import os
import shutil
import sys
import textwrap
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, NoReturn

from rich import box
from rich.console import Console
from rich.table import Column, Table

from toymono.config import InputError
from toymono.gallery.progress_bar import duration
from toymono.text_files import json_number

if TYPE_CHECKING:
    import pandas as pd

    from toymono.sweeps.estimates import Estimate, Kept


def print_table(grid: Table, wraps: int | None = None, n_keys: int = 1) -> None:
    """Print a table that fits the terminal: the words of one column wrap, or, if none may, the
    columns come in blocks one below the other, each after the first `n_keys` columns.
    """
    if wraps is not None:
        grid.columns[wraps].no_wrap = False
        return Console(markup=False).print(grid)
    wide = Console(width=1000, markup=False)  # a block of one column may be wider than the terminal
    for block in _blocks(grid, n_keys):
        wide.print(block)
    return None


def _blocks(grid: Table, n_keys: int) -> list[Table]:
    """The table in as few parts as the terminal's width allows; none is cut off."""
    wide, width = Console(width=1000, markup=False), Console().width
    grid.show_edge = wide.measure(grid).maximum <= width  # its blanks may be too much
    keys, blocks = grid.columns[:n_keys], [[]]
    for column in grid.columns[n_keys:]:
        wider = _part(grid, [*keys, *blocks[-1], column])
        if blocks[-1] and wide.measure(wider).maximum > width:
            blocks.append([])
        blocks[-1].append(column)
    if len(blocks) == 1:
        return [grid]
    parts = [_part(grid, [*keys, *block]) for block in blocks]
    parts[0].title = grid.title
    return parts


def _part(grid: Table, columns: Sequence[Column]) -> Table:
    rows = [[str(cell) for cell in row] for row in zip(*(of.cells for of in columns), strict=True)]
    part = table([str(column.header) for column in columns], rows)
    part.padding, part.show_edge = grid.padding, False
    return part


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], title: str | None = None) -> Table:
    """A table with words to the left and numbers to the right."""
    grid = Table(
        title=title,
        title_justify="left",
        header_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    for column, header in enumerate(headers):
        words = any(row[column][:1].isalpha() for row in rows)
        grid.add_column(header, justify="left" if words else "right", no_wrap=True)
    for row in rows:
        grid.add_row(*row)
    return grid


def number(value: object) -> str:
    """A float in four digits, a boolean as yes or no, anything else as it is."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def frame_table(frame: "pd.DataFrame") -> Table:
    """A data frame as a table, its index first."""
    columns = [name for name in frame if name != "diverged" or frame[name].any()]
    flat = frame[columns].reset_index()
    rows = [[number(value) for value in row] for row in flat.astype(object).itertuples(index=False)]
    grid = table([_stacked(str(name)) for name in flat.columns], rows)
    grid.padding = (0, 0)
    return grid


def _stacked(name: str) -> str:
    """A name with its words one below the other, so that a table stays narrow."""
    return name.replace("_", "\n")


def size(n_bytes: int) -> str:
    """A number of bytes in the unit a person would use."""
    for power, unit in ((3, "GB"), (2, "MB")):
        if n_bytes >= 1000**power:
            return f"{n_bytes / 1000**power:.3g} {unit}"
    return f"{n_bytes / 1000:.0f} kB"


def estimate_table(found: Sequence["Estimate"], title: str) -> Table:
    """What each shape of a sweep will cost, and all together."""
    rows = [
        (
            f"{e.config.n_features}/{e.config.n_embed}/{e.config.n_neurons}",
            *(str(n) for n in (e.config.batch_size, e.n_steps, e.n_units, e.n_members)),
            *(size(e.memory), size(e.storage), duration(e.seconds)),
        )
        for e in found
    ]
    if len(found) > 1:
        _, units, members, memory, storage, seconds = zip(*found, strict=True)
        sizes = (size(max(memory)), size(sum(storage)), duration(sum(seconds)))
        rows.append(("all", "", "", str(sum(units)), str(sum(members)), *sizes))
    heads = ("N/d/k", "batch", "steps", "units", "members", "memory", "storage", "time here")
    return table(heads, rows, title=title)


def kept_words(kept: Collection["Kept"]) -> str:
    """What is kept of each member, in words."""
    ranges = [
        f"{min(of)} to {max(of)}" if len(set(of)) > 1 else str(of[0])
        for of in zip(*kept, strict=True)
    ]
    losses, records, parameters, _ = ranges
    most = size(4 * max(k.numbers for k in kept))
    counts = f"{losses} losses, {records} records, {parameters} parameters"
    return f"stored for each member: {counts}; at most {most}"


def summary_table(summary: "pd.DataFrame", measures: Sequence[str]) -> Table:
    """One line per setting from `over_seeds`: settings, measures with intervals, n."""
    from toymono.evidence.wording import span  # SciPy takes long to import

    settings = [str(name) for name in summary.columns[: summary.columns.get_loc("n")]]
    rows = [
        (
            *(number(row[name]) for name in settings),
            *(span(row, measure) for measure in measures),
            str(row["n"]),
        )
        for row in summary.to_dict("records")
    ]
    headers = [_stacked(name) for name in (*settings, *measures, "n")]
    return table(headers, rows, title="mean [95 % interval] over n seeds")


_BESIDE_CLAIMS = 26  # columns of the terminal beside what is claimed
_REFUTED = "refuted: outside the range, which ends at the smallest effect that would matter"


def claims_table(verdicts: "pd.DataFrame") -> Table:
    """The rows of `claim_rows` with what was found below what was measured; a caption explains
    "refuted".
    """
    from toymono.evidence.wording import claim_rows  # SciPy takes long to import

    rows, room = [], max(30, shutil.get_terminal_size().columns - _BESIDE_CLAIMS)
    for claim, what, found, allowed, n, left_out, scale, verdict in claim_rows(verdicts):
        if claim:
            rows.append((claim, f"{what} ({scale} scale)", verdict))
            continue
        unfinished = f", {left_out} unfinished" if left_out else ""
        line = f"{found or 'not measured'}; holds if {allowed}; n {n}{unfinished}"
        lines = (
            textwrap.fill(words.strip(), room, initial_indent=indent, subsequent_indent=indent)
            for words, indent in ((what, "  "), (line, "    "))
        )
        rows.append(("", "\n".join(lines), verdict))
    grid = table(("claim", "what", "verdict"), rows)
    grid.caption, grid.caption_justify = _REFUTED, "left"
    return grid


def strict_json(frame: "pd.DataFrame") -> str:
    """Rows as a JSON list of objects; a number that is not finite becomes null."""
    rows = [
        {str(name): json_number(value) for name, value in row.items()}
        for row in frame.to_dict("records")
    ]
    return json.dumps(rows, indent=1, allow_nan=False)


@contextlib.contextmanager
def one_sentence() -> Iterator[None]:
    """End the program with one sentence and exit status 2 on a bad value, file or folder.

    Ctrl-C that nothing else handles ends it with the word "stopped" and exit status 1.
    """
    try:
        yield
    except InputError as error:
        fail(str(error))
    except KeyboardInterrupt:
        sys.exit("stopped")
    except BrokenPipeError:  # the reader, `head` say, has gone: nothing is wrong and nobody listens
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        fail(f"{error}; check that the path exists, is writable, and has free space")


def fail(sentence: str) -> NoReturn:
    """Print the sentence, on one line, and exit with status 2."""
    print(f"error: {' '.join(sentence.split())}", file=sys.stderr)
    sys.exit(2)
