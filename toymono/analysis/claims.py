"""What a claim is, and how it is judged: a number for every seed, held against a range that was fixed beforehand.

Settings of one seed share data and initial weights, so a difference or ratio within a seed is a paired one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from toymono.analysis.seeds import interval_over_seeds

Verdict = Literal["supported", "refuted", "inconclusive", "untested"]
Tables = Mapping[str, pd.DataFrame]  # of members, by the name of their batch


class Quantity(NamedTuple):
    """One number for each seed."""

    batches: frozenset[str]  # what it is measured on
    of: Callable[[Tables], pd.Series]


class Part(NamedTuple):
    """One measurement that a claim implies; it holds where the quantity lies in [at_least, at_most]."""

    words: str  # what is measured
    paper: str  # what the paper has to say of it
    quantity: Quantity
    at_least: float = -np.inf
    at_most: float = np.inf


class Claim(NamedTuple):
    """A statement, and the measurements that must all hold if it is true."""

    name: str
    statement: str
    parts: tuple[Part, ...]


class Judgement(NamedTuple):
    """What the data say of one part: mean and 95 % interval over n seeds, and the verdict."""

    part: Part
    mean: float  # NaN if untested
    low: float
    high: float
    n: int
    verdict: Verdict


def verdict_on(low: float, high: float, at_least: float, at_most: float) -> Verdict:
    """Supported where the whole interval lies in the range, refuted where none of it does, inconclusive between.

    An unknown interval, as of a single seed, is inconclusive.
    """
    if low >= at_least and high <= at_most:
        return "supported"
    return "refuted" if high < at_least or low > at_most else "inconclusive"


def judge_part(part: Part, tables: Tables) -> Judgement:
    """Student's t interval of the quantity over seeds (of paired differences: the paired t test), and its verdict.

    Untested where a batch is missing, or where no seed has the quantity.
    """
    have = part.quantity.batches <= set(tables)
    values = part.quantity.of(tables).dropna() if have else pd.Series(dtype=float)
    if not len(values):
        return Judgement(part, np.nan, np.nan, np.nan, 0, "untested")
    interval = interval_over_seeds(values.to_numpy(float))
    mean, low, high = float(interval.mean), float(interval.low), float(interval.high)
    return Judgement(part, mean, low, high, len(values), verdict_on(low, high, part.at_least, part.at_most))


def judge(claim: Claim, tables: Tables) -> list[Judgement]:
    """A judgement for each part of the claim."""
    return [judge_part(part, tables) for part in claim.parts]


def overall(judgements: Sequence[Judgement]) -> Verdict:
    """The verdict on a claim: refuted if a part is, else untested or inconclusive if a part is, else supported."""
    verdicts = {judgement.verdict for judgement in judgements}
    order: tuple[Verdict, ...] = ("refuted", "untested", "inconclusive", "supported")
    return next(verdict for verdict in order if verdict in verdicts)


def verdict_table(claims: Sequence[Claim], tables: Tables) -> pd.DataFrame:
    """One row per part of every claim: what was measured, the range it was held against, mean, interval, n, verdict.

    `claim_verdict` is that of the whole claim, `batches` what the part was measured on.
    """
    rows = []
    for claim in claims:
        judgements = judge(claim, tables)
        whole = {"claim": claim.name, "statement": claim.statement, "claim_verdict": overall(judgements)}
        for judgement in judgements:
            part = judgement.part
            told = {"measured": part.words, "paper": part.paper, "batches": " ".join(sorted(part.quantity.batches))}
            held = {"at_least": part.at_least, "at_most": part.at_most}
            found = {name: value for name, value in judgement._asdict().items() if name != "part"}
            rows.append({**whole, **told, **held, **found})
    return pd.DataFrame(rows)
