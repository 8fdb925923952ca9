"""What toymono's words mean: pages take their definitions from here."""

TERMS = {
    "member": "one trained network: one setting with one seed",
    "setting": "the numbers that a network was trained with, its seed aside",
    "seed": "what a network's features, first weights and samples are drawn from",
    "response": "a neuron's activation when one feature is on alone at strength 1",
    "score": "a neuron's largest response over the sum of its responses to all features: 1 if it "
    "responds to one feature alone",
    "monosemantic": "with a score above .999",
    "mono neuron": "a neuron with a score above .999",
    "covered": "a feature that is the favourite of some monosemantic neuron",
    "favourite feature": "the feature that a neuron responds to most",
    "role": "what a neuron is, the first that fits: dead, small, one of one, one of several, "
    "nearly mono, linear, other",
    "dead": "off for every feature alone, at every amplitude",
    "small": "with |in| |out| below .1",
    "one of one": "the only monosemantic neuron of its favourite feature",
    "one of several": "one of several monosemantic neurons that share a favourite feature",
    "nearly mono": "with a score above .9 and up to .999",
    "linear": "with a positive bias: on for most inputs, part of a shared linear map",
    "bend": "where the output on a growing feature changes its slope, as a neuron goes on or off "
    "(a kink)",
    "onset": "the amplitude at which a feature's first large upward bend lies",
    "|in| |out|": "the norm of a neuron's incoming weights times that of its outgoing weights",
    "task loss": "squared error summed over outputs, of the network itself on fresh samples",
    "training loss": "the loss of single batches during training",
    "initial bias offset": "what is added to every bias before training",
    "bias decay": "share of every bias that is lost per unit of learning rate and step",
    "hand-built": "a network written down from the theory, not trained",
    "record": "a step of the training at which measures were taken",
    "amplitude": "how strongly a feature is on",
    "interval": "95% t interval of the mean over seeds",
}
