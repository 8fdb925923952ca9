"""What to train: Config fixes shapes and program, Hyper the numbers of one member, Sweep many
models.

Imports nothing heavy, so that the command line can check its input before JAX is loaded.
"""

import dataclasses
import functools
import itertools
import numbers
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, Union, get_args

from toymono.components.declare import (
    Component,
    Number,
    all_components,
    component,
    mapped_numbers,
    static_numbers,
)
from toymono.errors import InputError as InputError
from toymono.errors import require as require

if TYPE_CHECKING:
    from jax import Array

Connectivity = Literal["dense", "random"]
Initialization = Literal["random", "hand-built"]
RecordPhase = Literal["rest", "peak"]
RecordParams = Literal["last", "all"]
MatmulPrecision = Literal["float32", "tensorfloat32", "bfloat16"]


_TOO_MANY = 2**30  # sizes and steps are 32-bit integers on devices


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
    task: str = "decode"
    """What the network is asked for."""
    feature_law: str = "uniform"
    """How the density is spread over the features."""
    activation: str = "relu"
    """The paper calls x*exp(x) SoLU (here x-exp); softmax-solu is the x*softmax(x) of Elhage et al.
    2022.
    """
    connectivity: Connectivity = "dense"
    """Every weight, or a fixed Erdos-Renyi part of them: each exists with probability
    weight_density.
    """
    initialization: Initialization = "random"
    """PyTorch's default law, or the hand-built monosemantic network of the theory."""
    optimizer: str = "lamb-clamped"
    """The authors' LAMB has no bias correction and clamps the weight norm at 10."""
    schedule: str = "periodic"
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

    options: tuple[tuple[str, float], ...] = ()
    """Static numbers of the chosen components, by name; a mapping may be given."""
    measures: tuple[str, ...] = ()
    """Measures of your own that every record takes, each as module:name."""

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
        if self.initialization == "hand-built":
            self._check_hand_built()

    def component(self, kind: str) -> Component:
        """The component of a kind that is chosen here; kinds are named as the fields are."""
        return component(kind, getattr(self, kind))

    def _all_options(self) -> tuple[tuple[str, float], ...]:
        """The static numbers of what is chosen: those given, and the defaults of the others."""
        given = dict(self.options)
        declared = {
            name: number
            for kind in KINDS_CHOSEN
            for name, number in self.component(kind).numbers.items()
            if number.static
        }
        for name in given:
            rule = f"numbers of the components that are chosen ({', '.join(declared) or 'none'})"
            require(name in declared, "options", rule, name, "leave it out")
        return tuple(
            (name, number.checked(name, given.get(name, number.default)))
            for name, number in declared.items()
        )

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


KINDS_CHOSEN = ("task", "feature_law", "activation", "optimizer", "schedule")  # kinds of components


def _checked_whole(config: Config, field: dataclasses.Field, value: object) -> int:
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    rule = f"a whole number from 1 to {_TOO_MANY - 1}"
    holds = whole and 1 <= value < _TOO_MANY
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
    config: Config, field: dataclasses.Field, value: object
) -> tuple[tuple[str, object], ...]:
    try:
        return tuple(dict(value).items())
    except (TypeError, ValueError):
        raise InputError(
            f"options must be numbers by name, but is {value!r}; try {{'k': 8}}"
        ) from None


def _checked_measures(config: Config, field: dataclasses.Field, value: object) -> tuple[str, ...]:
    several = isinstance(value, tuple | list)
    require(several, "measures", "a tuple of names", value, "try ('mymeasures:sparsity',)")
    return tuple(component("neuron_measure", name).name for name in value)


_CHECKS = {
    int: _checked_whole,
    str: _checked_component,
    tuple[tuple[str, float], ...]: _checked_options,
    tuple[str, ...]: _checked_measures,
}

Scalar = Union[float, "Array"]

CORE_NUMBERS = {
    "learning_rate": Number(
        "learning rate per step, at the schedule's maximum", above=0, default=0.007
    ),
    "feature_density": Number(
        "mean probability that a feature is on (eps in the paper)",
        above=0,
        high=1,
        default=1 / 32,
    ),
}


def known_numbers() -> dict[str, Number]:
    """All numbers that can differ between members, those of loaded files of users included."""
    return CORE_NUMBERS | mapped_numbers()


@functools.cache
def own_numbers() -> dict[str, Number]:
    """The numbers that every member has: toymono's own, in the order of their declarations."""
    return CORE_NUMBERS | mapped_numbers(of_users=False)


class Hyper(Mapping[str, Scalar]):
    """The numbers that can differ between members, by name: floats, or arrays with a member axis.

    Every number of toymono's own components is there, at its default unless it is given; a number
    of a user's component where it is given. Immutable; numbers are attributes, too.
    """

    __slots__ = ("_values",)

    def __init__(self, learning_rate: Scalar | None = None, **values: Scalar) -> None:
        if learning_rate is not None:
            values["learning_rate"] = learning_rate
        known = known_numbers()
        for name in values:
            require(name in known, "a number", f"one of {', '.join(known)}", name, "check its name")
        whole = {name: number.default for name, number in own_numbers().items()} | values
        object.__setattr__(self, "_values", whole)

    def __getitem__(self, name: str) -> Scalar:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __getattr__(self, name: str) -> Scalar:
        if name.startswith("_") or name not in self._values:
            raise AttributeError(f"Hyper has no number {name!r}")
        return self._values[name]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"Hyper is immutable; make another: hyper.replace({name}=...)")

    def __reduce__(self) -> tuple:
        return _hyper, (self._values,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hyper) and self._values == other._values

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __repr__(self) -> str:
        return f"Hyper({', '.join(f'{name}={value!r}' for name, value in self.items())})"

    def replace(self, **values: Scalar) -> "Hyper":
        """The same numbers but for those given."""
        return Hyper(**{**self._values, **values})


def _hyper(values: dict[str, Scalar]) -> Hyper:
    """As pickled, where a process has not loaded the user's file yet."""
    hyper = object.__new__(Hyper)
    object.__setattr__(hyper, "_values", values)
    return hyper


def default_of(name: str) -> float:
    """The default of a number that can differ between members."""
    return known_numbers()[name].default


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
        require(
            most is None or (_is_whole(most) and most >= 1),
            "members_per_unit",
            "a whole number from 1 on",
            most,
            "leave it out",
        )
        object.__setattr__(self, "grids", _checked_grids(self.grids))
        object.__setattr__(self, "seeds", _checked_seeds(self.seeds))
        for _ in self.models():
            pass  # building every model checks every value

    def models(self) -> Iterator[tuple[Config, Hyper]]:
        """Every setting once, in the order of the grids."""
        named = {name for grid in self.grids for name in grid} & {*known_numbers()}
        seen = set()
        for grid in self.grids:
            for point in itertools.product(*grid.values()):
                model = _model(self.base, named, dict(zip(grid, point, strict=True)))
                if model not in seen:
                    seen.add(model)
                    yield model


def used_components(sweep: Sweep) -> list[Component]:
    """The components of users that a sweep needs, each once."""
    of_number = {name: c for c in all_components() for name in c.numbers}
    used: dict[tuple[str, str], Component] = {}
    for config, hyper in sweep.models():
        named = (
            *(config.component(kind) for kind in KINDS_CHOSEN),
            *(of_number[name] for name in hyper if name in of_number),
            *(component("neuron_measure", name) for name in config.measures),
        )
        used |= {(c.kind, c.name): c for c in named if c.is_of_user}
    return [*used.values()]


def _is_whole(value: object) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _several(value: object) -> list[Any] | None:
    """The values of a tuple, list, range or array, as plain Python; None for anything else."""
    plain = value.tolist() if hasattr(value, "tolist") else value
    return list(plain) if isinstance(plain, tuple | list | range) else None


def _checked_grids(grids: object) -> tuple[dict[str, tuple[Any, ...]], ...]:
    several, fix = _several(grids), "use ({},) for a single setting"
    holds = several is not None and len(several) > 0
    require(holds, "grids", "a tuple of at least one grid", grids, fix)
    return tuple(_checked_grid(grid) for grid in several or ())


def _checked_grid(grid: object) -> dict[str, tuple[Any, ...]]:
    rule, fix = "a mapping from names to their values", "as {'learning_rate': (0.003, 0.01)}"
    require(isinstance(grid, Mapping), "a grid", rule, grid, fix)
    axes = {name: _several(values) for name, values in dict(grid).items()}
    for name, values in axes.items():
        holds = values is not None and len(values) > 0
        require(holds, name, "given at least one value, in a tuple", grid[name], "add one")
    return {name: tuple(values) for name, values in axes.items()}


def _checked_seeds(seeds: object) -> tuple[int, ...]:
    several = _several(seeds) or []
    require(len(several) > 0, "seeds", "at least one whole number, in a tuple", seeds, "try 0 1 2")
    for seed in several:
        allowed = _is_whole(seed) and 0 <= seed < 2**32
        require(allowed, "seeds", "whole numbers from 0 to 2^32 - 1", seed, "try 0 1 2")
    different = len(set(several)) == len(several)
    require(different, "seeds", "different from each other", seeds, "drop the repeated ones")
    return tuple(map(int, several))


def _model(base: Config, named: set[str], values: dict[str, Any]) -> tuple[Config, Hyper]:
    """One model of a sweep whose grids name these mapped numbers."""
    mapped, static = known_numbers(), static_numbers()
    fields = {field.name for field in dataclasses.fields(Config)} - {"options", "measures"}
    for name in values:
        known = name in mapped or name in static or name in fields
        fix = "see `toymono run custom --help`"
        require(known, "a grid's axis", "the name of a setting", name, fix)
    options = {name: value for name, value in values.items() if name in static}
    chosen = {name: value for name, value in values.items() if name in fields}
    config = dataclasses.replace(base, **chosen, options={**_kept(base, chosen), **options})
    needed = named | {*config.component("feature_law").numbers}
    hyper = Hyper(
        **{
            name: mapped[name].checked(name, values.get(name, mapped[name].default))
            for name in mapped
            if name in needed
        }
    )
    _check_together(config, hyper)
    return config, hyper


def _kept(base: Config, chosen: Mapping[str, Any]) -> dict[str, float]:
    """The options of the base that go with what is chosen in its place."""
    given = dict(base.options)
    for kind in KINDS_CHOSEN:
        if kind in chosen and base.component(kind) != component(kind, chosen[kind]):
            for name in base.component(kind).numbers:
                given.pop(name, None)
    return given


def _check_together(config: Config, hyper: Hyper) -> None:
    """Raise InputError where settings exclude each other."""
    most = 1 / hyper.learning_rate
    rule = f"at most 1 / learning_rate = {most:g}"
    fix = "lower it: the biases would change sign at every step"
    require(bool(hyper.bias_decay <= most), "bias_decay", rule, hyper.bias_decay, fix)
    used = config.connectivity == "random" or hyper.weight_density == 1
    rule, fix = "1 where connectivity is dense", "set connectivity to random"
    require(bool(used), "weight_density", rule, hyper.weight_density, fix)
