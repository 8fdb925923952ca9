"""The architectures: which arrays each has, and which activation its outputs have."""

from typing import NamedTuple


class Architecture(NamedTuple):
    """The parts of one kind of network, besides its encoder."""

    equation: str
    has_bias: bool  # a hidden bias
    has_decoder: bool  # a separate readout; without it the encoder's transpose reads out
    has_output_bias: bool
    output: str  # the activation of its outputs

    @property
    def arrays(self) -> frozenset[str]:
        """The fields of `toy.model.Weights` that it has."""
        parts = {
            "bias": self.has_bias,
            "decoder": self.has_decoder,
            "output_bias": self.has_output_bias,
        }
        return frozenset({"encoder"} | {name for name, has in parts.items() if has})


# The first is the paper's; the others are of Elhage et al. 2022, "Toy Models of Superposition":
# the ReLU output and ReLU hidden models and their linear control, and the absolute-value model.
ARCHITECTURES = {
    "two-layer": Architecture("y = L2 act(L1 x + b)", True, True, False, "identity"),
    "tied": Architecture("y = relu(W^T act(W x) + b)", False, False, True, "relu"),
    "tied-linear": Architecture("y = W^T act(W x) + b", False, False, True, "identity"),
    "untied": Architecture("y = relu(W2 act(W1 x) + b)", False, True, True, "relu"),
}
