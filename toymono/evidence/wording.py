"""Means with their intervals, ranges and verdicts in words, for terminals, pages and figures."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from toymono.evidence.seeds import no_interval

CLAIM_COLUMNS = (
    "claim",
    "what",
    "mean [95 % interval]",
    "holds if",
    "n",
    "unfinished",
    "scale",
    "verdict",
)


def interval_words(mean: float | None, low: float | None, high: float | None, n: int) -> str:
    """A mean with its interval: "3.67 [0, 7.46]", "64 (all alike)", "64 (one seed)", or ""."""
    if mean is None or math.isnan(mean):
        return ""
    reason = no_interval(low, high, n)
    return f"{mean:.3g} ({reason})" if reason else f"{mean:.3g} [{low:.3g}, {high:.3g}]"


def span(row: Mapping[Hashable, Any], measure: str) -> str:
    """`interval_words` of a row of `over_seeds`: measure, measure_low, measure_high."""
    low, high = (row[f"{measure}_{end}"] for end in ("low", "high"))
    return interval_words(
        row[measure], low, high, n=1 if math.isnan(low) else 2
    )  # no ends: one seed has a number


def allowed_range(at_least: float, at_most: float) -> str:
    """A range in words: "at least 0.5", "0.8 to 1.2"."""
    if math.isfinite(at_least) and math.isfinite(at_most):
        return f"{at_least:.3g} to {at_most:.3g}"
    return f"at least {at_least:.3g}" if math.isfinite(at_least) else f"at most {at_most:.3g}"


def claim_rows(verdicts: pd.DataFrame) -> list[tuple[str, ...]]:
    """Lines of `verdict_table`: one per claim with its verdict, then one per part.

    A part's line says how many of its batches' networks are left out as unfinished.
    """
    rows, last = [], None
    for row in verdicts.to_dict("records"):
        if (row["claim"], row["scale"]) != last:
            last = (row["claim"], row["scale"])
            rows.append(
                (
                    row["claim"],
                    row["statement"],
                    "",
                    "",
                    "",
                    "",
                    row["scale"],
                    row["claim_verdict"].upper(),
                )
            )
        found = interval_words(row["mean"], row["low"], row["high"], row["n"])
        allowed = allowed_range(row["at_least"], row["at_most"])
        left_out = f"{row['unfinished']} of {row['networks']}" if row["networks"] else ""
        rows.append(
            (
                "",
                f"  {row['measured']}",
                found,
                allowed,
                str(row["n"]),
                left_out,
                "",
                row["verdict"],
            )
        )
    return rows
