"""Declare components: a decorator for each kind gives a function its name and its numbers.

toymono makes flags, checks, stored settings, table columns, axis titles and plans from the
declaration.
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
    require(is_word, f"the name of a {kind}", "a word", name, "use letters only, such as pairs")
    for number, of in declared.items():
        require(isinstance(of, Number), number, "a toymono.Number", of, "declare it as one")

    def decorate(function: F) -> F:
        parameters = {*inspect.signature(function).parameters}
        missing = ", ".join(sorted({*declared} - parameters))
        rule, fix = "a function with a parameter for each of its numbers", "add the parameters"
        require(not missing, f"{kind} {name}", rule, f"without {missing}", fix)
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
    """Raise InputError for a number that is not static: this kind cannot vary between members."""
    for name, of in numbers.items():
        holds = not isinstance(of, Number) or of.static  # `_declared` refuses what is no Number
        require(holds, name, f"static in {what}", of, "declare it with static=True")


def activation(name: str, *, has_neurons: bool = True, **static: Number) -> Callable[[F], F]:
    """Declare `f(x, **static)`: it maps pre-activations to hidden activations, both "*batch
    neuron".

    All numbers of an activation are static, so that weights and Config alone determine what a
    network computes. Set `has_neurons=False` for an activation that commutes with rotations, such
    as the identity: scores of its neurons would mean nothing, and are NaN.
    """
    _require_static("an activation", static)
    return _declared("activation", name, static, has_neurons=has_neurons)


def importance(name: str, **mapped: Number) -> Callable[[F], F]:
    """Declare `f(n_outputs, **numbers)`: the weight of each output in the loss, "output".

    With all its numbers at their defaults every output has weight 1, and toymono skips the call.
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
    """Declare `f(key, shape, density, **numbers)`: it samples features, shape = (batch, feature).

    Make amplitudes independent and uniform on [0, 1), so that users can choose another amplitude
    law. All networks of a seed can share random draws that depend on no mapped number: then
    `draws(key, shape, **static)` makes them, and f gets them in place of the key.

    The theory needs to know how often features are on. For a law of independent features give
    `densities(n_features, density, **numbers)`: the probability that each is on. For any other law
    give `joint` with the same arguments: the probability that two are both on, "feature feature".
    `check`, again with the same arguments, raises InputError for numbers that do not fit together.
    """
    facts = {"draws": draws, "densities": densities, "joint": joint, "check": check}
    return _declared("feature_law", name, numbers, **facts)


def amplitude_law(
    name: str, *, mean: float, power: float, is_signed: bool = False, **static: Number
) -> Callable[[F], F]:
    """Declare `f(quantile, **static)`: the inverse of the amplitudes' distribution function. It
    maps numbers that are uniform on [0, 1) to amplitudes of features that are on, elementwise.

    `mean` and `power` are the means of an amplitude and of its square.
    """
    _require_static("an amplitude law", static)
    facts = {"mean": float(mean), "power": float(power), "is_signed": is_signed}
    return _declared("amplitude_law", name, static, **facts)


def task(name: str, *, is_signed: bool = False) -> Callable[[F], F]:
    """Declare `f(problem, features)`: it maps features, "batch feature", to targets, "batch
    output".

    With `is_signed=True` features have a sign: each sample is the difference of two draws of the
    feature law at half the density.
    """
    return _declared("task", name, {}, is_signed=is_signed)


def penalty(
    name: str, *, weight: Number, needs: tuple[str, ...] = (), **mapped: Number
) -> Callable[[F], F]:
    """Declare `f(network, hidden, weight, **numbers)`: a term that is added to the task loss;
    hidden activations are "batch neuron".

    If f has parameters called `outputs`, `batch`, `problem` or `key`, it also gets the network's
    outputs, the batch (inputs, targets), the projections (embedding, readout), or a key for random
    numbers of this step. The setting for `weight` has the name of the penalty. At its default the
    penalty does nothing, and toymono skips the call. `needs` lists fields of Weights, bias or
    decoder; networks without them are refused.
    """
    return _declared("penalty", name, {"weight": weight, **mapped}, needs=needs)


def in_training(name: str, **mapped: Number) -> Callable[[F], F]:
    """Declare `f(hidden, key, **numbers)`: it changes the hidden activations, "batch neuron", in
    training, for example by noise. Records and measures do not use it.

    With all its numbers at their defaults it does nothing, and toymono skips the call.
    """
    return _declared("in_training", name, mapped)


def optimizer(name: str, **static: Number) -> Callable[[F], F]:
    """Declare `f(**static)`: an optax transformation for one network, at learning rate 1."""
    _require_static("an optimizer", static)
    return _declared("optimizer", name, static)


def schedule(name: str) -> Callable[[F], F]:
    """Declare `f(config, step)`: the learning rate after `step` updates, as a share of its peak."""
    return _declared("schedule", name, {})


def neuron_measure(
    name: str, *, title: str = "", low: float | None = None, high: float | None = None
) -> Callable[[F], F]:
    """Declare `f(net)`: a number for each neuron, "neuron", of a `toymono.Specimen`.

    Every record of a run stores it. Tables show its mean over neurons, pages show each neuron's
    value. `title` is its axis title; `low` and `high` are its smallest and largest possible values.
    """
    fix = "use letters and _ only, such as n_features_answered"
    require(name.isidentifier(), "the name of a measure", "a word", name, fix)
    ends = {"low": low, "high": high}
    ends = {name: None if end is None else float(end) for name, end in ends.items()}
    return _declared("neuron_measure", name, {}, title=title, **ends)


_ALL = ("bias", "decoder")  # what the paper's network has besides an encoder


def at_start(name: str, *, needs: tuple[str, ...] = _ALL, **mapped: Number) -> Callable[[F], F]:
    """Declare `f(weights, key, **numbers)`: it changes the random initial weights.

    With all its numbers at their defaults it does nothing, and toymono skips the call. Networks
    without the arrays in `needs` are refused.
    """
    return _declared("at_start", name, mapped, needs=needs)


def after_update(
    name: str,
    *,
    state: Callable[..., Any] | None = None,
    needs: tuple[str, ...] = _ALL,
    **mapped: Number,
) -> Callable[[F], F]:
    """Declare `f(weights, update, **numbers)`: it changes the weights after an update. `update`
    has the fields step, n_steps, learning_rate (the peak), rate (the current one), before (the
    weights before the update) and inputs (of the batch).

    A function that must remember something has a state: `state(weights)` makes the first one, and
    `f(weights, update, state, **numbers)` returns the weights and the next state. With all its
    numbers at their defaults it does nothing, and toymono skips the call. Networks without the
    arrays in `needs` are refused.
    """
    return _declared("after_update", name, mapped, state=state, needs=needs)
