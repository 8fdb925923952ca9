"""What each command does; JAX is loaded only by the commands that need it."""

import importlib.metadata
import pathlib
import shutil
import signal
import sys
import textwrap

from toymono.command_line.commands import (
    Claims,
    Doctor,
    Explore,
    Figure,
    Glossary,
    List,
    Report,
    Resume,
    Run,
    RunCustom,
    RunPreset,
    ShowTable,
)
from toymono.command_line.parsing import parsed
from toymono.command_line.startup_checks import Fault, fit_terminal, jax_anyway, require_jax
from toymono.command_line.stopping import ends_on_signal
from toymono.command_line.terminal import (
    claims_table,
    duration,
    estimate_table,
    fail,
    frame_table,
    kept_words,
    one_sentence,
    print_table,
    strict_json,
    summary_table,
    table,
)
from toymono.config import InputError, Sweep, require
from toymono.gallery.progress_bar import progress
from toymono.glossary import TERMS, meanings
from toymono.sweeps.presets import GROUPS, PRESETS, preset_sweep
from toymono.sweeps.scales import ScaleName


def _computing_anyway() -> list[Fault]:
    """Print once each fault that keeps JAX from computing as its variables ask; compute on the CPU
    instead.
    """
    faults = jax_anyway()
    for fault in faults:
        print(f"computing on the CPU: {fault.sentence}", file=sys.stderr)
    return faults


def _list(scale: ScaleName) -> None:
    faults = _computing_anyway()
    from toymono.environment import multiply_adds_per_second
    from toymono.sweeps.estimates import estimated_seconds
    from toymono.sweeps.plan import n_members, plan

    rate, rows = None if faults else multiply_adds_per_second(), []
    for name, title in PRESETS.items():
        if name in GROUPS:
            rows.append((f"{GROUPS[name]}:", "", "", "", ""))
        units = plan(preset_sweep(name, scale))
        neurons = [unit.config.n_neurons for unit in units]
        widths = f"{min(neurons)}" if len({*neurons}) == 1 else f"{min(neurons)}-{max(neurons)}"
        size = f"{units[0].config.n_features}/{units[0].config.n_embed}/{widths}"
        time = duration(estimated_seconds(units, rate)) if rate else "?"
        rows.append((name, size, str(n_members(units)), time, title))
    rows.append(("yours:", "", "", "", ""))
    rows.append(("custom", "", "", "", "any settings: see `toymono run custom --help`"))
    headers = ("preset", "N/d/k", "networks", "time here", "what")
    title = f"at {scale} scale; choose another with --scale"
    print_table(table(headers, rows, title), wraps=-1)


def _print_plan(sweep: Sweep, folder: pathlib.Path, share: str, workers: int | None) -> None:
    require_jax()
    from toymono.environment import multiply_adds_per_second
    from toymono.sweeps.estimates import estimate, kept_of
    from toymono.sweeps.plan import plan, shared
    from toymono.sweeps.run import fitted_here, n_workers

    at_once = workers or n_workers()
    units = shared(plan(fitted_here(sweep, share, workers)), share)
    found = estimate(units, at_once, multiply_adds_per_second())
    print_table(estimate_table(found, f"{folder} (nothing is written)"))
    print(kept_words({kept_of(unit.config) for unit in units}))
    if longer := {e.config.n_steps for e in found if e.n_steps > e.config.n_steps}:
        asked = " or ".join(map(str, sorted(longer)))
        print(f"{asked} steps are asked for; training goes on to where the learning rate is lowest")


def _check_workers(workers: int | None) -> None:
    require(workers is None or workers >= 1, "workers", "at least 1", workers, "leave it out")


def _run(what: RunPreset | RunCustom) -> None:
    _check_workers(what.workers)
    sweep, folder = what.sweep(), what.folder()
    if what.dry_run:
        return _print_plan(sweep, folder, what.unit, what.workers)
    if isinstance(what, RunCustom) and what == type(what)():
        _print_plan(sweep, folder, what.unit, what.workers)
        raise InputError("run custom must be given a flag, such as --bias-offset 0 -1 or --seeds 0")
    _train(sweep, folder, what.unit, what.workers, what.on)


def _resume(command: Resume) -> None:
    from toymono.sweeps.folder import read_sweep

    _check_workers(command.workers)
    _train(read_sweep(command.folder), command.folder, command.unit, command.workers, command.on)


def _train(sweep: Sweep, folder: pathlib.Path, share: str, workers: int | None, on: str) -> None:
    require_jax()
    from toymono.sweeps.interruption import Stopped
    from toymono.sweeps.run import run_sweep

    try:
        with progress() as report:
            files = run_sweep(sweep, folder, report, share, workers, on)
    except (Stopped, KeyboardInterrupt):
        sys.exit(f"stopped; progress is kept. Continue with: toymono resume {folder}")
    then = f"next: toymono explore {folder}, or toymono table {folder}"
    print(f"{len(files)} unit{'' if len(files) == 1 else 's'} done in {folder}; {then}")


def _table(command: ShowTable) -> None:
    _computing_anyway()
    from toymono.evidence.on_demand import CONTEXTS, GEOMETRY, contexts_table, geometry_table
    from toymono.evidence.tables import CIRCUIT, COUNTS, brief, member_table, over_seeds, run_table
    from toymono.sweeps.store import read_run

    measures, of_unit = {
        "counts": (("task_loss", *COUNTS), member_table),
        "circuit": (("task_loss", *CIRCUIT), member_table),
        "contexts": (CONTEXTS, contexts_table),
        "geometry": (GEOMETRY, geometry_table),
    }[command.show]
    rows = run_table(read_run(command.folder), of_unit)
    shown = over_seeds(rows, measures) if command.over_seeds else rows.reset_index()
    if command.json:
        print(strict_json(shown))
    else:
        if command.over_seeds:
            print_table(summary_table(shown, measures), n_keys=[*shown].index("n"))
        else:
            print_table(frame_table(brief(rows, measures)))
        if not command.over_seeds and "n_mono" in rows and rows.n_mono.isna().any():
            print("nan: the hidden layer is linear, so it has no neurons to count")
        if words := meanings(measures):
            print(textwrap.fill(words, shutil.get_terminal_size().columns))


def _figure(command: Figure) -> None:
    require_jax()
    from toymono.gallery.figures import draw
    from toymono.plots.column import COLUMN, in_one_column
    from toymono.plots.write import read_json, write_figures

    if command.folder.is_file():
        figures, file = (
            [read_json(command.folder)],
            command.out or command.folder.with_suffix(".html"),
        )
    else:
        figures = draw(command.folder, command.kind, command.member)
        file = command.out or command.folder / "figures" / f"{command.kind}.html"
    if file.suffix != ".pdf":
        return print(f"open {write_figures(figures, file)}")
    figures, captions = zip(*map(in_one_column, figures), strict=True)
    print(f"open {write_figures(figures, file, COLUMN)}; its caption: {captions[0]}")


def _claims(command: Claims) -> None:
    require_jax()
    from toymono.evidence.results import find_results
    from toymono.evidence.verdicts import judged, verdicts

    found = judged(list(find_results(command.folders)))
    require(
        bool(found),
        "folders",
        "runs of the paper's batches",
        str(command.folders[0]),
        "see `toymono list`",
    )
    rows = verdicts(found)
    if command.json:
        print(strict_json(rows))
    else:
        print_table(claims_table(rows), wraps=1)
        for results in found:
            if not results.is_whole:
                print(f"left out: {results.batch} at {results.scale} scale has units left to train")
    if command.out:
        from toymono.plots.claims import evidence
        from toymono.plots.write import write_figures

        figures = [evidence(part) for _, part in rows.groupby("scale", sort=False)]
        print(f"open {write_figures(figures, command.out)}", file=sys.stderr)


def _explore(command: Explore) -> None:
    require_jax()
    import webbrowser

    require(
        0 <= command.port < 2**16,
        "port",
        "from 1 to 65535, or 0 for the usual one",
        command.port,
        "leave it out",
    )
    try:
        from toymono.explorer.server import Explored, make_explorer
    except ModuleNotFoundError as error:
        fix = "install it with `pip install 'toymono[explore]'`"
        fail(f"explore needs Flask, but there is no {error.name}; {fix}")
    explored = Explored(command.folders)
    server = make_explorer(explored, command.port)
    address, n = f"http://{server.host}:{server.port}/", len(explored.studies)
    runs = f"{n} run{'s' if n > 1 else ''}"
    print(f"{runs} at {address} on this machine only; Ctrl-C ends it", flush=True)
    if command.open:
        webbrowser.open(address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print("ended")


def _report(command: Report) -> None:
    require_jax()
    from toymono.explorer.report import write_report
    from toymono.explorer.stored_runs import studies

    file = write_report(studies(command.folders), command.out, command.members)
    print(f"open {file} ({file.stat().st_size / 1e6:.1f} MB)")


def _doctor() -> None:
    faults = jax_anyway()
    from toymono.command_line.doctor import Check, examine

    checks = [*(Check(f.variable or "JAX", f.sentence, False) for f in faults), *examine()]
    verdicts = {None: "", True: "ok", False: "WRONG"}
    found = table(("what", "found", ""), [(c.name, c.found, verdicts[c.holds]) for c in checks])
    print_table(found, wraps=1)
    if any(check.holds is False for check in checks):
        sys.exit(1)


def program() -> None:
    """The command `toymono`. Once its work is done, a signal ends it at once and without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # which `main` restores before it returns
    main()


def main(args: list[str] | None = None) -> None:
    """Run one command; end it with one sentence and exit status 2 on a bad value."""
    fit_terminal()
    if (sys.argv[1:] if args is None else args) == ["--version"]:
        return print(f"toymono {importlib.metadata.version('toymono')}")
    with ends_on_signal(), one_sentence():
        command = parsed(args)
        if isinstance(command, Claims | Explore | Report):
            if not command.folders:
                raise InputError(
                    "a run, or a folder with runs, must be named; make one with `toymono run`"
                )
        match command:
            case List(scale):
                _list(scale)
            case Resume():
                _resume(command)
            case Run(what):
                _run(what)
            case ShowTable():
                _table(command)
            case Figure():
                _figure(command)
            case Claims():
                _claims(command)
            case Explore():
                _explore(command)
            case Report():
                _report(command)
            case Glossary():
                print_table(table(("word", "meaning"), [*TERMS.items()]), wraps=-1)
            case Doctor():
                _doctor()
