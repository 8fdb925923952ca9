"""What the account of `theory.py` predicts for trained networks, each in its own seed's
embedding.
"""

import functools
from collections.abc import Callable

import pandas as pd

from toymono.analysis.theory import denoisers, predicted_losses
from toymono.config import Config
from toymono.evidence.quantities import Values, derived
from toymono.toy.tasks import Problem
from toymono.toy.world import make_world

Predict = Callable[[int, int, int, float], float]  # of N, d, seed, density


def _problem(n_features: int, n_embed: int, seed: int) -> tuple[Config, Problem]:
    config = Config(n_features=n_features, n_embed=n_embed)
    return config, make_world(config, seed).problem


@functools.lru_cache(maxsize=256)
def best_kink(n_features: int, n_embed: int, seed: int, density: float) -> float:
    """Amplitude of the best single kink in the exact law of the decoder's interference, a mean over
    features.
    """
    config, problem = _problem(n_features, n_embed, seed)
    return float(denoisers(config, problem, density, 1).kinks.mean())


@functools.lru_cache(maxsize=256)
def least_loss(n_features: int, n_embed: int, seed: int, density: float) -> float:
    """What the posterior mean of the matched filter would leave of the decoder's loss: the least of
    its family.
    """
    config, problem = _problem(n_features, n_embed, seed)
    return float(predicted_losses(config, problem, density).posterior_mean)


def over_prediction(
    batches: str, measure: str, predict: Predict, over: str | list[str] = "learning_rate"
) -> Values:
    """A measure of decoders over what is predicted for each one's seed, shape and density."""

    return derived(batches, lambda rows: rows[measure] / predicted(rows, predict), over)


def predicted(rows: pd.DataFrame, predict: Predict) -> list[float]:
    """What is predicted of each member."""
    keys = zip(rows.n_features, rows.n_embed, rows.seed, rows.feature_density, strict=True)
    return [predict(int(n), int(d), int(seed), float(density)) for n, d, seed, density in keys]
