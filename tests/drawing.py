"""Command lines, sweeps and damage to files, drawn at random by hypothesis: sensible ones, odd
ones, and nonsense.
"""

import dataclasses
import json
from typing import get_args

from hypothesis import strategies as st

from toymono.components.registry import component_names
from toymono.config import KINDS_CHOSEN, Config, Hyper, Sweep
from toymono.sweeps.presets import PRESETS
from toymono.sweeps.scales import SCALES

# The one size that is trained, so that it is compiled once.
BASE = Config(n_features=6, n_embed=3, n_neurons=8, batch_size=8, n_steps=4, schedule="constant")
TINY = (
    "--n-features 6 --n-embed 3 --n-neurons 8 --batch-size 8 --n-steps 4 "
    "--schedule constant --seeds"
).split()

_ODD = (
    "",
    " ",
    "-",
    "--",
    "nan",
    "inf",
    "-inf",
    "1e400",
    "1e-400",
    "0",
    "-1",
    "1.5",
    "0x10",
    "1_000",
    "true",
    "None",
)
NUMBERS = st.one_of(
    st.integers(-3, 300),
    st.sampled_from([0.003, 0.03, 0.5, 1, 2, 2**30, 0.0]),
    st.integers(-(2**70), 2**70),
    st.floats(),
)
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
_VALUES = st.one_of(NUMBERS.map(str), NUMBERS.map(str), st.sampled_from(_ODD), TEXTS)
_FIELDS = tuple(name for name in vars(Config()) if name not in ("options", "measures"))
_CHOICES = [
    choice
    for field in dataclasses.fields(Config)
    for choice in get_args(field.type)
    if isinstance(choice, str)
]
_CHOICES += [name for kind in KINDS_CHOSEN for name in component_names(kind)]
_PATHS = (
    "run",
    "deep/er/run",
    "mine/run",
    "mine",
    "mine/thesis.tex/run",
    ".",
    "/proc/run",
    "n" * 300,
    "é ü",
    "-run",
)


def _flag(name):
    return f"--{name.replace('_', '-')}"


def _flags(names, most):
    """Up to so many flags, each with a value that may be one of the flag's own choices."""
    value = st.one_of(_VALUES, st.sampled_from(_CHOICES))
    flags = st.lists(st.tuples(st.sampled_from(names).map(_flag), value), max_size=most)
    return flags.map(lambda pairs: [word for pair in pairs for word in pair])


_MORE = st.one_of(
    st.just([]),
    st.tuples(st.sampled_from(["--unit", "--workers", "--on", "--record-phase"]), _VALUES).map(
        list
    ),
    st.sampled_from(
        [["--unit", "1/2"], ["--unit", "3/2"], ["--workers", "2"], ["--record-params", "all"]]
    ),
    _VALUES.map(lambda value: [value]),
)
_OUT = st.sampled_from(_PATHS).map(lambda path: ["--out", path])


@st.composite
def _nonsense(draw):
    words = draw(
        st.lists(
            st.one_of(_VALUES, st.sampled_from(["run", "custom", "--help", "--seeds"])), max_size=4
        )
    )
    return [*words, "--dry-run"] if "run" in words else words


def _line(*parts):
    return st.tuples(
        *(st.just(part.split()) if isinstance(part, str) else part for part in parts)
    ).map(lambda drawn: [word for part in drawn for word in part])


_PLANNED = _line("run custom", _flags((*_FIELDS, *Hyper(), "seeds"), 4), _OUT, _MORE, "--dry-run")
_PRESETS = st.sampled_from([*PRESETS, "demos"]).map(lambda name: [name])
_SCALES = st.sampled_from([*SCALES, "huge"]).map(lambda name: ["--scale", name])
_PRESET = _line("run", _PRESETS, _SCALES, _MORE, _OUT, "--dry-run")
_TRAINED = _line(
    "run custom", st.just(TINY), _VALUES.map(lambda seed: [seed]), _flags(tuple(Hyper()), 2), _OUT
)
_VERBS = st.sampled_from(["resume", "table", "figure", "claims", "report", "explore"]).map(
    lambda verb: [verb]
)
_LOOKED = _line(_VERBS, st.one_of(st.sampled_from(_PATHS), _VALUES).map(lambda path: [path]), _MORE)

commands = st.one_of(_PLANNED, _PLANNED, _PRESET, _TRAINED, _LOOKED, _nonsense())

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.sampled_from(_CHOICES), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)


_SWEEP = json.dumps(dataclasses.asdict(Sweep(base=BASE)))


@st.composite
def sweeps(draw):
    """What a sweep.json may hold: a sweep, with some values replaced, left out, or added."""
    content = json.loads(_SWEEP)
    for _ in range(draw(st.integers(0, 3))):
        value = draw(st.one_of(NUMBERS, st.sampled_from(_CHOICES), JSON))
        part = draw(st.sampled_from(["base", "base", "grid", "seeds", "whole", "gone"]))
        if part == "base" and isinstance(content.get("base"), dict):
            content["base"][draw(st.sampled_from([*_FIELDS, "width"]))] = value
        elif part == "grid":
            name = draw(st.sampled_from([*_FIELDS, *Hyper(), "width"]))
            content["grids"] = [{name: draw(st.one_of(st.just([value]), JSON))}]
        elif part == "seeds":
            content["seeds"] = draw(st.one_of(st.just([value]), JSON))
        elif part == "whole":
            content[draw(st.sampled_from([*Sweep.__dataclass_fields__, "order"]))] = value
        else:
            content.pop(draw(st.sampled_from([*Sweep.__dataclass_fields__])), None)
    return content


@st.composite
def damages(draw):
    """What is done to a file: its position among a folder's files, from 0 to 1, and a function of
    the file.
    """
    kind, positions = (
        draw(st.sampled_from(["gone", "folder", "empty", "cut", "flip", "more", "other"])),
        st.floats(0, 1),
    )
    at, bit, other = draw(positions), 1 << draw(st.integers(0, 7)), draw(st.binary(max_size=40))

    def damage(file):
        content = file.read_bytes()
        byte = int(at * (len(content) - 1)) if content else 0
        flipped = (
            content[:byte]
            + bytes(value ^ bit for value in content[byte : byte + 1])
            + content[byte + 1 :]
        )
        contents = {
            "empty": b"",
            "cut": content[:byte],
            "flip": flipped,
            "more": content + b"\0",
            "other": other,
        }
        file.unlink()
        if kind == "folder":
            file.mkdir()
        elif kind in contents:
            file.write_bytes(contents[kind])

    return draw(positions), damage
