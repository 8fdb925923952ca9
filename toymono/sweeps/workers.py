"""Train units in several processes, one core each: networks this small cannot use several threads.

This module is also the program of such a process, `python -m toymono.sweeps.workers FOLDER UNIT`.
It writes its progress to standard output, one JSON object per line. It stops at the next snapshot
after its standard input ends, which happens when its parent process is gone.
"""

import functools
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from toymono.config import InputError
from toymono.sweeps.folder import load_components, read_sweep
from toymono.sweeps.interruption import Stopped, asked_to_stop
from toymono.sweeps.plan import Unit, plan
from toymono.sweeps.store import unit_file
from toymono.sweeps.train_unit import Report, train_unit
from toymono.text_files import ENCODING
from toymono.training.ensemble import Progress

XLA_THREADS = "PJRT_NPROC"  # what XLA reads; with another number it rounds otherwise
ONE_THREAD = {XLA_THREADS: "1"}
_SPEAKS_UTF8 = {"PYTHONIOENCODING": ENCODING}

_REFUSED = 2  # exit status of a process that said in one sentence why it does not go on


def train_in_processes(
    folder: pathlib.Path,
    units: list[Unit],
    n_processes: int,
    n_threads: int,
    report: Report,
    stop: Callable[[], bool],
) -> None:
    """Train units in up to `n_processes` processes; if one dies, the others continue.

    Raises Stopped if it was asked to stop, and otherwise InputError if a process died, which says
    of what.
    """
    turn = threading.Lock()

    def report_in_turn(unit: Unit, progress: Progress) -> None:
        with turn:
            report(unit, progress)

    with ThreadPoolExecutor(n_processes) as threads:
        train = functools.partial(
            _train_in_process, folder, n_threads, report=report_in_turn, stop=stop
        )
        deaths = [death for death in threads.map(train, units) if death]
    if stop():
        raise Stopped
    if deaths:
        fix = f"fix that, then continue with: toymono resume {folder}"
        raise InputError(f"each unit must be trained to its end, but {'; '.join(deaths)}; {fix}")


def _train_in_process(
    folder: pathlib.Path, n_threads: int, unit: Unit, report: Report, stop: Callable[[], bool]
) -> str:
    """Train one unit unless asked to stop, and say how its process died, if it did."""
    if stop():
        return ""
    command = [sys.executable, "-m", "toymono.sweeps.workers", str(folder), unit.name]
    pipe, environment = subprocess.PIPE, {**os.environ, **_SPEAKS_UTF8, XLA_THREADS: str(n_threads)}
    with (
        tempfile.TemporaryFile("w+", encoding=ENCODING, errors="replace") as errors,
        subprocess.Popen(
            command,
            stdin=pipe,
            stdout=pipe,
            stderr=errors,
            encoding=ENCODING,
            env=environment,
            start_new_session=True,
        ) as process,
    ):
        assert process.stdin and process.stdout
        for line in process.stdout:
            report(unit, Progress(**json.loads(line)))
            if stop():
                process.stdin.close()
        status = process.wait()
        errors.seek(0)
        words = errors.read().strip().splitlines()[-1:]
    if unit_file(folder, unit).exists() or stop():
        return ""
    if status == _REFUSED and words:
        return words[0].rpartition("; ")[0]  # what to do about it is said once for all units
    reason = (
        f"by signal {-status}, perhaps because memory ran out"
        if status < 0
        else f"of {' '.join(words) or 'nothing'}"
    )
    return f"the process of {unit.name} died {reason}"


def main(folder: pathlib.Path, name: str) -> None:
    """Train the unit of this name in a run."""
    gone = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), gone.set()), daemon=True).start()

    def report(unit: Unit, progress: Progress) -> None:
        try:
            print(json.dumps(progress._asdict()), flush=True)
        except BrokenPipeError:
            gone.set()

    with asked_to_stop() as signalled:
        try:
            load_components(folder)
            (unit,) = (unit for unit in plan(read_sweep(folder)) if unit.name == name)
            train_unit(folder, unit, report, lambda: gone.is_set() or signalled())
        except Stopped:
            pass
        except InputError as error:
            print(" ".join(str(error).split()), file=sys.stderr)
            sys.exit(_REFUSED)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2])
