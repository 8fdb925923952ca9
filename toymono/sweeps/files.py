"""Write results as files with a checksum, each by one process at a time."""

import contextlib
import hashlib
import pathlib
from collections.abc import Iterator

import filelock

from toymono.config import InputError, require
from toymono.text_files import write_text, written_whole


def way_back(file: pathlib.Path) -> str:
    """What to do about a result that is not as it should be: damaged, or from another run."""
    run = file.parent.parent
    return f"restore it from a backup, or move it away and run `toymono resume {run}`"


def _checksum_file(file: pathlib.Path) -> pathlib.Path:
    return file.with_name(f"{file.name}.sha256")


def checksum(file: pathlib.Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextlib.contextmanager
def written_with_checksum(file: pathlib.Path) -> Iterator[pathlib.Path]:
    """As `written_whole`, but first write a second file beside it, its checksum for `sha256sum
    --check`.
    """
    with written_whole(file) as temporary:
        yield temporary
        write_text(_checksum_file(file), f"{checksum(temporary)}  {file.name}\n")


def check(file: pathlib.Path) -> None:
    """Raise InputError if the file is not as toymono wrote it; a file without a checksum, which is
    from an older toymono, passes.
    """
    beside = _checksum_file(file)
    if beside.exists():
        stored = beside.read_bytes().split()
        same = bool(stored) and stored[0] == checksum(file).encode()
        require(
            same,
            str(file),
            "as toymono wrote it",
            "damaged: its checksum differs",
            way_back(file),
        )


@contextlib.contextmanager
def locked(file: pathlib.Path, patience: float = 0.0) -> Iterator[None]:
    """Keep other processes from making this file; the lock dies with the process that holds it.

    Raises InputError if another process holds it for more than `patience` seconds. Deletes partial
    files that a killed process left.
    """
    lock = filelock.FileLock(file.with_name(f".{file.name}.lock"))
    try:
        lock.acquire(timeout=patience)
    except filelock.Timeout as error:
        fix = "wait until it is done, or name another folder with --out"
        raise InputError(
            f"{file} must be trained by one process at a time, but another is training it; {fix}"
        ) from error
    except OSError as error:
        raise InputError(
            f"{file} must be in a writable folder, but {error}; change its permissions"
        ) from error
    try:
        for left in file.parent.glob(f".{file.name}.*"):
            if left.suffix != ".lock":
                left.unlink()
        yield
    finally:
        lock.release()
