"""What the paper's account of the mechanism, and the sharper one of `theory.py`, predict.

Ranges were written down before N2 was trained; one network of T1, and the means of N1 and H1, had been seen by then.
The paper's own networks train for four times as long as those of T1, which come nearest to them at laptop scale.
"""

from toymono.analysis import quantities as q
from toymono.analysis.claims import Claim, Part

_NEGATIVE = {"bias_offset": -1.0}

MECHANISM = (
    Claim(
        "M1",
        "positive-bias neurons together pass on what the input tells: a projector of rank d",
        (
            Part("rank of their linear map over d, less 1, T1", "0 (Fig 26)", q.rank_beyond_embed, -0.02, 0.02),
            Part(
                "mean distance of its singular values from 1, T1",
                "at most .03 (Fig 26)",
                q.mean("T1", "block_error", **_NEGATIVE),
                at_most=0.1,
            ),
            Part("its slope on a lone feature over d / N, T1", ".09 to .16 for .125", q.slope_over_share, 0.9, 1.1),
        ),
    ),
    Claim(
        "M2",
        "their biases cancel in the output",
        (
            Part(
                "share of |b+|^2 in the null space of L2+, T1",
                "|L2+ b+| below .005",
                q.mean("T1", "null_share", **_NEGATIVE),
                at_least=0.99,
            ),
        ),
    ),
    Claim(
        "M3",
        "so they number d + 1, whatever d is",
        (Part("neurons with bias > .05 over d + 1, less 1, N1", "0 (Sec 5)", q.count_beyond_embed, -0.1, 0.1),),
    ),
    Claim(
        "M4",
        "a lone feature is ignored up to the best kink of the matched filter",
        (
            Part(
                "mean onset over the best single kink, T1",
                "near .4 for .43 (Fig 24)",
                q.onset_over_kink,
                at_least=0.8,
                at_most=1.25,
            ),
        ),
    ),
    Claim(
        "M5",
        "no network beats the posterior mean behind the projection",
        (Part("loss over its prediction, T1 from offset -1", "(our own)", q.loss_over_posterior_mean, at_least=1.0),),
    ),
    Claim(
        "M6",
        "the bias threshold goes as sqrt(N eps / d): it falls with d at one density",
        (
            Part(
                "slope of log threshold against log d, N2 and B3",
                "0 if -sqrt(eps), -1/2 if general",
                q.threshold_exponent,
                at_least=-0.75,
                at_most=-0.25,
            ),
        ),
    ),
    Claim(
        "M7",
        "the hand-built network is a resting place of training",
        (
            Part(
                "share of features covered above .9, H1",
                "(our own)",
                q.mean("H1", "nearly_covered_per_feature"),
                at_least=0.9,
            ),
            Part(
                "its loss over that of training from chance (LR3), less 1",
                "(our own)",
                q.excess(q.mean("H1", "task_loss", n_neurons=256), q.mean("LR3", "task_loss")),
                at_most=0.0,
            ),
        ),
    ),
)
