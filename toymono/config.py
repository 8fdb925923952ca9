"""What to train: Config fixes shapes and program, Hyper the numbers of one member, Sweep many
models.

Imports nothing heavy, so that the command line can check its input before JAX is loaded.
"""

import dataclasses
import itertools
import math
import struct
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Union, get_args

if TYPE_CHECKING:
    from jax import Array

Task = Literal["decode", "reproject", "absolute"]
FeatureLaw = Literal["uniform", "power-law"]
Activation = Literal["relu", "gelu", "x-exp", "softmax-solu"]
Connectivity = Literal["dense", "random"]
Initialization = Literal["random", "hand-built"]
Optimizer = Literal["lamb-clamped", "lamb", "adam"]
Schedule = Literal["periodic", "cosine", "constant"]
RecordPhase = Literal["rest", "peak"]
RecordParams = Literal["last", "all"]
MatmulPrecision = Literal["float32", "tensorfloat32", "bfloat16"]


_TOO_MANY = 2**30  # sizes and steps are 32-bit integers on devices


class InputError(ValueError):
    """A bad value from the user; the message names argument, rule, value and fix."""


def require(holds: bool, name: str, rule: str, value: object, fix: str) -> None:
    """Raise InputError in the one form every bad value is reported in, unless the rule holds."""
    if not holds:
        raise InputError(f"{name} must be {rule}, but is {value!r}; {fix}")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Config:
    """All that fixes array shapes or the compiled program; hashable, so it can be static under
    `jit`.

    The defaults are a quarter of the paper's features and neurons. Raises InputError where a value
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
    """Training steps; with record phase "rest" the run goes on to the next minimum of the learning
    rate.
    """
    task: Task = "decode"
    """What the network is asked for."""
    feature_law: FeatureLaw = "uniform"
    """How the density is spread over the features."""
    activation: Activation = "relu"
    """The paper calls x*exp(x) SoLU (here x-exp); softmax-solu is the x*softmax(x) of Elhage et al.
    2022.
    """
    connectivity: Connectivity = "dense"
    """Every weight, or a fixed Erdos-Renyi part of them: each exists with probability
    weight_density.
    """
    initialization: Initialization = "random"
    """PyTorch's default law, or the hand-built monosemantic network of the theory."""
    optimizer: Optimizer = "lamb-clamped"
    """The authors' LAMB has no bias correction and clamps the weight norm at 10."""
    schedule: Schedule = "periodic"
    """Learning rate over time; the authors' is the periodic one."""
    schedule_period: int = 1024
    """Steps between two maxima of the periodic learning rate."""
    record_phase: RecordPhase = "rest"
    """Record at minima of a periodic learning rate (rest), or at powers of two, which are its
    maxima (peak).
    """
    record_params: RecordParams = "last"
    """Keep full parameters at the end, or at every record."""
    loss_every: int = 16
    """Steps between two stored losses."""
    matmul_precision: MatmulPrecision = "float32"
    """Arithmetic of matrix products on devices that offer less than float32."""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value, allowed = getattr(self, field.name), get_args(field.type)
            if allowed:
                require(
                    value in allowed,
                    field.name,
                    f"one of {', '.join(allowed)}",
                    value,
                    f"try {field.default}",
                )
            else:
                whole = (
                    isinstance(value, int)
                    and not isinstance(value, bool)
                    and 1 <= value < _TOO_MANY
                )
                require(
                    whole,
                    field.name,
                    f"a whole number from 1 to {_TOO_MANY - 1}",
                    value,
                    f"try {field.default}",
                )
        small = self.n_embed <= self.n_features
        require(
            small,
            "n_embed",
            f"at most n_features = {self.n_features}",
            self.n_embed,
            "lower n_embed",
        )
        even = self.schedule_period % 2 == 0
        require(
            even,
            "schedule_period",
            "even, so that its minimum is a step",
            self.schedule_period,
            "try 1024",
        )
        if self.initialization == "hand-built":
            self._check_hand_built()

    def _check_hand_built(self) -> None:
        """Require ReLU, all weights, no absolute value, and a neuron per feature and d + 1 more."""
        for name, only in (
            ("task", ("decode", "reproject")),
            ("activation", ("relu",)),
            ("connectivity", ("dense",)),
        ):
            value = getattr(self, name)
            rule, fix = (
                f"{' or '.join(only)} for a hand-built network",
                "set initialization to random",
            )
            require(value in only, name, rule, value, fix)
        least = self.n_features + self.n_embed + 1
        rule = f"at least n_features + n_embed + 1 = {least} for a hand-built network"
        require(self.n_neurons >= least, "n_neurons", rule, self.n_neurons, "raise it")

    @property
    def jax_precision(self) -> str:
        """JAX's name of the matmul precision; its "bfloat16" would leave float32 operands to the
        device.
        """
        return "BF16_BF16_F32" if self.matmul_precision == "bfloat16" else self.matmul_precision


Scalar = Union[float, "Array"]


class Hyper(NamedTuple):
    """The numbers that can differ between members: floats, or arrays with a member axis."""

    learning_rate: Scalar = 0.007  # per step, at the schedule's maximum
    bias_offset: Scalar = 0.0  # added to every initial bias, in units of the pre-activation
    # share of the bias lost per unit of learning_rate and step, in the first half
    bias_decay: Scalar = 0.0
    l1: Scalar = 0.0  # weight of sum |h| / batch in the loss that is trained
    feature_density: Scalar = 1 / 32  # mean probability that a feature is on (eps in the paper)
    weight_density: Scalar = 1.0  # probability that a weight exists, where connectivity is random


_SMALLEST_NORMAL = 2.0**-126  # of float32; processors flush what is smaller to 0
_HYPER_RULES = {
    "learning_rate": ("finite and above 0", lambda x: x > 0),
    "bias_offset": ("finite", lambda x: True),
    "bias_decay": ("finite and at least 0", lambda x: x >= 0),
    "l1": ("finite and at least 0", lambda x: x >= 0),
    "feature_density": ("above 0 and at most 1", lambda x: 0 < x <= 1),
    "weight_density": ("above 0 and at most 1", lambda x: 0 < x <= 1),
}


def check_hyper(name: str, value: object) -> None:
    """Raise InputError unless the number is allowed for this field of Hyper."""
    rule, holds = _HYPER_RULES[name]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    trained = _as_trained(value) if number else math.nan
    require(
        math.isfinite(trained) and holds(trained),
        name,
        rule,
        value,
        f"try {Hyper._field_defaults[name]}",
    )


def _as_trained(value: float | int) -> float:
    """The number in the float32 that it is trained in: infinite if too large, 0 if too small."""
    try:
        (rounded,) = struct.unpack("f", struct.pack("f", value))
    except OverflowError:
        return math.inf
    return 0.0 if abs(rounded) < _SMALLEST_NORMAL else rounded


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sweep:
    """Which models to train: the union of some grids over a base, each model with every seed.

    A grid maps names of Hyper or Config fields to the values they take; it stands for the product
    of its axes. A number that no axis names keeps its default in Hyper. Raises InputError for
    unknown names and bad values.
    """

    base: Config
    grids: tuple[Mapping[str, tuple[Any, ...]], ...] = ({},)
    seeds: tuple[int, ...] = (0, 1, 2)
    members_per_unit: int | None = (
        None  # at most so many are trained and stored together; None: all of a shape
    )

    def __post_init__(self) -> None:
        most = self.members_per_unit
        counted = most is None or (
            isinstance(most, int) and not isinstance(most, bool) and most >= 1
        )
        require(counted, "members_per_unit", "a whole number from 1 on", most, "leave it out")
        require(
            len(self.grids) > 0,
            "grids",
            "at least one grid",
            self.grids,
            "use ({},) for a single setting",
        )
        require(len(self.seeds) > 0, "seeds", "at least one whole number", self.seeds, "try 0 1 2")
        repeated = len(set(self.seeds)) < len(self.seeds)
        require(
            not repeated, "seeds", "different from each other", self.seeds, "drop the repeated ones"
        )
        for seed in self.seeds:
            allowed = isinstance(seed, int) and 0 <= seed < 2**32
            require(allowed, "seeds", "whole numbers from 0 to 2^32 - 1", seed, "try 0 1 2")
        for _ in self.models():
            pass  # building every model checks every value

    def models(self) -> Iterator[tuple[Config, Hyper]]:
        """Every setting once, in the order of the grids."""
        seen = set()
        for grid in self.grids:
            for name, values in grid.items():
                require(len(values) > 0, name, "given at least one value", values, "add one")
            for point in itertools.product(*grid.values()):
                model = _model(self.base, dict(zip(grid, point, strict=True)))
                if model not in seen:
                    seen.add(model)
                    yield model


def _model(base: Config, numbers: dict[str, Any]) -> tuple[Config, Hyper]:
    static = {field.name for field in dataclasses.fields(Config)}
    for name, value in numbers.items():
        if name in Hyper._fields:
            check_hyper(name, value)
        else:
            require(
                name in static,
                "a grid's axis",
                "a field of Hyper or Config",
                name,
                "see toymono/config.py",
            )
    hyper = Hyper(
        **{name: float(value) for name, value in numbers.items() if name in Hyper._fields}
    )
    most = 1 / hyper.learning_rate
    fix = "lower it: the biases would change sign at every step"
    require(
        bool(hyper.bias_decay <= most),
        "bias_decay",
        f"at most 1 / learning_rate = {most:g}",
        hyper.bias_decay,
        fix,
    )
    config = dataclasses.replace(
        base, **{name: value for name, value in numbers.items() if name in static}
    )
    used = config.connectivity == "random" or hyper.weight_density == 1
    fix = "set connectivity to random"
    require(
        bool(used), "weight_density", "1 where connectivity is dense", hyper.weight_density, fix
    )
    return config, hyper
