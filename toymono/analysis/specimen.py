"""Any two-layer network as arrays, with the features to measure it on: all that a measure sees.

`specimen_of` takes toymono's networks, `Specimen.from_arrays` and `Specimen.from_torch` any other.
"""

import dataclasses
import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Int

from toymono.analysis.given import (
    Activation,
    Given,
    activation_given,
    arrays_given,
    require_targets,
)
from toymono.analysis.monosemanticity import favourite_feature, monosemanticity
from toymono.components.registry import component
from toymono.config import Config, require
from toymono.toy.model import (
    Options,
    Params,
    Weights,
    activate,
    activation_options,
    weights_of,
    written_out,
)
from toymono.toy.tasks import Problem, is_signed, lone_targets

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from toymono.analysis.circuits import Anatomy
    from toymono.analysis.roles import Roles
    from toymono.analysis.superposition import Geometry


AnyArray = Array | np.ndarray


@jax.tree_util.register_static
@dataclasses.dataclass(frozen=True)
class Kind:
    """What fixes the compiled program of a network's measures, besides the shapes of its arrays."""

    activation: Activation  # the name of a component, or a function
    is_signed: bool = False  # whether features take both signs: then each is probed at +1 and -1
    options: Options = ()  # the static numbers of the activation
    output: str = "identity"  # the activation of the outputs

    @property
    def has_neurons(self) -> bool:
        """Whether the hidden layer has a privileged basis; see `Config.has_neurons`."""
        act = self.activation
        return callable(act) or component("activation", act).facts.get("has_neurons", True)


class Specimen(NamedTuple):
    """A network y = out(L2 act(L1 x + b) + c), and the features to measure it on; out is the
    identity, except in toymono's networks with another architecture.

    >>> import numpy as np
    >>> net = Specimen.from_arrays(encoder=np.eye(3), bias=np.full(3, -0.5), decoder=np.eye(3))
    >>> net
    Specimen(3 inputs, 3 relu neurons, 3 outputs; 3 features)
    >>> net.scores.tolist()
    [1.0, 1.0, 1.0]
    """

    encoder: Float[Array, "embed neuron"]  # L1, transposed
    bias: Float[Array, " neuron"]  # b
    decoder: Float[Array, "neuron output"]  # L2, transposed
    features: Float[Array, "embed feature"]  # the input of each feature alone at strength 1
    targets: Float[Array, "output feature"]  # the wanted outputs for that input
    kind: Kind
    output_bias: Float[Array, " output"] | None = None  # c

    @classmethod
    def from_arrays(
        cls,
        encoder: object,
        bias: object,
        decoder: object,
        output_bias: object = None,
        *,
        features: object = None,
        targets: object = None,
        activation: Activation = "relu",
        signed: bool = False,
    ) -> "Specimen":
        """A specimen from arrays: encoder embed x neuron, decoder neuron x output, features embed x
        feature (default: the inputs themselves), targets output x feature (default: the features).

        Raises InputError if shapes do not fit or a number is not finite. It cannot detect a wrong
        transpose of a square matrix.

        >>> Specimen.from_arrays([[1.0, -1.0]], [0.0, 0.0], [[1.0], [1.0]], signed=True).n_neurons
        2
        """
        named: Given = {
            "bias": ("bias", bias, ("neuron",)),
            "encoder": ("encoder", encoder, ("embed", "neuron")),
            "decoder": ("decoder", decoder, ("neuron", "output")),
            "output_bias": ("output_bias", output_bias, ("output",)),
        }
        return cls._given(named, features, targets, activation, signed)

    @classmethod
    def from_torch(
        cls,
        W1: object,
        b1: object,
        W2: object,
        b2: object = None,
        *,
        features: object = None,
        targets: object = None,
        activation: Activation = "relu",
        signed: bool = False,
    ) -> "Specimen":
        """A specimen from the weights and biases of two torch.nn.Linear, in PyTorch's out x in
        layout: W1 is neuron x embed, W2 output x neuron. Give tensors, arrays or lists; the rest is
        as in `from_arrays`.

        >>> Specimen.from_torch([[1.0, 0.0]], [0.0], [[1.0], [0.0]])
        Specimen(2 inputs, 1 relu neurons, 2 outputs; 2 features)
        """
        named: Given = {
            "bias": ("b1", b1, ("neuron",)),
            "encoder": ("W1", W1, ("neuron", "embed")),
            "decoder": ("W2", W2, ("output", "neuron")),
            "output_bias": ("b2", b2, ("output",)),
        }
        return cls._given(named, features, targets, activation, signed)

    @classmethod
    def _given(
        cls,
        named: Given,
        features: object,
        targets: object,
        activation: Activation,
        signed: bool,
    ) -> "Specimen":
        named["features"] = ("features", features, ("embed", "feature"))
        named["targets"] = ("targets", targets, ("output", "feature"))
        found = arrays_given(named)
        if "features" not in found:
            found["features"] = jnp.eye(found["encoder"].shape[0])
        if "targets" not in found:
            n_features = found["features"].shape[1]
            require_targets(found["decoder"].shape[1], n_features)
            found["targets"] = jnp.eye(n_features)
        kind = Kind(activation_given(activation, found["bias"].shape), bool(signed))
        return cls(**found, kind=kind)

    def __repr__(self) -> str:
        act = self.kind.activation
        name = act if isinstance(act, str) else getattr(act, "__name__", "other")
        signed = "signed " if self.kind.is_signed else ""
        layers = f"{self.encoder.shape[-2]} inputs, {self.n_neurons} {name} neurons"
        outputs = f"{self.targets.shape[-2]} outputs"
        return f"Specimen({layers}, {outputs}; {self.n_features} {signed}features)"

    @property
    def n_neurons(self) -> int:
        """Hidden neurons (k)."""
        return self.bias.shape[-1]

    @property
    def n_features(self) -> int:
        """Features to measure it on (N)."""
        return self.features.shape[-1]

    @property
    def is_linear_readout(self) -> bool:
        """Whether the outputs are the sum of the neurons' contributions."""
        return self.kind.output == "identity"

    @property
    def is_relu(self) -> bool:
        """Whether each neuron is linear where it is on and the outputs are linear in the neurons;
        some measures need this.
        """
        return self.kind.activation == "relu" and self.is_linear_readout

    def require_relu(self, measure: str) -> None:
        """Raise InputError unless the activation is ReLU, and the readout linear."""
        fix = "choose a measure for any activation, such as scores"
        is_relu = self.kind.activation == "relu"
        require(is_relu, "activation", f"relu for {measure}", self.kind.activation, fix)
        self.require_linear_readout(measure)

    def require_linear_readout(self, measure: str) -> None:
        """Raise InputError unless the outputs are the sum of the neurons' contributions."""
        rule = f"linear for {measure}"
        fix = "choose a measure for any network, such as scores"
        require(self.is_linear_readout, "the readout", rule, self.kind.output, fix)

    def hidden(self, inputs: Float[AnyArray, "..."]) -> Float[Array, "*batch neuron"]:
        """Hidden activations h = act(L1 x + b) of inputs, the last axis of which is embed."""
        n_embed = self.encoder.shape[0]
        rule, fix = f"... x {n_embed}, the network's inputs", "transpose or project them"
        require(inputs.shape[-1:] == (n_embed,), "inputs", rule, f"of shape {inputs.shape}", fix)
        act, pre_activations = self.kind.activation, jnp.asarray(inputs) @ self.encoder + self.bias
        if callable(act):
            return act(pre_activations)
        return activate(act, self.kind.options, pre_activations)

    def readout(self, hidden: Float[Array, "*batch neuron"]) -> Float[Array, "*batch output"]:
        """Outputs out(L2 h + c) of given hidden activations."""
        outputs = hidden @ self.decoder
        outputs = outputs if self.output_bias is None else outputs + self.output_bias
        return activate(self.kind.output, (), outputs)

    @property
    def weights(self) -> Weights:
        """Its arrays, without features and targets."""
        weights = Weights(self.encoder, self.bias, self.decoder)
        c = self.output_bias
        return weights if c is None else weights._replace(output_bias=c)

    def with_weights(self, weights: Weights) -> "Specimen":
        """A network with other arrays and the same features."""
        return self._replace(**weights._asdict())

    @property
    def constant(self) -> Float[Array, " output"]:
        """c, or zeros where there is none."""
        none = jnp.zeros(self.decoder.shape[1])
        return none if self.output_bias is None else self.output_bias

    def __call__(self, inputs: Float[AnyArray, "..."]) -> Float[Array, "*batch output"]:
        """Outputs y of inputs, the last axis of which is embed."""
        return self.readout(self.hidden(inputs))

    def responses_at(self, strength: ArrayLike) -> Float[Array, "neuron feature"]:
        """Activation h_i(F_j) of each neuron i when only feature j is on, at this strength."""
        return self.hidden(jnp.asarray(strength * self.features.T)).T

    @property
    def responses(self) -> Float[Array, "neuron feature"]:
        """The responses of eq 7: h_i(F_j), or h_i(F_j) + h_i(-F_j) where features have a sign [P
        3].
        """
        responses = self.responses_at(1.0)
        return responses + self.responses_at(-1.0) if self.kind.is_signed else responses

    @property
    def scores(self) -> Float[Array, " neuron"]:
        """How monosemantic each neuron is, in [0, 1]: eq 7, see `monosemanticity`. NaN if the
        hidden layer is linear, since its units are then no neurons.
        """
        return self.scores_of(self.responses)

    def scores_of(self, responses: Float[Array, "neuron feature"]) -> Float[Array, " neuron"]:
        """The scores of its neurons if these are their responses."""
        if not self.kind.has_neurons:
            return jnp.full(len(responses), jnp.nan)
        return monosemanticity(responses)

    @property
    def favourites(self) -> Int[Array, " neuron"]:
        """The feature that each neuron responds to most."""
        return favourite_feature(self.responses)

    # The modules of the measures below import this class, so they are loaded at first use.

    def roles(self) -> "Roles":
        """The role of every neuron: dead, small, mono, linear and so on."""
        from toymono.analysis.roles import roles

        return measured(roles, self)

    def circuit(self) -> "Anatomy":
        """The network's parts in numbers; NaN for parts that it lacks or that only ReLU has."""
        from toymono.analysis.circuits import anatomy

        return measured(anatomy, self)

    def superposition(self) -> "Geometry":
        """How its features share inputs and neurons."""
        from toymono.analysis.superposition import geometry

        return measured(geometry, self)

    def map(self, title: str = "Every neuron against every feature", note: str = "") -> "go.Figure":
        """A picture of every neuron against every feature alone, mono neurons on a diagonal."""
        from toymono.analysis.ordering import feature_neuron_map
        from toymono.plots.maps import feature_neuron_map as drawn

        return drawn(feature_neuron_map(self), title, note or repr(self))


def specimen_of(config: Config, params: Params, problem: Problem) -> Specimen:
    """The specimen of a toymono network: its weights, its embedding and its targets."""
    targets = lone_targets(config, problem)
    return of_weights(weights_of(params), problem.embedding, targets, kind_of(config))


def of_weights(weights: Weights, features: Array, targets: Array, kind: Kind) -> Specimen:
    """The specimen of these weights, with missing arrays written out; member axes may lead."""
    encoder, bias, decoder, output_bias = written_out(weights)
    return Specimen(encoder, bias, decoder, features, targets, kind, output_bias)


def kind_of(config: Config) -> Kind:
    """What in a Config fixes the program that measures its networks."""
    options = activation_options(config)
    return Kind(config.activation, is_signed(config), options, config.parts.output)


def measured(measure: Callable[[Specimen], Any], net: Specimen, precision: str = "float32") -> Any:  # noqa: ANN401
    """The result of a measure, with this precision of matrix products; it compiles once per
    shape.
    """
    with jax.default_matmul_precision(precision):
        return _compiled(measure, net)


@functools.partial(jax.jit, static_argnums=0)
def _compiled(measure: Callable[[Specimen], Any], net: Specimen) -> Any:  # noqa: ANN401
    return measure(net)
