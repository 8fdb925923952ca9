"""Definitions of toymono's terms, for pages, tables and `toymono glossary`."""

from collections.abc import Iterable

TERMS = {
    "member": "one trained network: one setting with one seed",
    "setting": "all choices and numbers that a network was trained with, except its seed",
    "seed": "the random seed of a network's features, initial weights and samples",
    "response": "a neuron's activation when only one feature is on, at strength 1; if features "
    "have a sign, the sum of the activations at 1 and -1",
    "score": "a neuron's largest response over the sum of its responses to all features: 1 if it "
    "responds to one feature alone",
    "monosemantic": "with a score above .999",
    "mono neuron": "a neuron with a score above .999",
    "covered": "a feature that is the favourite of some mono neuron",
    "favourite feature": "the feature that a neuron responds to most",
    "direction": "of a feature: what it adds to the pre-activation of each neuron at strength 1",
    "dimensions of a feature": "its dimensionality, or capacity: 1 if its direction is orthogonal "
    "to all others, and less the more it overlaps with them",
    "role": "a neuron's type, the first of these that fits: dead, small, one of one, one of "
    "several, nearly mono, linear, other",
    "dead": "off when only one feature is on, for every feature at every amplitude",
    "dead neuron": "off when only one feature is on, for every feature at strength 1",
    "small": "with |in| |out| below .1",
    "one of one": "the only monosemantic neuron of its favourite feature",
    "one of several": "one of several monosemantic neurons that share a favourite feature",
    "nearly mono": "with a score above .9 and up to .999",
    "linear": "with a positive bias: on for most inputs, part of the linear block",
    "linear block": "the linear map that all neurons with positive bias compute together",
    "bend": "an amplitude of a feature at which the slope of its output changes, because a neuron "
    "turns on or off (a kink)",
    "kink": "an amplitude of a feature at which a neuron turns on or off (a bend)",
    "onset": "the amplitude of a feature's first large upward bend",
    "|in| |out|": "the norm of a neuron's incoming weights times that of its outgoing weights",
    "task loss": "squared error summed over outputs, of the network on fresh samples",
    "training loss": "the loss of single batches during training",
    "initial bias offset": "a number that is added to every bias before training",
    "offset": "a number that is added to every bias before training (the initial bias offset)",
    "decay": "share that every bias loses per unit of learning rate and step, in the first half of "
    "training (the bias decay)",
    "bias decay": "share that every bias loses per unit of learning rate and step, in the first "
    "half of training",
    "hand-built": "a network whose weights follow from the theory, without training",
    "record": "a training step at which measures were taken",
    "rest phase": "the steps at which a periodic learning rate is lowest, where records are taken",
    "amplitude": "how strongly a feature is on",
    "interval": "95% t interval of the mean over seeds",
    "lever": "a change of the network, its loss or its training that should give more mono neurons",
}
_OF_COLUMN = {
    "task_loss": "task loss",
    "n_mono": "mono neuron",
    "n_covered": "covered",
    "n_dead": "dead neuron",
    "block_rank": "linear block",
    "n_one_of_one": "one of one",
    "n_one_of_several": "one of several",
    "n_linear": "linear",
    "onset": "onset",
}


def meanings(columns: Iterable[str]) -> str:
    """Definitions of the columns of a table whose names are toymono's terms."""
    terms = [_OF_COLUMN[name] for name in columns if name in _OF_COLUMN]
    return "; ".join(f"{term}: {TERMS[term]}" for term in terms)
