"""Two networks of a run whose losses are alike and whose neurons are not: what toymono is about."""

import numpy as np
import pandas as pd

ALIKE = 0.05  # a loss may exceed the other by this share of it
_FEWEST = 5  # mono neurons by which the two differ at least
_TIMES = 2  # as often mono, at least


def contrast(table: pd.DataFrame) -> tuple[int, int] | None:
    """The pair of members of one seed that differs most in mono neurons at a loss that is alike.

    The one with more mono neurons comes first; its loss is at most 5 % above the other's. None
    where no pair differs by five neurons and a factor of two.
    """
    best, pair = 0.0, None
    for _, members in table[~table.diverged].groupby("seed"):
        loss, n_mono = members.task_loss.to_numpy(), members.n_mono.to_numpy(float)
        gap = n_mono[:, None] - n_mono[None, :]
        fits = (loss[:, None] <= (1 + ALIKE) * loss) & (n_mono[:, None] >= _TIMES * n_mono)
        gap = np.where(fits & (gap >= _FEWEST), gap, 0.0)
        if gap.max(initial=0.0) > best:
            more, fewer = np.unravel_index(gap.argmax(), gap.shape)
            numbers = members.index.to_numpy()
            best, pair = float(gap.max()), (int(numbers[more]), int(numbers[fewer]))
    return pair


def contrast_words(table: pd.DataFrame, more: int, fewer: int) -> str:
    """Both members' losses and mono neurons, in a sentence."""
    counts = f"{table.n_mono[more]} monosemantic neurons in member {more}"
    counts = f"{counts} and {table.n_mono[fewer]} in member {fewer}"
    losses = f"{table.task_loss[more]:.4f} and {table.task_loss[fewer]:.4f}"
    return f"Same task, same seed, alike in loss ({losses}): {counts}."
