"""Levers on monosemanticity, one idea to a file: what is done to a network at the start, to its
activations in training, in its loss, and after each update. A user's own is made the same way.
"""

FILES = (  # in the order in which they act
    "redraw",
    "bias_offset",
    "selective_decay",
    "negative_bias",
    "bias_adaptation",
    "activation_l1",
    "activation_noise",
    "random_connectivity",
    "magnitude_pruning",
    "weight_norms",
    "unit_decoder",
    "overlap",
    "mono_loss",
    "loss_power",
)
