"""The best levers of the race in other contexts, with one thing changed at a time, and in pairs.

Strengths follow from the race and from the shape: the decay multiplies biases by e^-7 in the first
half of training, the target firing rate is twice a feature's density, and the linear path has d + 1
neurons.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from toymono.config import Config, Sweep
from toymono.sweeps.paper import Grid
from toymono.sweeps.race import FOLDS, NO_LEVER, PAPER_LEVER, RATE, Entry

JUMP, ADAPTED = "jump ReLU, linear path", "one rate, block exempt"
MONO_LOSS = "MonoLoss"
ALONE = (NO_LEVER, PAPER_LEVER, JUMP, ADAPTED, MONO_LOSS)
PAIRS = ((JUMP, PAPER_LEVER), (JUMP, ADAPTED), (JUMP, MONO_LOSS), (ADAPTED, MONO_LOSS))
ELSEWHERE = (PAPER_LEVER, JUMP, ADAPTED)
HOME, GELU = "the race's own", "GeLU"
_JUMP = 0.1


class _Context(NamedTuple):
    """Where levers are tried: the rate, the density, and what else differs from the race."""

    rate: float
    density: float
    fixed: Mapping[str, Any] = {}


def _contexts(base: Config, density: float) -> dict[str, _Context]:
    """The race's own, and others with one thing changed each; half the rate takes twice the steps,
    as the rate times the steps must be kept.

    The power law takes four times the steps, half the neurons and GeLU eight times. They had the
    race's steps at first, after which the offset's networks still learned (late gain .13 to .27),
    so that nothing was judged; with half the neurons two of three still learned after four times
    the steps (.107 and .117).
    """
    k = base.n_neurons
    slow, slower, slowest = ({"n_steps": times * base.n_steps} for times in (2, 4, 8))
    return {
        HOME: _Context(RATE, density),
        "half the rate": _Context(RATE / 2, density, slow),
        "twice the rate": _Context(2 * RATE, density),
        "half the neurons": _Context(RATE, density, {"n_neurons": k // 2, **slowest}),
        "twice the neurons": _Context(RATE, density, {"n_neurons": 2 * k}),
        "half the density": _Context(RATE, density / 2),
        "twice the density": _Context(RATE, 2 * density),
        "power law": _Context(RATE, density, {"feature_law": "power-law", **slower}),
        GELU: _Context(RATE, density, {"activation": "gelu", **slowest}),
    }


def _settings(base: Config, context: _Context) -> dict[str, dict[str, Any]]:
    """What each lever sets in a context."""
    block = base.n_embed + 1
    half = context.fixed.get("n_steps", base.n_steps) / 2
    exempt = {"highest_rate": 2 * context.density, "n_exempt": float(block)}
    return {
        NO_LEVER: {},
        PAPER_LEVER: {"bias_offset": -1.0, "bias_decay": FOLDS / (context.rate * half)},
        JUMP: {"activation": "jump-relu", "jump": _JUMP, "n_smooth": block},
        ADAPTED: {"bias_adaptation": 0.01, **exempt},
        MONO_LOSS: {"mono_loss": 1.0},
    }


def tried_in(context: str) -> tuple[tuple[str, ...], ...]:
    """The levers that a context's networks have, alone or in pairs; GeLU leaves no jump ReLU."""
    alone = ALONE if context == HOME else ELSEWHERE
    tried = (*((lever,) for lever in alone), *(PAIRS if context == HOME else ()))
    return tuple(levers for levers in tried if context != GELU or JUMP not in levers)


def entries(base: Config, density: float) -> list[Entry]:
    """All levers alone and in pairs in the race's own context, and the best in every other; an
    entry's family is its context.
    """
    found = []
    for name, context in _contexts(base, density).items():
        settings = _settings(base, context)
        common = {"learning_rate": context.rate, "feature_density": context.density}
        for levers in tried_in(name):
            grid = {**common, **context.fixed}
            for lever in levers:
                grid |= settings[lever]
            one: Grid = {axis: (value,) for axis, value in grid.items()}
            found.append(Entry(name, " + ".join(levers), 1.0, one))
    return found


def robustness_sweep(base: Config, density: float, seeds: tuple[int, ...], whole: bool) -> Sweep:
    """The entries, each trained apart; if it is not whole, the race's own context and GeLU."""
    found = entries(base, density)
    if not whole:
        found = [entry for entry in found if entry.family in (HOME, GELU)]
    grids = tuple(entry.grid for entry in found)
    return Sweep(base=base, grids=grids, seeds=seeds, members_per_unit=len(seeds))
