"""The paper's twelve claims as measurements. Quantities and ranges were fixed before their data were seen.

A change in the share of features counts from a tenth on; "the same loss" is what the paper's own plateau spans.
"""

from toymono.analysis import quantities as q
from toymono.analysis.claims import Claim, Part

SHARE_THAT_COUNTS = 0.1  # of the features
LOSS_SPREAD = 0.95 / 0.85 - 1  # of the paper's plateau, from its lowest to its highest loss
LOSS_COST = LOSS_SPREAD / 2  # of one arm against another

_MONO, _COVERED, _LOSS = "mono_per_feature", "covered_per_feature", "task_loss"

CLAIMS = (
    Claim(
        "C1",
        "for k > N there are basins from mostly polysemantic to mostly monosemantic",
        (
            Part(
                "share of features covered, LR1 at rate .003",
                "few at low rates (Fig 1)",
                q.mean("LR1", _COVERED, learning_rate=0.003),
                at_most=0.25,
            ),
            Part(
                "share of features covered, LR3 over rates",
                "up to 508 of 512 (Figs 3, 7)",
                q.mean("LR3", _COVERED),
                at_least=0.5,
            ),
        ),
    ),
    Claim(
        "C2",
        "the loss of these basins is indistinguishable",
        (
            Part(
                "highest loss over lowest, less 1, LR1 over rates",
                ".85 to .95: .12 (Fig 3)",
                q.loss_spread,
                at_most=LOSS_SPREAD,
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
                q.mean("LR1 LR3", "mono_bias"),
                at_most=-0.05,
            ),
            Part(
                "median bias of poly neurons, LR1 and LR3",
                "slightly positive (Fig 5)",
                q.mean("LR1 LR3", "poly_bias"),
                at_least=0.0,
            ),
            Part(
                "how much further from 0 the former is",
                "moderate against small (Fig 5)",
                q.difference(q.size(q.mean("LR1 LR3", "mono_bias")), q.size(q.mean("LR1 LR3", "poly_bias"))),
                at_least=0.0,
            ),
        ),
    ),
    Claim(
        "C4",
        "a negative initial bias steers robustly to monosemantic basins, at no cost in loss",
        (
            Part(
                "mono per feature, LR3 less LR1, over rates",
                "highly mono at every rate (Fig 7)",
                q.difference(q.mean("LR3", _MONO), q.mean("LR1", _MONO)),
                at_least=SHARE_THAT_COUNTS,
            ),
            Part(
                "the same at rate .003, where zero bias has least",
                "highly mono at every rate (Fig 7)",
                q.difference(q.mean("LR3", _MONO, learning_rate=0.003), q.mean("LR1", _MONO, learning_rate=0.003)),
                at_least=SHARE_THAT_COUNTS,
            ),
            Part(
                "loss, LR3 over LR1, less 1, over rates",
                "comparable or slightly lower (Fig 7)",
                q.excess(q.mean("LR3", _LOSS), q.mean("LR1", _LOSS)),
                at_most=LOSS_COST,
            ),
        ),
    ),
    Claim(
        "C5",
        "more neurons, more mono neurons; k modestly above N gives every feature one",
        (
            Part(
                "rank correlation of mono count with k, K1",
                "rises with k (Fig 17)",
                q.rank_correlation("K1", "n_neurons", "n_mono"),
                at_least=0.8,
            ),
            Part(
                "share of features covered at k = 2 N, K1",
                "508 of 512 in LR1 (Fig 3)",
                q.covered_at_twice_as_many_neurons,
                at_least=0.9,
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
                    q.mean("S1", _LOSS, connectivity="random", weight_density=density),
                    q.mean("S1", _LOSS, connectivity="dense"),
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
            Part(
                "neurons with bias > .05 beyond d + 1, over d, LR3",
                "0: exactly 65 at every rate (Fig 11)",
                q.beyond_embed("n_clearly_positive_bias", 1),
                at_least=-0.1,
                at_most=0.1,
            ),
            Part(
                "rank of their linear map beyond d, over d, LR3",
                "0 (Fig 26)",
                q.beyond_embed("block_rank", 0),
                at_least=-0.1,
                at_most=0.1,
            ),
            Part(
                "mean distance of its singular values from 1, LR3",
                "at most .03 (Fig 26)",
                q.mean("LR3", "block_error"),
                at_most=0.1,
            ),
        ),
    ),
    Claim(
        "C8",
        "all this holds up to density d / N",
        (
            Part(
                "mono per feature at N eps = d / 4, E1", "the decline begins (Fig 19)", q.at_load(0.25), at_least=0.25
            ),
            Part(
                "mono per feature at N eps = d, E1",
                "a smooth change, no end (Fig 20)",
                q.at_load(1.0),
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
                q.difference(q.mean("LR4", _MONO), q.mean("LR2", _MONO)),
                at_least=SHARE_THAT_COUNTS,
            ),
            Part(
                "power law: loss, LR4 over LR2, less 1",
                "comparable (Figs 6, 12)",
                q.excess(q.mean("LR4", _LOSS), q.mean("LR2", _LOSS)),
                at_most=LOSS_COST,
            ),
            Part(
                "GeLU: mono per feature, offset -1 less 0, B6",
                "a sharp peak near -1 (Fig 13)",
                q.difference(q.mean("B6", _MONO, bias_offset=-1.0), q.mean("B6", _MONO, bias_offset=0.0)),
                at_least=SHARE_THAT_COUNTS,
            ),
            Part(
                "GeLU: loss at offset -1 over 0, less 1, B6",
                "comparable",
                q.excess(q.mean("B6", _LOSS, bias_offset=-1.0), q.mean("B6", _LOSS, bias_offset=0.0)),
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
                q.mean("RP1", _MONO),
                at_least=0.8,
                at_most=1.2,
            ),
        ),
    ),
    Claim(
        "C11",
        "absolute value: more mono is lower loss, and a negative bias alone is not enough",
        (
            Part(
                "rank correlation of loss with mono count, LR5 and D1",
                "negative (Figs 22, 23)",
                q.rank_correlation("LR5 D1", "n_mono", "task_loss"),
                at_most=-0.5,
            ),
            Part(
                "mono per feature, slowest less fastest decay, D1",
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
                "offset of half the mono neurons over -sqrt(eps), B1 to B5",
                "1 (Figs 8, 9)",
                q.threshold_ratio,
                at_least=2**-0.5,
                at_most=2**0.5,
            ),
        ),
    ),
)
