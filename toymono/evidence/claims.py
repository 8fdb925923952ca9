"""Judge a claim: one number per seed, tested against a range that was fixed before the data.

Settings of one seed share data and initial weights, so a difference or ratio within a seed is a
paired one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from toymono.evidence.seeds import LEVEL, interval_over_seeds

Verdict = Literal["supported", "refuted", "inconclusive", "untested"]
Tables = Mapping[str, pd.DataFrame]  # of members, by the name of their batch


class Quantity(NamedTuple):
    """One number for each seed."""

    batches: frozenset[str]  # what it is measured on
    of: Callable[[Tables], pd.Series]


class Part(NamedTuple):
    """One measurement of a claim; it holds where the quantity lies in [at_least, at_most]."""

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
    low: float  # NaN where there is no interval: one seed, or seeds that are all alike
    high: float
    n: int
    # of a mean so far outside the range, or further, if the truth lies at its end; corrected for
    # the parts
    p: float
    verdict: Verdict


def outside_p(values: np.ndarray, at_least: float, at_most: float) -> float:
    """Two-sided p of a t test that the mean is the nearer end of the range; 1 inside the range.

    0 where seeds are all alike and outside; NaN for less than two seeds. Student 1908.
    """
    mean, n = values.mean(), len(values)
    beyond = max(at_least - mean, mean - at_most)
    if n < 2:
        return np.nan
    if beyond <= 0:
        return 1.0
    spread = values.std(ddof=1) / n**0.5
    return float(2 * special.stdtr(n - 1, -beyond / spread)) if spread else 0.0


def holm(p: Sequence[float]) -> list[float]:
    """p values corrected for multiple testing, in their order; NaN is kept and not counted. Holm
    1979.
    """
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(np.asarray(p)[known], kind="stable")]
    corrected, largest = [float(value) for value in p], 0.0
    for rank, part in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * p[part]))
        corrected[part] = largest
    return corrected


def judge(claim: Claim, tables: Tables) -> list[Judgement]:
    """A judgement for each part of the claim.

    A part is supported where its 95 % interval lies in the range, or where all of several seeds are
    alike and in it; refuted where the interval's level, corrected for the number of parts, keeps
    the mean out of the range; inconclusive between, and for a single seed; untested where a batch
    or every seed's number is missing.
    """
    found = [_values(part, tables) for part in claim.parts]
    ranges = [(part.at_least, part.at_most) for part in claim.parts]
    p = holm(
        [
            outside_p(values, *held) if len(values) else np.nan
            for values, held in zip(found, ranges, strict=True)
        ]
    )
    return [_judged(*each) for each in zip(claim.parts, found, p, strict=True)]


def _values(part: Part, tables: Tables) -> np.ndarray:
    have = part.quantity.batches <= set(tables)
    return part.quantity.of(tables).dropna().to_numpy(float) if have else np.zeros(0)


def _judged(part: Part, values: np.ndarray, p: float) -> Judgement:
    if not len(values):
        return Judgement(part, np.nan, np.nan, np.nan, 0, np.nan, "untested")
    interval = interval_over_seeds(values)
    mean, low, high = float(interval.mean), float(interval.low), float(interval.high)
    alike = len(values) > 1 and bool((values == values[0]).all())
    if (part.at_least <= low and high <= part.at_most) and len(values) > 1:
        verdict: Verdict = "supported"
    else:
        verdict = "refuted" if p < 1 - LEVEL else "inconclusive"
    ends = (np.nan, np.nan) if alike else (low, high)
    return Judgement(part, mean, *ends, len(values), p, verdict)


def overall(judgements: Sequence[Judgement]) -> Verdict:
    """The verdict on a claim: refuted if a part is, else untested or inconclusive if one is, else
    supported.
    """
    verdicts = {judgement.verdict for judgement in judgements}
    order: tuple[Verdict, ...] = ("refuted", "untested", "inconclusive", "supported")
    return next(verdict for verdict in order if verdict in verdicts)


def verdict_table(claims: Sequence[Claim], tables: Tables) -> pd.DataFrame:
    """One row per part of every claim: measurement, range, mean, interval, n, verdict.

    `claim_verdict` is that of the whole claim, `batches` what the part was measured on; of their
    `networks`, `unfinished` ones were left out.
    """
    rows = []
    for claim in claims:
        judgements = judge(claim, tables)
        whole = {
            "claim": claim.name,
            "statement": claim.statement,
            "claim_verdict": overall(judgements),
        }
        for judgement in judgements:
            part = judgement.part
            texts = {
                "measured": part.words,
                "paper": part.paper,
                "batches": " ".join(sorted(part.quantity.batches)),
            }
            held = {"at_least": part.at_least, "at_most": part.at_most}
            found = {name: value for name, value in judgement._asdict().items() if name != "part"}
            rows.append({**whole, **texts, **held, **found, **_networks(part, tables)})
    return pd.DataFrame(rows)


def _networks(part: Part, tables: Tables) -> dict[str, int]:
    finished = [
        tables[batch].finished.astype(bool) for batch in part.quantity.batches if batch in tables
    ]
    n, done = sum(map(len, finished)), sum(int(column.sum()) for column in finished)
    return {"networks": n, "unfinished": n - done}
