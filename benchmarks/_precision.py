"""What the precision of matrix products does to results: loss and mono neurons at each, over the
same seeds.

Every precision sees the same projections, initial weights and data, so that differences are taken
within a seed.
"""

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, get_args

import numpy as np
from _ours import trained

from toymono.config import Config, Hyper, MatmulPrecision
from toymono.evidence.seeds import interval_over_seeds
from toymono.sweeps.presets import preset_sweep
from toymono.sweeps.scales import ScaleName

PRECISIONS: tuple[MatmulPrecision, ...] = get_args(MatmulPrecision)
REFERENCE = PRECISIONS[0]  # float32
STARTS = {"zero bias": "LR1", "offset -1 with decay": "LR3"}


def compared(scale: ScaleName, seeds: Sequence[int], n_steps: int | None) -> list[dict[str, Any]]:
    """A row for each precision, start and measure: the mean, and how far it is above the reference,
    with n.
    """
    (config,) = {middle_model(preset, scale)[0] for preset in STARTS.values()}
    config = dataclasses.replace(config, n_steps=n_steps or config.n_steps)
    settings = [middle_model(preset, scale)[1] for preset in STARTS.values()]
    measures = {
        precision: measured(
            dataclasses.replace(config, matmul_precision=precision), settings, seeds
        )
        for precision in PRECISIONS
    }
    return [
        {"precision": precision, "start": start, "measure": measure}
        | difference(values[:, index], measures[REFERENCE][measure][:, index])
        for precision in PRECISIONS
        for measure, values in measures[precision].items()
        for index, start in enumerate(STARTS)
    ]


def middle_model(preset: str, scale: ScaleName) -> tuple[Config, Hyper]:
    """The model in the middle of a preset's learning rates."""
    models = [*preset_sweep(preset, scale).models()]
    return models[len(models) // 2]


def measured(
    config: Config, settings: Sequence[Hyper], seeds: Sequence[int]
) -> dict[str, np.ndarray]:
    """Task loss and mono neurons of the networks at the end: seed setting."""
    last = trained(config, settings, seeds)
    return {name: np.asarray(getattr(last, name), float) for name in ("task_loss", "n_mono")}


def difference(values: np.ndarray, reference: np.ndarray) -> dict[str, float | None]:
    """The mean over seeds, the mean difference within a seed and its 95 % interval, and n; None for
    what is not known.

    A seed that diverged at either precision has no difference and lowers n.
    """
    found = interval_over_seeds(values - reference)
    numbers = {
        "mean": values.mean(),
        "difference": found.mean,
        "low": found.low,
        "high": found.high,
        "n": found.n,
    }
    return {
        name: float(number) if math.isfinite(number) else None for name, number in numbers.items()
    }
