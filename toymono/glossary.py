"""What toymono's words mean, on pages, below tables and in `toymono glossary`."""

from collections.abc import Iterable

TERMS = {
    "member": "one trained network: one setting with one seed",
    "setting": "the numbers that a network was trained with, its seed aside",
    "seed": "what a network's features, first weights and samples are drawn from",
    "response": "a neuron's activation when one feature is on alone at strength 1; where features "
    "have a sign, the sum of those at 1 and -1",
    "score": "a neuron's largest response over the sum of its responses to all features: 1 if it "
    "responds to one feature alone",
    "monosemantic": "with a score above .999",
    "mono neuron": "a neuron with a score above .999",
    "covered": "a feature that is the favourite of some monosemantic neuron",
    "favourite feature": "the feature that a neuron responds to most",
    "direction": "of a feature: what it adds to the pre-activation of each neuron at strength 1",
    "dimensions of a feature": "1 if its direction is at right angles to all others, less the more "
    "it overlaps with them (its dimensionality, or capacity)",
    "role": "what a neuron is, the first that fits: dead, small, one of one, one of several, "
    "nearly mono, linear, other",
    "dead": "off for every feature alone, at every amplitude",
    "dead neuron": "off for every feature alone at strength 1",
    "small": "with |in| |out| below .1",
    "one of one": "the only monosemantic neuron of its favourite feature",
    "one of several": "one of several monosemantic neurons that share a favourite feature",
    "nearly mono": "with a score above .9 and up to .999",
    "linear": "with a positive bias: on for most inputs, part of the linear block",
    "linear block": "the map that the neurons with positive bias make together",
    "bend": "where the output on a growing feature changes its slope, as a neuron goes on or off "
    "(a kink)",
    "onset": "the amplitude at which a feature's first large upward bend lies",
    "|in| |out|": "the norm of a neuron's incoming weights times that of its outgoing weights",
    "task loss": "squared error summed over outputs, of the network itself on fresh samples",
    "training loss": "the loss of single batches during training",
    "initial bias offset": "what is added to every bias before training",
    "bias decay": "share of every bias that is lost per unit of learning rate and step, in the "
    "first half of training",
    "hand-built": "a network written down from the theory, not trained",
    "record": "a step of the training at which measures were taken",
    "amplitude": "how strongly a feature is on",
    "interval": "95% t interval of the mean over seeds",
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
    """What the columns of a table count or measure, as far as their names are words of its own."""
    terms = [_OF_COLUMN[name] for name in columns if name in _OF_COLUMN]
    return "; ".join(f"{term}: {TERMS[term]}" for term in terms)
