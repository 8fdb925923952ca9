"""Levers on monosemanticity, one idea per file. They change a network at the start, its activations
in training, its loss, or its weights after each update. Users make their own in the same way.
"""

FILES = (  # in the order in which they act
    "redraw",
    "bias_offset",
    "adaptive_bias_decay",
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
