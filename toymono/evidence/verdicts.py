"""The claims of the paper, and our own on the mechanism, judged on whatever batches were found."""

import json
import pathlib
from collections.abc import Sequence

import pandas as pd

from toymono.evidence.claims import verdict_table
from toymono.evidence.mechanism_claims import MECHANISM
from toymono.evidence.paper_claims import CLAIMS
from toymono.evidence.results import Results, by_batch
from toymono.sweeps.presets import PRESETS
from toymono.text_files import read_text

# What some claim is measured on.
CLAIMED = frozenset(
    batch
    for claim in (*CLAIMS, *MECHANISM)
    for part in claim.parts
    for batch in part.quantity.batches
)


def judged(found: Sequence[Results]) -> list[Results]:
    """The results that claims are judged on: batches of the paper, not a user's own sweeps."""
    return [results for results in found if results.batch in PRESETS]


def stored_verdicts(folder: pathlib.Path) -> pd.DataFrame | None:
    """What `toymono claims FOLDER --json > FOLDER/claims.json` kept, if it is there."""
    file = folder / "claims.json"
    if not file.is_file():
        return None
    rows = pd.DataFrame(json.loads(read_text(file)))
    numbers = ["at_least", "at_most", "mean", "low", "high", "p"]
    return rows.assign(**{name: pd.to_numeric(rows[name]) for name in numbers})


def verdicts(found: Sequence[Results]) -> pd.DataFrame:
    """The rows of `evidence.claims.verdict_table` for each scale among the judged results, named in
    column scale.

    Without a judged batch it has no rows. Unfinished runs are left out, so their claims are
    untested.
    """
    scales = {results.scale: None for results in judged(found)}
    parts = [
        verdict_table((*CLAIMS, *MECHANISM), by_batch(judged(found), scale)).assign(scale=scale)
        for scale in scales
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
