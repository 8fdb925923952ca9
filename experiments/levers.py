"""Which lever should you use, and what does it cost? Every lever at five strengths, at equal
multiply-adds.

Paper:    its one lever, the offset with its decay, and others that it names and left untried.
Command:  python experiments/levers.py
Expect:   (nothing in the paper; PREDICTIONS, committed before the first network was trained)
"""

from typing import NamedTuple

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
