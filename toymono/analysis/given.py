"""Read and check arrays that a user gives: tensors, arrays or lists, in any layout."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from toymono.components.component import short_name
from toymono.components.registry import components
from toymono.config import InputError, require

Activation = str | Callable[[Array], Array]  # the name of a component, or a function
# For each field of `Specimen`: the user's name, value and axes, in the user's layout.
Given = dict[str, tuple[str, object, tuple[str, ...]]]


def arrays_given(named: Given) -> dict[str, Array]:
    """The arrays of a specimen by field, each from its name, value and axes in the given layout.

    Values of None are left out. The first array with an axis fixes the axis's length. Raises
    InputError if another array disagrees, or if an array has numbers that are not finite.
    """
    sizes: dict[str, int] = {}
    found = {}
    for field, (name, value, axes) in named.items():
        if value is not None:
            array = _numbers(name, value)
            _require_fit(name, array.shape, axes, sizes)
            sizes.update(zip(axes, array.shape, strict=True))
            # Our layout has inputs first; targets are output x feature in every layout.
            turned = axes in (("neuron", "embed"), ("output", "neuron"))
            found[field] = jnp.asarray(array.T if turned else array)
    return found


def _numbers(name: str, value: Any) -> np.ndarray:  # noqa: ANN401 (whatever was given)
    """The value in float32; `detach` identifies a torch tensor, so torch need not be imported."""
    try:
        array = np.asarray(value.detach().cpu().float() if hasattr(value, "detach") else value)
    except (TypeError, ValueError, RuntimeError) as error:
        rule, fix = "an array of numbers", "give a tensor, an array or nested lists"
        raise InputError(f"{name} must be {rule}, but {error}; {fix}") from error
    numeric = array.dtype.kind in "biuf"
    require(numeric, name, "an array of real numbers", array.dtype, "convert it")
    with np.errstate(over="ignore"):
        array = array.astype(np.float32)
    n_bad = int((~np.isfinite(array)).sum())
    require(n_bad == 0, name, "finite in float32", f"not so at {n_bad} places", "fix or drop them")
    return array


def _require_fit(
    name: str, shape: tuple[int, ...], axes: tuple[str, ...], sizes: Mapping[str, int]
) -> None:
    known = [f"{sizes[axis]} for {axis}" for axis in axes if axis in sizes]
    rule = f"{' x '.join(axes)}, none of them 0{''.join(f', {size}' for size in known)}"

    def fits(shape: tuple[int, ...]) -> bool:
        same = zip(shape, axes, strict=False)
        return len(shape) == len(axes) and all(n == sizes.get(axis, n) > 0 for n, axis in same)

    fix = "transpose it" if fits(shape[::-1]) else "give the arrays of one network"
    require(fits(shape), name, rule, f"of shape {shape}", fix)


def require_targets(n_outputs: int, n_features: int) -> None:
    """Raise InputError unless there is one output per feature, whose default target it can be."""
    rule = f"given, as there are {n_outputs} outputs for {n_features} features"
    fix = "pass targets, output x feature: the wanted outputs for each feature alone"
    require(n_outputs == n_features, "targets", rule, None, fix)


def activation_given(activation: Activation, shape: tuple[int, ...]) -> Activation:
    """The name of one of our activations, or a function that keeps the shape of a JAX array."""
    activation = "relu" if activation is jax.nn.relu else activation
    for name, known in components("activation").items():
        if activation in (name, short_name(name), known.function):
            return name
    named = ", ".join(components("activation"))
    rule = f"one of {named}, or a function of a JAX array that keeps its shape"
    try:
        given = jax.ShapeDtypeStruct((2, *shape), jnp.float32)
        kept = callable(activation) and jax.eval_shape(activation, given).shape == given.shape
    except Exception:  # whatever a function of another library raises
        kept = False
    require(kept, "activation", rule, activation, "try relu")
    return activation
