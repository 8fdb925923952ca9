"""Declare components: a decorator for each kind gives a function its name and its numbers.

Flags, checks, stored settings, table columns, axis titles and plans follow from the declaration.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from toymono.components.component import Component, Number
from toymono.components.registry import remember, remember_source
from toymono.errors import require

F = TypeVar("F", bound=Callable[..., Any])


def _declared(
    kind: str, name: str, declared: Mapping[str, Any], **facts: object
) -> Callable[[F], F]:
    """The decorator that makes a function the component of this kind and name."""
    is_word = name.replace("-", "_").isidentifier()
    require(is_word, f"the name of a {kind}", "a word", name, "choose letters, as pairs")
    for number, of in declared.items():
        require(isinstance(of, Number), number, "a toymono.Number", of, "declare it as one")

    def decorate(function: F) -> F:
        parameters = {*inspect.signature(function).parameters}
        missing = ", ".join(sorted({*declared} - parameters))
        require(not missing, f"{kind} {name}", "a function of its numbers", missing, "add them")
        module = function.__module__
        remember_source(function)
        full = name if module.startswith("toymono.") else f"{module}:{name}"
        own = {
            name if kind == "penalty" and number == "weight" else number: of
            for number, of in declared.items()
        }
        remember(Component(kind, full, own, function, facts))
        return function

    return decorate


def _require_static(what: str, numbers: Mapping[str, Number]) -> None:
    """Raise InputError for a number that would be taken from each member, where none is read."""
    for name, of in numbers.items():
        holds = not isinstance(of, Number) or of.static  # what is none is refused for that
        require(holds, name, f"static in {what}", of, "declare it with static=True")


def activation(name: str, *, has_neurons: bool = True, **static: Number) -> Callable[[F], F]:
    """Declare `f(x, **static)`: hidden activations of pre-activations, "*batch neuron" both.

    Its numbers are static, so that weights and Config alone say what a network computes. One that
    commutes with rotations has no neurons: their scores would mean nothing, and are NaN.
    """
    _require_static("an activation", static)
    return _declared("activation", name, static, has_neurons=has_neurons)


def importance(name: str, **mapped: Number) -> Callable[[F], F]:
    """Declare `f(n_outputs, **numbers)`: how much each output counts in the loss, "output".

    With all its numbers at their defaults every output counts 1, and it is left out.
    """
    return _declared("importance", name, mapped)


def feature_law(
    name: str,
    *,
    draws: Callable[..., Any] | None = None,
    densities: Callable[..., Any] | None = None,
    joint: Callable[..., Any] | None = None,
    check: Callable[..., None] | None = None,
    **numbers: Number,
) -> Callable[[F], F]:
    """Declare `f(key, shape, density, **numbers)`: feature values, shape = (batch, feature).

    Amplitudes uniform on [0, 1) and independent leave the choice of another amplitude law. What
    depends on no mapped number may be drawn once for all networks of a seed: then `draws(key,
    shape, **static)` draws it, and f gets it in place of the key. For theory a law of independent
    features names their `densities(n_features, density, **numbers)`, another the probability that
    two are on, `joint`, feature feature, of the same arguments. `check`, of the same, raises
    InputError for numbers that do not go together.
    """
    facts = {"draws": draws, "densities": densities, "joint": joint, "check": check}
    return _declared("feature_law", name, numbers, **facts)


def amplitude_law(
    name: str, *, mean: float, power: float, is_signed: bool = False, **static: Number
) -> Callable[[F], F]:
    """Declare `f(quantile, **static)`: amplitudes of features that are on, from numbers that are
    uniform on [0, 1), elementwise: the inverse of the distribution function.

    `mean` and `power` are the means of an amplitude and of its square.
    """
    _require_static("an amplitude law", static)
    facts = {"mean": float(mean), "power": float(power), "is_signed": is_signed}
    return _declared("amplitude_law", name, static, **facts)


def task(name: str, *, is_signed: bool = False) -> Callable[[F], F]:
    """Declare `f(problem, features)`: targets, "batch output", of features, "batch feature".

    Signed features are differences of two draws of the feature law at half the density.
    """
    return _declared("task", name, {}, is_signed=is_signed)


def penalty(
    name: str, *, weight: Number, needs: tuple[str, ...] = (), **mapped: Number
) -> Callable[[F], F]:
    """Declare `f(network, hidden, weight, **numbers)`: what is added to the task loss; hidden
    activations are "batch neuron".

    A function that names `outputs`, `batch`, `problem` or `key` among its parameters gets the
    network's outputs, the batch (inputs, targets), the projections (embedding, readout), or a key
    for random numbers of this step. The setting is named like the penalty. At its default the
    penalty does nothing, and is left out. `needs` names the fields of Weights, bias or decoder,
    without which a network is refused.
    """
    return _declared("penalty", name, {"weight": weight, **mapped}, needs=needs)


def in_training(name: str, **mapped: Number) -> Callable[[F], F]:
    """Declare `f(hidden, key, **numbers)`: the hidden activations, "batch neuron", that training
    goes on with, such as noisy ones. Records and measures do without.

    With all its numbers at their defaults it does nothing, and is left out.
    """
    return _declared("in_training", name, mapped)


def optimizer(name: str, **static: Number) -> Callable[[F], F]:
    """Declare `f(**static)`: an optax transformation of one network at learning rate 1."""
    _require_static("an optimizer", static)
    return _declared("optimizer", name, static)


def schedule(name: str) -> Callable[[F], F]:
    """Declare `f(config, step)`: the learning rate after `step` updates, as a share of its peak."""
    return _declared("schedule", name, {})


def neuron_measure(
    name: str, *, title: str = "", low: float | None = None, high: float | None = None
) -> Callable[[F], F]:
    """Declare `f(net)`: a number for each neuron, "neuron", of a `toymono.Specimen`.

    It is taken with every record of a run, and shown as the mean over neurons in tables and neuron
    by neuron on pages. `title` stands on axes; `low` and `high` are its least and largest value.
    """
    require(name.isidentifier(), "the name of a measure", "a word", name, "as n_features_answered")
    ends = {"low": low, "high": high}
    ends = {name: None if end is None else float(end) for name, end in ends.items()}
    return _declared("neuron_measure", name, {}, title=title, **ends)


_ALL = ("bias", "decoder")  # what the paper's network has beside an encoder


def at_start(name: str, *, needs: tuple[str, ...] = _ALL, **mapped: Number) -> Callable[[F], F]:
    """Declare `f(weights, key, **numbers)`: initial weights from random ones.

    With all its numbers at their defaults it does nothing, and is left out. A network without the
    arrays that it `needs` is refused.
    """
    return _declared("at_start", name, mapped, needs=needs)


def after_update(
    name: str,
    *,
    state: Callable[..., Any] | None = None,
    needs: tuple[str, ...] = _ALL,
    **mapped: Number,
) -> Callable[[F], F]:
    """Declare `f(weights, update, **numbers)`: weights after an update; `update` has the fields
    step, n_steps, learning_rate (its peak), rate (now), before (the weights) and inputs (the
    batch's).

    What it must remember is its state: `state(weights)` makes the first, and then the function is
    `f(weights, update, state, **numbers)` and gives the weights and the next state. With all its
    numbers at their defaults it does nothing, and is left out. A network without the arrays that it
    `needs` is refused.
    """
    return _declared("after_update", name, mapped, state=state, needs=needs)
