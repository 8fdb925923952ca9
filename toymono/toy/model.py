"""The networks: the paper's y = L2 act(L1 x + b), and those of `config/architectures.py`.

A flax.nnx module describes one network. Training and analysis split it into plain parameters and
merge it again.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from toymono.components.registry import component
from toymono.config import Config
from toymono.toy.tasks import n_outputs

Params = nnx.State  # the network's parameters as a plain nested mapping of arrays


Options = tuple[tuple[str, int | float], ...]


def activation_options(config: Config) -> Options:
    """The static numbers of the activation, by name."""
    numbers = config.component("activation").numbers
    return tuple(option for option in config.options if option[0] in numbers)


def activate(name: str, options: Options, pre_activations: Array) -> Array:
    """Hidden activations by the activation of this name; neurons are the last axis."""
    activation = component("activation", name)
    return activation(pre_activations, **activation.given(dict(options)))


def _torch_default(fan_in: int) -> nnx.Initializer:
    """Uniform on +- 1/sqrt(fan_in), torch.nn.Linear's default for weights and biases."""
    bound = fan_in**-0.5

    def init(
        key: Array, shape: tuple[int, ...], dtype: DTypeLike = jnp.float32, **_: object
    ) -> Array:
        return jax.random.uniform(key, shape, dtype, -bound, bound)

    return init


# Each is for the matrix of one network, fan_in x fan_out: in a stack of networks their number would
# count in the fans. Biases start at 0.
_LAWS: dict[str, nnx.Initializer] = {
    "xavier": nnx.initializers.variance_scaling(1.0, "fan_avg", "normal"),
    "kaiming-uniform": nnx.initializers.variance_scaling(2.0, "fan_in", "uniform"),
}


def _laws(config: Config, fan_in: int) -> dict[str, Any]:
    """The laws of a layer's initial weights and biases, as `nnx.Linear` takes them."""
    if config.initialization in _LAWS:
        kernel, bias = _LAWS[config.initialization], nnx.initializers.zeros_init()
        return {"kernel_init": kernel, "bias_init": bias}
    return {"kernel_init": _torch_default(fan_in), "bias_init": _torch_default(fan_in)}


class OutputBias(nnx.Module):
    """The decoder of a network whose encoder also reads out: only an output bias."""

    def __init__(self, n_outputs: int) -> None:
        self.bias = nnx.Param(jnp.zeros(n_outputs))


class Network(nnx.Module):
    """y = out(L2 act(L1 x + b) + c); the paper's has out = identity and no c [P 2.3].

    `encoder` holds L1 and b (kernel: embed x neuron, bias: neuron), `decoder` holds L2 and c
    (kernel: neuron x output, bias: output), if `config.parts` has them. Without its own kernel the
    decoder is the encoder's transpose.
    """

    def __init__(self, config: Config, *, rngs: nnx.Rngs) -> None:
        self.encoder = nnx.Linear(
            config.n_embed,
            config.n_neurons,
            use_bias=config.parts.has_bias,
            **_laws(config, config.n_embed),
            rngs=rngs,
        )
        self.decoder: Any = _decoder(config, rngs)
        self.activation = config.activation
        self.options = activation_options(config)
        self.output = config.parts.output

    @property
    def bias(self) -> Float[Array, " neuron"]:
        """Hidden biases b; zeros where there are none."""
        bias = self.encoder.bias
        return jnp.zeros(self.encoder.out_features) if bias is None else jnp.asarray(bias)

    def hidden(self, inputs: Float[Array, "*batch embed"]) -> Float[Array, "*batch neuron"]:
        """Hidden activations h = act(L1 x + b)."""
        return activate(self.activation, self.options, self.encoder(inputs))

    def readout(self, hidden: Float[Array, "*batch neuron"]) -> Float[Array, "*batch output"]:
        """Outputs out(L2 h + c) of given hidden activations."""
        if isinstance(self.decoder, OutputBias):
            outputs = hidden @ jnp.asarray(self.encoder.kernel).T + jnp.asarray(self.decoder.bias)
        else:
            outputs = self.decoder(hidden)
        return activate(self.output, (), outputs)

    def __call__(self, inputs: Float[Array, "*batch embed"]) -> Float[Array, "*batch output"]:
        """Outputs y."""
        return self.readout(self.hidden(inputs))


def _decoder(config: Config, rngs: nnx.Rngs) -> nnx.Linear | OutputBias:
    if not config.parts.has_decoder:
        return OutputBias(n_outputs(config))
    return nnx.Linear(
        config.n_neurons,
        n_outputs(config),
        use_bias=config.parts.has_output_bias,
        **_laws(config, config.n_neurons),
        rngs=rngs,
    )


_ABSENT: Any = None


class Weights(NamedTuple):
    """A network's parameters as arrays.

    All except the encoder are None if the architecture does not have them. Code that needs them
    declares it, as levers do, and never gets such a network.
    """

    encoder: Float[Array, "embed neuron"]  # L1, transposed
    bias: Float[Array, " neuron"]  # b
    decoder: Float[Array, "neuron output"]  # L2, transposed; None: the encoder, transposed
    output_bias: Float[Array, " output"] = _ABSENT  # c


# Where parameters hold each of them: the layer and the leaf.
PARAM_PATHS = {
    "encoder": ("encoder", "kernel"),
    "bias": ("encoder", "bias"),
    "decoder": ("decoder", "kernel"),
    "output_bias": ("decoder", "bias"),
}


def weights_of(params: Params) -> Weights:
    """The arrays of some parameters."""
    found = {
        name: jnp.asarray(params[layer][leaf])
        for name, (layer, leaf) in PARAM_PATHS.items()
        if leaf in params[layer]
    }
    return weights_from(found)


def weights_from(arrays: Mapping[str, Any]) -> Weights:
    """Weights from arrays by field; missing arrays are None."""
    return Weights(**{name: arrays.get(name, _ABSENT) for name in PARAM_PATHS})


def params_of(weights: Weights) -> Params:
    """Parameters from their arrays."""
    layers: dict[str, dict[str, Array]] = {"encoder": {}, "decoder": {}}
    for name, (layer, leaf) in PARAM_PATHS.items():
        if (array := getattr(weights, name)) is not None:
            layers[layer][leaf] = array
    return Params(layers)


def written_out(weights: Weights) -> Weights:
    """The same network with a hidden bias, 0 if it has none, and its own decoder; member axes may
    lead.
    """
    encoder, bias, decoder, _ = weights
    if bias is None:
        bias = jnp.zeros((*encoder.shape[:-2], encoder.shape[-1]))
    return weights._replace(bias=bias, decoder=encoder.mT if decoder is None else decoder)


def random_params(config: Config, key: Array) -> Params:
    """Parameters of a freshly initialised network."""
    return nnx.as_pure(nnx.state(Network(config, rngs=nnx.Rngs(key))))


def network(config: Config, params: Params) -> Network:
    """The network that has these parameters."""
    structure = nnx.graphdef(nnx.eval_shape(lambda: Network(config, rngs=nnx.Rngs(0))))
    return nnx.merge(structure, params)


def _map_named(
    function: Callable[..., Array], name: str, params: Params, *others: Params
) -> Params:
    """Apply `function` to the parameters called `name` ("kernel" or "bias"); keep the others."""

    def apply(path: tuple[jax.tree_util.DictKey, ...], leaf: Array, *rest: Array) -> Array:
        return function(leaf, *rest) if path[-1].key == name else leaf

    return jax.tree_util.tree_map_with_path(apply, params, *others)


def of_existing(gradients: Params, params: Params) -> Params:
    """Set the gradient to 0 where a weight is exactly 0, so that a missing weight stays missing."""
    return _map_named(
        lambda gradient, weight: jnp.where(weight == 0, 0.0, gradient), "kernel", gradients, params
    )
