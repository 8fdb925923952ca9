"""The named sweeps: the paper's batches at three scales, and toymono's own."""

import dataclasses
import functools

from toymono.config import Config, Hyper, Sweep, require
from toymono.sweeps.demo import basins_sweep, demo_of, demo_sweep, race_of
from toymono.sweeps.elhage import TOYS, toy_base, toy_sweep
from toymono.sweeps.paper import BATCHES, PaperBatch
from toymono.sweeps.race import race_sweep
from toymono.sweeps.recipes import recipe_sweep
from toymono.sweeps.robustness import robustness_sweep
from toymono.sweeps.scales import SCALES, Scale, ScaleName, scaled
from toymono.sweeps.worlds import world_sweep

_AT_DEMO_SIZE = ("demo", "levers", "basins", "worlds", "robustness")
PRESETS: dict[str, str] = {  # names and descriptions of sweeps
    "demo": "zero bias against offset -1 with decay, small enough for minutes",
    "recipe": "batch, steps, schedule, optimizer: "
    "the cheapest training that ends where the paper's ends",
    "levers": "every lever at five strengths and equal multiply-adds, at the demo's shape",
    "robustness": "the best levers at other rates, widths, densities and laws, and in pairs",
    "basins": "zero bias and offset -1, each from two draws of initial weights in one world",
    "worlds": "features in groups and trees and with common factors, from zero bias and offset -1",
    **TOYS,
    **{name: batch.title for name, batch in BATCHES.items()},
}
GROUPS: dict[str, str] = {  # what begins with a preset
    "demo": "toymono's own",
    next(iter(TOYS)): "Elhage et al.",
    "LR1": "the paper's",
    "D2": "controls",
}


def preset_sweep(name: str, scale: ScaleName, seeds: tuple[int, ...] = (0, 1, 2)) -> Sweep:
    """A named sweep at a scale, with at least three seeds; the paper ran every setting once.

    Raises InputError for a name that PRESETS does not have.
    """
    require(name in PRESETS, "a preset", f"one of {', '.join(PRESETS)}", name, "see `toymono list`")
    if name == "demo":
        return demo_sweep(scale, seeds)
    if name == "recipe":
        return recipe_sweep(SCALES[scale].config, seeds)
    if name == "levers":
        return race_sweep(*race_of(scale), seeds, whole=scale != "smoke")
    if name == "robustness":
        return robustness_sweep(*race_of(scale), seeds, whole=scale != "smoke")
    if name in TOYS:
        return toy_sweep(name, scale, seeds)
    if name == "worlds":
        return world_sweep(scale, seeds)
    if name == "basins":
        return basins_sweep(scale, seeds)
    return _batch_sweep(BATCHES[name], SCALES[scale], seeds)


def _batch_sweep(batch: PaperBatch, scale: Scale, seeds: tuple[int, ...]) -> Sweep:
    whole = scale is SCALES["paper"]
    grids = tuple(grid if whole else {**grid, **batch.reduced_axes} for grid in batch.grids)
    return Sweep(
        base=scale.config,
        grids=tuple(point for grid in grids for point in scaled(scale, grid)),
        seeds=seeds,
    )


def batch_of(sweep: Sweep) -> tuple[str, ScaleName] | None:
    """The preset and scale with exactly these models, for any seeds and records; None if there is
    none.
    """
    models = _models(sweep)
    for scale in SCALES:
        for name in PRESETS:
            same_size = _size(name, scale) == sweep.base.n_features
            if same_size and _models_of(name, scale) == models:
                return name, scale
    return None


def _size(name: str, scale: ScaleName) -> int:
    """The number of features of all networks of a preset, found without making its sweep."""
    if name in TOYS:
        return toy_base(name, scale).n_features
    return (demo_of(scale) if name in _AT_DEMO_SIZE else SCALES[scale]).config.n_features


@functools.cache
def _models_of(name: str, scale: ScaleName) -> set[tuple[Config, Hyper]]:
    return _models(preset_sweep(name, scale))


def _models(sweep: Sweep) -> set[tuple[Config, Hyper]]:
    # Recording and precision do not make it a different batch.
    base = dataclasses.replace(
        sweep.base,
        record_phase="rest",
        record_params="last",
        records_per_octave=1,
        matmul_precision="float32",
    )
    return set(dataclasses.replace(sweep, base=base).models())
