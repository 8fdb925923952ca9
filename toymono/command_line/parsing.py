"""Turn arguments into a command, and report what is wrong with them in one sentence."""

import contextlib
import difflib
import io
import itertools
import pathlib
import re
import sys

import tyro

from toymono.command_line.commands import command_line
from toymono.command_line.startup_checks import require_jax
from toymono.command_line.terminal import fail
from toymono.components.user_files import load_file

# What `toymono --help` begins with.
_ABOUT = (
    "Train, measure and explore toy networks in which each neuron responds to one feature. Start "
    "with `toymono run demo`, then `toymono explore runs/demo-desk`. Its version: "
    "`toymono --version`."
)


def parsed(args: list[str] | None) -> object:
    """The command that the arguments name; tyro's error box becomes one sentence."""
    args, shown = sys.argv[1:] if args is None else args, io.StringIO()
    _load_named(args)
    try:
        with contextlib.redirect_stderr(shown):
            return _cli(args or ["--help"])
    except SystemExit as stop:
        if stop.code:
            said = _words_in(shown.getvalue())
            fail(
                _nearest(said)
                or _unknown_word(said, args)
                or _missing(said, args)
                or _own_sentence(said)
            )
        raise


def _cli(args: list[str]) -> object:
    return tyro.cli(command_line(), prog="toymono", args=args, description=_ABOUT)


def _load_named(args: list[str]) -> None:
    """Load the files after --with, whose components have flags of their own."""
    words = (word.split("=", 1) if word.startswith("--with=") else [word] for word in args)
    split = itertools.chain.from_iterable(words)
    files = [file for flag, file in itertools.pairwise(split) if flag == "--with"]
    if files:
        require_jax()
    for file in files:
        load_file(pathlib.Path(file))


def _nearest(said: str) -> str:
    """The nearest command or preset to a mistyped one, in words; empty if the word is a flag."""
    found = re.search(r"options: (\w[^\s,]*).*?Available subcommands: (.*?)( -|$)", said)
    if not found:
        return ""
    word, known = found[1], found[2].split(", ")
    close = difflib.get_close_matches(word, known, 1)
    meant = f"did you mean {close[0]}?" if close else f"choose one of {', '.join(known)}"
    return f"{word!r} is not a known command or preset; {meant}"


def _unknown_word(said: str, args: list[str]) -> str:
    """That the command does not know a word, and the nearest flag to it; empty if tyro says another
    thing.
    """
    found = re.search(r"Unrecognized (?:or misplaced )?options: ([^\s,=]+)", said)
    if not found:
        return ""
    command, word = _command(args), found[1]
    spelt = " ".join(["toymono", *command])
    if not word.startswith("-"):
        return f"{word!r} is a word too many for `{spelt}`; see `{spelt} --help`"
    return _unknown_flag(command, word, _flags(command))


def _command(args: list[str]) -> list[str]:
    words = list(itertools.takewhile(lambda word: not word.startswith("-"), args))
    return words[: 2 if words[:1] == ["run"] else 1]


def _flags(command: list[str]) -> list[str]:
    """The flags of a command."""
    with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.suppress(SystemExit):
        _cli([*command, "--help"])
    return re.findall(r"--\w[\w-]*", printed.getvalue())


def _unknown_flag(command: list[str], flag: str, known: list[str]) -> str:
    spelt, close = " ".join(["toymono", *command]), difflib.get_close_matches(flag, known, 1)
    meant = f"did you mean {close[0]}?" if close else f"see `{spelt} --help`"
    return f"{flag!r} is not a flag of `{spelt}`; {meant}"


def _missing(said: str, args: list[str]) -> str:
    """That a command needs a folder, or that it does not know a flag, of which tyro is silent where
    the folder is missing; empty if tyro says another thing.
    """
    if not re.search(r"Missing (from toymono|value for argument 'folder)", said, re.IGNORECASE):
        return ""
    command = _command(args)
    spelt, known = " ".join(["toymono", *command]), _flags(command)
    flags = [word.split("=")[0] for word in args if word.startswith("--")]
    for flag in flags:
        if flag not in known:
            return _unknown_flag(command, flag, known)
    return f"`{spelt}` needs a folder; see `{spelt} --help`"


def _words_in(box: str) -> str:
    """What tyro says in its box, in one line."""
    lines = [line.strip(" │") for line in box.splitlines() if line.startswith("│")]
    said = " ".join("-" if line.startswith("─") else line for line in lines)
    return said or " ".join(box.split())


def _own_sentence(said: str) -> str:
    """What tyro says; only our own sentence if our own checks found the bad value."""
    ours = re.search(r"Error parsing [^:]*: (.* must be .*; .*?)( -+ For full helptext.*|$)", said)
    return ours[1] if ours else said
