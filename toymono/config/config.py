"""Config: everything that fixes array shapes or the compiled program."""

import dataclasses
import numbers
import types
from collections.abc import Mapping
from typing import Any, Literal, get_args

from toymono.components.component import Component
from toymono.components.registry import component
from toymono.config.architectures import ARCHITECTURES, Architecture
from toymono.errors import InputError, require

ArchitectureName = Literal["two-layer", "tied", "tied-linear", "untied"]
Embedding = Literal["random", "identity"]
Connectivity = Literal["dense", "random"]
Initialization = Literal["random", "hand-built", "xavier", "kaiming-uniform"]
RecordPhase = Literal["rest", "peak"]
RecordParams = Literal["last", "all"]
MatmulPrecision = Literal["float32", "tensorfloat32", "bfloat16"]


_TOO_MANY = 2**30  # sizes and steps are 32-bit integers on devices
_MOST_RECORDS = 64  # of an octave
_NONE: Mapping[str, Any] = types.MappingProxyType({})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that fixes array shapes or the compiled program; hashable, so it can be static
    under `jit`.

    The defaults are a quarter of the paper's features and neurons. Raises InputError if a value
    breaks its rule.
    """

    n_features: int = 128
    """Sparse features (N in the paper)."""
    n_embed: int = 64
    """Input dimensions, at most n_features (d, or m in Table 1)."""
    n_neurons: int = 256
    """Hidden neurons (k)."""
    batch_size: int = 512
    """Samples per training step."""
    n_steps: int = 8192
    """Training steps; with record phase "rest" the run continues to the next minimum of the
    learning rate.
    """
    task: str = "decode"
    """What the network has to output."""
    feature_law: str = "uniform"
    """The joint distribution of features: which are on together, and how often each is on."""
    amplitude_law: str = "uniform"
    """How strongly a feature is on."""
    embedding: Embedding = "random"
    """Features are random directions in the input (random), or the inputs themselves (identity)."""
    architecture: ArchitectureName = "two-layer"
    """The paper's y = L2 act(L1 x + b), or one of Elhage et al. 2022: tied y = relu(W^T act(W x) +
    b), tied-linear without that relu, untied y = relu(W2 act(W1 x) + b).
    """
    activation: str = "relu"
    """The paper calls x*exp(x) SoLU (here x-exp); softmax-solu is the x*softmax(x) of Elhage et al.
    2022.
    """
    connectivity: Connectivity = "dense"
    """All weights (dense), or a fixed random subset (random): each exists with probability
    weight_density (Erdos-Renyi).
    """
    initialization: Initialization = "random"
    """random: PyTorch's default; hand-built: the theory's monosemantic network; xavier: normal with
    variance 2 / (fan_in + fan_out); kaiming-uniform: uniform on +- sqrt(6 / fan_in). The last two
    start from biases 0.
    """
    optimizer: str = "lamb-clamped"
    """The authors' LAMB has no bias correction and clamps the weight norm at 10."""
    schedule: str = "periodic"
    """Learning rate over time; the authors use the periodic one."""
    schedule_period: int = 1024
    """Steps between two maxima of the periodic learning rate."""
    record_phase: RecordPhase = "rest"
    """Record at minima of a periodic learning rate (rest), or exactly at the record steps, such as
    powers of two, which are its maxima (peak).
    """
    records_per_octave: int = 1
    """Records from one power of two to the next: 2 also records near 3, 6, 11, 23 steps."""
    record_params: RecordParams = "last"
    """Keep full parameters at the end (last), or at every record (all)."""
    loss_every: int = 16
    """Steps between two stored losses."""
    matmul_precision: MatmulPrecision = "float32"
    """Precision of matrix products on devices that offer less than float32."""

    options: tuple[tuple[str, float], ...] = ()
    """Static numbers of the chosen components, by name; you can give a mapping."""
    measures: tuple[str, ...] = ()
    """Your own measures for every record to take, each as module:name."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(Config):
            check = _CHECKS.get(field.type, _checked_choice)
            value = check(self, field, getattr(self, field.name))
            object.__setattr__(self, field.name, value)
        object.__setattr__(self, "options", self._all_options())
        small = self.n_embed <= self.n_features
        rule = f"at most n_features = {self.n_features}"
        require(small, "n_embed", rule, self.n_embed, "lower n_embed")
        rule = "even, so that its minimum is a step"
        even = self.schedule_period % 2 == 0
        require(even, "schedule_period", rule, self.schedule_period, "try 1024")
        few = self.records_per_octave <= _MOST_RECORDS
        rule = f"at most {_MOST_RECORDS}"
        require(few, "records_per_octave", rule, self.records_per_octave, "try 2")
        self._check_embedding()
        if self.initialization == "hand-built":
            self._check_hand_built()

    @property
    def parts(self) -> Architecture:
        """What the network is made of."""
        return ARCHITECTURES[self.architecture]

    @property
    def has_neurons(self) -> bool:
        """Whether the hidden layer has a privileged basis. A linear layer has none: any rotation
        of it computes the same, so that scores of its units mean nothing.
        """
        return self.component("activation").facts.get("has_neurons", True)

    def component(self, kind: str) -> Component:
        """The chosen component of a kind; kinds have the names of the fields."""
        return component(kind, getattr(self, kind))

    def given(self, kind: str, numbers: Mapping[str, Any] = _NONE) -> dict[str, Any]:
        """The numbers of the chosen component of a kind: static ones from this Config, others from
        `numbers`, or at their defaults.
        """
        return self.component(kind).given({**dict(self.options), **numbers})

    def _all_options(self) -> tuple[tuple[str, float], ...]:
        """The static numbers of the chosen components: those given, and defaults for the others."""
        given = dict(self.options)
        declared = {
            name: number
            for kind in KINDS_CHOSEN
            for name, number in self.component(kind).numbers.items()
            if number.static
        }
        for name in given:
            rule = f"numbers of the chosen components ({', '.join(declared) or 'none'})"
            require(name in declared, "options", rule, name, "leave it out")
        return tuple(
            (name, number.checked(name, given.get(name, number.default)))
            for name, number in declared.items()
        )

    def _check_embedding(self) -> None:
        """Require as many inputs as features where features are the inputs; require that features
        are the inputs where the encoder's transpose reads out.
        """
        if self.embedding == "identity":
            rule = f"n_features = {self.n_features} where embedding is identity"
            same = self.n_embed == self.n_features
            require(same, "n_embed", rule, self.n_embed, "set them equal")
        rule = f"identity where architecture is {self.architecture}"
        fits = self.parts.has_decoder or self.embedding == "identity"
        require(fits, "embedding", rule, self.embedding, "set it to identity")

    def _check_hand_built(self) -> None:
        """Require the paper's network with ReLU and all weights, a task without absolute values,
        and d + 1 neurons more than features.
        """
        for name, only in (
            ("architecture", ("two-layer",)),
            ("task", ("decode", "reproject")),
            ("activation", ("relu",)),
            ("connectivity", ("dense",)),
            ("amplitude_law", ("uniform",)),
        ):
            value = getattr(self, name)
            rule, fix = (
                f"{' or '.join(only)} for a hand-built network",
                "set initialization to random",
            )
            require(value in only, name, rule, value, fix)
        law, fix = self.component("feature_law"), "set initialization to random"
        rule = "a law of independent features for a hand-built network"
        require(law.facts["densities"] is not None, "feature_law", rule, law.name, fix)
        least = self.n_features + self.n_embed + 1
        rule = f"at least n_features + n_embed + 1 = {least} for a hand-built network"
        require(self.n_neurons >= least, "n_neurons", rule, self.n_neurons, "raise it")

    @property
    def jax_precision(self) -> str:
        """JAX's name of the matmul precision; with its "bfloat16" the device would decide what
        to do with float32 operands.
        """
        return "BF16_BF16_F32" if self.matmul_precision == "bfloat16" else self.matmul_precision


# Fields that older files do not have: new files leave them out if they are at their defaults.
LATER = ("amplitude_law", "embedding", "architecture")
FILLED_BY_COMPONENTS = ("options", "measures")
NO_SETTINGS = (*FILLED_BY_COMPONENTS, "records_per_octave")  # fields that are not settings
KINDS_CHOSEN = (  # kinds of components
    "task",
    "feature_law",
    "amplitude_law",
    "activation",
    "optimizer",
    "schedule",
)


def is_whole(value: object) -> bool:
    """Whether a value is a whole number, Python's or numpy's; a boolean is not one."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _checked_whole(config: Config, field: dataclasses.Field, value: Any) -> int:  # noqa: ANN401
    rule = f"a whole number from 1 to {_TOO_MANY - 1}"
    holds = is_whole(value) and 1 <= int(value) < _TOO_MANY
    require(holds, field.name, rule, value, f"try {field.default}")
    return int(value)


def _checked_component(config: Config, field: dataclasses.Field, value: object) -> str:
    return component(field.name, value).name


def _checked_choice(config: Config, field: dataclasses.Field, value: object) -> object:
    allowed = get_args(field.type)
    rule = f"one of {', '.join(allowed)}"
    require(value in allowed, field.name, rule, value, f"try {field.default}")
    return value


def _checked_options(
    config: Config,
    field: dataclasses.Field,
    value: Any,  # noqa: ANN401
) -> tuple[tuple[str, object], ...]:
    try:
        return tuple(dict(value).items())
    except (TypeError, ValueError):
        raise InputError(
            f"options must be numbers by name, but is {value!r}; try {{'k': 8}}"
        ) from None


def _checked_measures(
    config: Config,
    field: dataclasses.Field,
    value: Any,  # noqa: ANN401
) -> tuple[str, ...]:
    several = isinstance(value, tuple | list)
    require(several, "measures", "a tuple of names", value, "try ('mymeasures:sparsity',)")
    return tuple(component("neuron_measure", name).name for name in value)


_CHECKS: dict[Any, Any] = {  # by a field's type; all others are choices
    int: _checked_whole,
    str: _checked_component,
    tuple[tuple[str, float], ...]: _checked_options,
    tuple[str, ...]: _checked_measures,
}
