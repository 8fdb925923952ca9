"""The network y = L2 act(L1 x + b), with PyTorch's default initialisation.

A flax.nnx module describes one network. Training and analysis split it into plain parameters and
merge it again.
"""

from collections.abc import Callable
from typing import NamedTuple

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


class Network(nnx.Module):
    """y = L2 act(L1 x + b), without an output bias [P 2.3].

    `encoder` holds L1 and b (kernel: embed x neuron, bias: neuron), `decoder` holds L2 (kernel:
    neuron x output).
    """

    def __init__(self, config: Config, *, rngs: nnx.Rngs) -> None:
        self.encoder = nnx.Linear(
            config.n_embed,
            config.n_neurons,
            kernel_init=_torch_default(config.n_embed),
            bias_init=_torch_default(config.n_embed),
            rngs=rngs,
        )
        self.decoder = nnx.Linear(
            config.n_neurons,
            n_outputs(config),
            use_bias=False,
            kernel_init=_torch_default(config.n_neurons),
            rngs=rngs,
        )
        self.activation = config.activation
        self.options = activation_options(config)

    @property
    def bias(self) -> Float[Array, " neuron"]:
        """Hidden biases b."""
        return jnp.asarray(self.encoder.bias)

    def hidden(self, inputs: Float[Array, "*batch embed"]) -> Float[Array, "*batch neuron"]:
        """Hidden activations h = act(L1 x + b)."""
        return activate(self.activation, self.options, self.encoder(inputs))

    def readout(self, hidden: Float[Array, "*batch neuron"]) -> Float[Array, "*batch output"]:
        """Outputs L2 h of given hidden activations."""
        return self.decoder(hidden)

    def __call__(self, inputs: Float[Array, "*batch embed"]) -> Float[Array, "*batch output"]:
        """Outputs y."""
        return self.readout(self.hidden(inputs))


class Weights(NamedTuple):
    """A network's parameters as three arrays."""

    encoder: Float[Array, "embed neuron"]  # L1, transposed
    bias: Float[Array, " neuron"]  # b
    decoder: Float[Array, "neuron output"]  # L2, transposed


def weights_of(params: Params) -> Weights:
    """The three arrays of some parameters."""
    encoder, decoder = params["encoder"], params["decoder"]
    return Weights(
        *(jnp.asarray(values) for values in (encoder["kernel"], encoder["bias"], decoder["kernel"]))
    )


def params_of(weights: Weights) -> Params:
    """Parameters from their three arrays."""
    encoder = {"kernel": weights.encoder, "bias": weights.bias}
    return Params({"encoder": encoder, "decoder": {"kernel": weights.decoder}})


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
