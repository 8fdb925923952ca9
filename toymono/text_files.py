"""Files that are whole or not there, and text in them that is UTF-8 wherever the program runs.

Whoever writes a file that a person keeps, or reads a text, does it here.
"""

import contextlib
import math
import os
import pathlib
from collections.abc import Iterator
from typing import Any

ENCODING = "utf-8"  # of every text file and pipe of ours; a locale's own may lack half of a page


@contextlib.contextmanager
def written_whole(file: pathlib.Path) -> Iterator[pathlib.Path]:
    """Yield a temporary name to write to; on leaving, flush it to disk and rename it."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        yield temporary
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(file: pathlib.Path, text: str) -> pathlib.Path:
    """Write a text whole, and return its file; "?" stands for what is no character, as a folder's
    name may hold.
    """
    with written_whole(file) as temporary:
        temporary.write_text(text, encoding=ENCODING, errors="replace")
    return file


def json_number(value: Any, digits: int | None = None) -> Any:  # noqa: ANN401 (what JSON has)
    """A value for JSON: numpy scalars as Python's own, floats in so many digits, and null for a
    number that is not finite; all else as it is.
    """
    value = value.item() if hasattr(value, "item") else value
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    return value if digits is None else float(f"{value:.{digits}g}")


def read_text(file: pathlib.Path) -> str:
    """The text in a file; raises UnicodeDecodeError, which is a ValueError, where it is none."""
    return file.read_text(encoding=ENCODING)
