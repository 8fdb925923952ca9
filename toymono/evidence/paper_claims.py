"""The paper's twelve claims as measurements, on networks of the paper's own shape that have
finished.

Quantities and ranges were fixed before any of the batches named here was trained at desk scale.
Seen by then: batch "recipe" (offset -1 at .003 to .01, zero bias at .005, one seed), one network
each of a few more settings at this size, and all batches at a quarter of it, N 128, where training
was too short. A change in the share of features counts from a tenth on; "the same loss" is what the
paper's own plateau spans. The score of .999 is the paper's; shares above .9 stand beside it where a
claim is about what exists.
"""

from collections.abc import Callable
from typing import Any

import pandas as pd

from toymono.evidence import quantities as q
from toymono.evidence.bias_thresholds import density_exponent, threshold_ratio
from toymono.evidence.claims import Claim, Part

SHARE_THAT_COUNTS = 0.1  # of the features
LOSS_SPREAD = 0.95 / 0.85 - 1  # of the paper's plateau, from its lowest to its highest loss
LOSS_COST = LOSS_SPREAD / 2  # of one arm against another

_MONO, _COVERED, _NEARLY, _LOSS = (
    "mono_per_feature",
    "covered_per_feature",
    "nearly_covered_per_feature",
    "task_loss",
)
_BOTH = "LR1 LR3"

# The paper counts biases; rescaling a ReLU neuron moves them, and not their ratio to its incoming
# weights.
POSITIVE = (("bias", "n_clearly_positive_bias"), ("bias / |weights|", "n_clearly_positive_ratio"))


def _covered_where(
    extreme: str, best: Callable[[pd.Series], Any], paper: str, **held: float
) -> tuple[Part, ...]:
    """Coverage at the setting where the first seed covers most, or fewest, at either score."""
    chosen = q.values(_BOTH, _COVERED)
    texts = (
        f"share of features covered where the first seed has {extreme}, LR1 and LR3",
        "the same, scores above .9",
    )
    return tuple(
        Part(words, paper, q.at_chosen(chosen, best, q.values(_BOTH, measure)), **held)
        for words, measure in zip(texts, (_COVERED, _NEARLY), strict=True)
    )


CLAIMS = (
    Claim(
        "C1",
        "for k > N there are basins from mostly polysemantic to mostly monosemantic",
        (
            *_covered_where("most", pd.Series.idxmax, "508 of 512 (Fig 3)", at_least=0.5),
            *_covered_where("fewest", pd.Series.idxmin, "few at low rates (Fig 1)", at_most=0.25),
        ),
    ),
    Claim(
        "C2",
        "the loss of these basins is indistinguishable",
        (
            Part(
                "highest loss over lowest, less 1, LR1 over rates",
                ".85 to .95: .12 (Fig 3)",
                q.spread(q.values("LR1", _LOSS)),
                at_most=LOSS_SPREAD,
            ),
            Part(
                "loss where the first seed covers most over where fewest, less 1",
                "0",
                q.chosen_excess(q.values(_BOTH, _COVERED), q.values(_BOTH, _LOSS)),
                at_least=-LOSS_COST,
                at_most=LOSS_COST,
            ),
        ),
    ),
    Claim(
        "C3",
        "monosemantic neurons have moderate negative bias, polysemantic ones small positive bias",
        (
            Part(
                "mean bias of mono neurons, LR1 and LR3",
                "moderately negative (Fig 5)",
                q.mean(q.values(_BOTH, "mono_bias")),
                at_most=-0.05,
            ),
            Part(
                "median bias of poly neurons, LR1 and LR3",
                "slightly positive (Fig 5)",
                q.mean(q.values(_BOTH, "poly_bias")),
                at_least=0.0,
            ),
            Part(
                "how much further from 0 the former is",
                "moderate against small (Fig 5)",
                q.size_difference(q.values(_BOTH, "mono_bias"), q.values(_BOTH, "poly_bias")),
                at_least=0.0,
            ),
        ),
    ),
    Claim(
        "C4",
        "a negative initial bias steers robustly to monosemantic basins, at no cost in loss",
        (
            Part(
                "mono per feature, LR3 at its lowest over rates",
                "highly mono at every rate (Fig 7)",
                q.lowest(q.values("LR3", _MONO)),
                at_least=0.5,
            ),
            Part(
                "mono per feature, LR3 less LR1, at rate .003",
                "highly mono at every rate (Fig 7)",
                q.difference(
                    q.values("LR3", _MONO, learning_rate=0.003),
                    q.values("LR1", _MONO, learning_rate=0.003),
                ),
                at_least=SHARE_THAT_COUNTS,
            ),
            Part(
                "loss, LR3 over LR1, less 1, over rates",
                "comparable or slightly lower (Fig 7)",
                q.excess(q.values("LR3", _LOSS), q.values("LR1", _LOSS)),
                at_most=LOSS_COST,
            ),
        ),
    ),
    Claim(
        "C5",
        "more neurons, more mono neurons; k modestly above N gives every feature one",
        (
            Part(
                "gamma of mono count with k, K1",
                "1: rises with k (Fig 17)",
                q.order_correlation("K1", "n_neurons", "n_mono"),
                at_least=0.8,
            ),
            *(
                Part(
                    f"share of features covered{words} at k = 2 N, K1",
                    "508 of 512 in LR1 (Fig 3)",
                    q.mean(q.values("K1", measure, n_neurons=1024)),
                    at_least=0.9,
                )
                for words, measure in (("", _COVERED), (", scores above .9,", _NEARLY))
            ),
        ),
    ),
    Claim(
        "C6",
        "fixed random sparse weights cost much loss at equal compute",
        tuple(
            Part(
                f"loss over dense, less 1, weight density {words}",
                "much",
                q.excess(
                    q.values("S1", _LOSS, connectivity="random", weight_density=density),
                    q.values("S1", _LOSS, connectivity="dense"),
                ),
                at_least=0.1,
            )
            for words, density in (("1/2", 0.5), ("1/4", 0.25))
        ),
    ),
    Claim(
        "C7",
        "about d highly polysemantic neurons always remain and form a low-rank identity",
        (
            *(
                Part(
                    f"neurons with {words} above .05, beyond d + 1, over d, LR3",
                    "0: exactly 65 at every rate (Fig 11)",
                    q.mean(q.beyond_embed("LR3", measure, 1)),
                    at_least=-0.1,
                    at_most=0.1,
                )
                for words, measure in POSITIVE
            ),
            Part(
                "rank of their linear map beyond d, over d, LR3",
                "0 (Fig 26)",
                q.mean(q.beyond_embed("LR3", "block_rank", 0)),
                at_least=-0.1,
                at_most=0.1,
            ),
            Part(
                "mean distance of its singular values from 1, LR3",
                "at most .03 (Fig 26)",
                q.mean(q.values("LR3", "block_error")),
                at_most=0.1,
            ),
        ),
    ),
    Claim(
        "C8",
        "all this holds up to density d / N",
        (
            Part(
                "mono per feature at N eps = d / 4, E1",
                "the decline begins (Fig 19)",
                q.mean(q.at_load(0.25)),
                at_least=0.25,
            ),
            Part(
                "mono per feature at N eps = d, E1",
                "a smooth change, no end (Fig 20)",
                q.mean(q.at_load(1.0)),
                at_least=SHARE_THAT_COUNTS,
            ),
        ),
    ),
    Claim(
        "C9",
        "it holds for power-law features and for GeLU",
        (
            Part(
                "power law: mono per feature, LR4 less LR2",
                "more (Figs 6, 12)",
                q.difference(q.values("LR4", _MONO), q.values("LR2", _MONO)),
                at_least=SHARE_THAT_COUNTS,
            ),
            Part(
                "power law: loss, LR4 over LR2, less 1",
                "comparable (Figs 6, 12)",
                q.excess(q.values("LR4", _LOSS), q.values("LR2", _LOSS)),
                at_most=LOSS_COST,
            ),
            Part(
                "GeLU: share covered, scores above .9, offset -1 less 0, B6",
                "a sharp peak near -1 (Fig 13)",
                q.difference(
                    q.values("B6", _NEARLY, bias_offset=-1.0),
                    q.values("B6", _NEARLY, bias_offset=0.0),
                ),
                at_least=SHARE_THAT_COUNTS,
            ),
            Part(
                "GeLU: loss at offset -1 over 0, less 1, B6",
                "comparable",
                q.excess(
                    q.values("B6", _LOSS, bias_offset=-1.0), q.values("B6", _LOSS, bias_offset=0.0)
                ),
                at_most=LOSS_COST,
            ),
        ),
    ),
    Claim(
        "C10",
        "the re-projector has the same basins",
        (
            Part(
                "mono per feature, RP1 over rates",
                "about 1 at every rate (Fig 21)",
                q.mean(q.values("RP1", _MONO)),
                at_least=0.8,
                at_most=1.2,
            ),
            Part(
                "share of features covered, scores above .9, RP1 over rates",
                "about 1 at every rate (Fig 21)",
                q.mean(q.values("RP1", _NEARLY)),
                at_least=0.8,
            ),
        ),
    ),
    Claim(
        "C11",
        "absolute value: more mono is lower loss, and a negative bias alone is not enough",
        (
            Part(
                "gamma of loss with mono count, LR5 and D1",
                "negative (Figs 22, 23)",
                q.order_correlation("LR5 D1", "n_mono", _LOSS),
                at_most=-0.5,
            ),
            Part(
                "mono per feature, slowest less fastest decay that finished, D1",
                "slower decay gives more (Fig 23)",
                q.slow_decay_gain,
                at_least=SHARE_THAT_COUNTS,
            ),
        ),
    ),
    Claim(
        "C12",
        "the bias threshold is -sqrt(eps)",
        (
            Part(
                "slope of log threshold against log density, B1 to B5",
                "1/2 (Figs 8, 9)",
                density_exponent,
                at_least=0.25,
                at_most=0.75,
            ),
            Part(
                "offset of half the mono neurons over -sqrt(eps), B1 to B5",
                "1 (Figs 8, 9)",
                threshold_ratio,
                at_least=2**-0.5,
                at_most=2**0.5,
            ),
        ),
    ),
)
