"""Which lever should you use, and what does it cost? Every lever at five strengths, at equal
multiply-adds.

Paper:    its one lever, the offset with its decay, and others that it names and left untried.
Command:  python experiments/levers.py
Expect:   (nothing in the paper; PREDICTIONS, committed before the first network was trained)

A first race, under one cosine, was stopped: 183 of 219 networks had not finished by the rule. Its
results are not used.
"""

import math
from typing import NamedTuple

import jax
import pandas as pd
from _main import ends, main

from toymono.analysis.losses import sampled_loss
from toymono.analysis.monosemanticity import is_mono, is_poly
from toymono.analysis.roles import keep
from toymono.analysis.scores_in_contexts import mono_in_contexts, scores_with_all_on
from toymono.command_line.terminal import frame_table, print_table
from toymono.config import Config
from toymono.evidence.front import best_strength, budget_coverages, fronts, ranks, with_levers
from toymono.evidence.predictions import least_loss
from toymono.gallery.circuits import hand_built_loss
from toymono.plots.front import front_panels, rank_bars
from toymono.sweeps.demo import race_with
from toymono.sweeps.race import NO_LEVER, PAPER_LEVER, entries
from toymono.toy.tasks import Problem, sample_batch
from toymono.toy.world import probe_key

BATCHES = ("levers",)


class Prediction(NamedTuple):
    """What was expected of a lever's budget coverage: its side of no lever and of the paper's."""

    against_none: str  # more, less, or level: within the interval
    against_paper: str
    because: str


PREDICTIONS = {
    "learning rate": Prediction("more", "less", "the paper: higher rates are more monosemantic"),
    "annealing": Prediction("level", "less", "it changes when a network settles, not where"),
    "width": Prediction("more", "less", "the paper: neurons to spare become monosemantic"),
    "noise": Prediction("more", "less", "redundant neurons are cheap insurance against noise"),
    "dropout": Prediction("less", "less", "it rewards spreading a feature over many neurons"),
    "offset and decay": Prediction("more", "level", "the paper's own lever"),
    "decay after offset -1": Prediction("more", "level", "the same, over its other number"),
    "decay until firing": Prediction("more", "level", "the paper's decay without its schedule"),
    "decay with speed": Prediction(
        "more", "level", "under LAMB it is a decay that follows the rate"
    ),
    "pull on biases": Prediction("more", "less", "the linear block needs positive biases"),
    "one rate": Prediction("less", "less", "it silences the linear block"),
    "one rate, block exempt": Prediction("more", "less", "mono neurons fire as often as a feature"),
    "groups": Prediction("less", "less", "it silences the linear block"),
    "groups, block exempt": Prediction("more", "less", "only some groups have the right rate"),
    "L1 on weights": Prediction("less", "less", "it causes polysemanticity elsewhere"),
    "weight decay": Prediction("level", "less", "LAMB rescales what it shrinks"),
    "negative weight decay": Prediction("level", "less", "LAMB rescales what it grows"),
    "unit decoder": Prediction("level", "less", "a choice of gauge, and of the rate's meaning"),
    "pruning": Prediction("less", "less", "an embedding is dense, and so is its readout"),
    "L1 on activations": Prediction("more", "less", "the paper: no better than the offset"),
    "top-k": Prediction("less", "less", "it silences the linear block"),
    "top-k, linear path": Prediction("more", "less", "few neurons on are few that share a feature"),
    "jump ReLU": Prediction("more", "less", "a threshold is a negative bias without its shrinkage"),
    "jump ReLU, linear path": Prediction("more", "less", "the same"),
    "overlap of neurons": Prediction("more", "more", "known to leave no polysemantic neuron"),
    "overlap of features": Prediction("more", "more", "it asks for what the score measures"),
    "overlap at random strengths": Prediction("more", "more", "the same at every amplitude"),
    "overlap of outputs": Prediction(
        "level", "less", "outputs of N features are nearly orthogonal"
    ),
    "L4 loss": Prediction("less", "less", "it serves all features a little: polysemantic"),
    "MonoLoss": Prediction("more", "less", "it asks for the score, weighted by the data"),
}


def side(interval):
    """On which side of 0 a difference lies: more, less, or level where it may be either; untested
    without two finished networks.
    """
    if math.isnan(interval.low):
        return "untested"
    if interval.low > 0:
        return "more"
    return "less" if interval.high < 0 else "level"


def raced(run):
    """The members of a race with their levers, and the shape and density it was run at."""
    base, density = race_with(int(run.table.n_features.iloc[0]))
    return with_levers(run.table, entries(base, density), base), base, density


@jax.jit
def endpoints(net, density, key):
    """What else a network is: its strict count, its contexts, its price, and what is left without
    its polysemantic neurons.
    """
    config = Config(n_features=net.n_features, n_embed=len(net.encoder), n_neurons=net.n_neurons)
    problem, numbers = Problem(net.features, net.features), {"feature_density": density}
    scores = net.scores
    inputs = sample_batch(config, problem, key, numbers).inputs
    left = sampled_loss(config, keep(net, ~is_poly(scores)), problem, key, numbers)
    return {
        "strict": (is_mono(scores) & is_mono(scores_with_all_on(net))).sum(),
        "firing": (net.hidden(inputs) > 0).sum(axis=1).mean(),
        "loss without polysemantic": left.mean,
        **mono_in_contexts(net, density, key)._asdict(),
    }


def of_member(member, density):
    """The endpoints of one member."""
    return jax.tree.map(float, endpoints(member.specimen, density, probe_key(member.seed)))


def best_table(run, table, found, density):
    """Each lever at its best strength: means over seeds of what its networks are, in the order of
    the ranks.
    """
    rows = []
    for lever in found:
        strength = best_strength(table, lever)
        if strength is None:
            continue
        members = table[(table.lever == lever) & (table.strength == strength)]
        more = pd.DataFrame([of_member(run.member(number), density) for number in members.index])
        numbers = members[[*SHOWN]].reset_index(drop=True).join(more).astype(float).mean()
        rows.append({"lever": lever, "strength": strength, **numbers})
    return pd.DataFrame(rows)


SHOWN = ("task_loss", "n_mono", "covered_per_feature", "nearly_covered_per_feature", "onset")


def rank_table(found):
    """Each lever's budget coverage, its differences from no lever and from the paper's, and what
    was predicted of them.
    """
    rows = []
    for lever, rank in found.items():
        expected = PREDICTIONS.get(lever)
        row = {"lever": lever, **ends(rank.coverage)}
        for reference, said in ((NO_LEVER, "against_none"), (PAPER_LEVER, "against_paper")):
            outcome = side(rank.more[reference])
            predicted = getattr(expected, said) if expected else outcome
            words = outcome if outcome == predicted else f"{outcome} (predicted {predicted})"
            row |= {
                f"than {reference}": float(rank.more[reference].mean),
                f"side of {reference}": words,
            }
        rows.append(row)
    return pd.DataFrame(rows)


def draw(runs):
    """The front of each family of levers, and the levers by rank; tables are printed."""
    run = runs["levers"]
    table, base, density = raced(run)
    found = ranks(budget_coverages(table), (NO_LEVER, PAPER_LEVER))
    print_table(frame_table(rank_table(found)))
    with jax.default_matmul_precision(base.jax_precision):
        print_table(frame_table(best_table(run, table, found, density)))
    seeds = sorted(table.seed.unique())
    least = [least_loss(base.n_features, base.n_embed, int(seed), density) for seed in seeds]
    built = [hand_built_loss(base, int(seed), density) for seed in seeds]
    ratio = sum(one / other for one, other in zip(built, least, strict=True)) / len(seeds)
    landmarks = {"hand-built network": (ratio, 1.0)}
    curves = fronts(table)
    for none in (curve for curve in curves if curve.lever == NO_LEVER):
        landmarks[NO_LEVER] = (float(none.loss.mean[0]), float(none.covered.mean[0]))
    families = dict(zip(table.lever, table.family, strict=True))
    return {
        "levers-front": front_panels(
            curves, landmarks, "What each lever costs, and what it covers"
        ),
        "levers-rank": rank_bars(found, families, "Levers by the features they cover per loss"),
    }


def tell(run):
    """How many networks there are, and how many have finished."""
    print(f"{len(run.table)} networks, {int(run.table.finished.sum())} finished")


if __name__ == "__main__":
    main("levers", __doc__, BATCHES, draw, tell=tell)
