"""The schema of a unit's results: name, dimensions, kind of numbers and coordinates of every array.

Both writing and reading use it: a file that differs from it is not a result of this unit.
"""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from toymono import environment
from toymono.analysis.record import Record
from toymono.components.component import short_name
from toymono.config import Config, require
from toymono.sweeps.plan import Unit
from toymono.sweeps.stored_networks import WEIGHTS, stored_setting
from toymono.toy.model import Weights
from toymono.toy.tasks import Problem, n_outputs
from toymono.training.schedules import last_step, loss_steps, record_steps

MEMBER = ("seed", "setting")
_RECORDED = tuple(name for name in Record._fields if name != "own")
PROVENANCE = (
    *(f"{name}_version" for name in ("python", *environment.PACKAGES)),
    "device",
    "git_commit",
)
_KINDS = {"f": "float32", "i": "int32", "b": "bool"}  # and how each is written


class Layout(NamedTuple):
    """Dimensions of an array, and its numbers: "f" real, "i" whole, "b" true or false."""

    dims: tuple[str, ...]
    kind: str

    @property
    def dtype(self) -> str:
        """How its numbers are written."""
        return _KINDS[self.kind]


def _of(kind: type, fields: tuple[str, ...], names: tuple[str, ...], *before: str) -> dict:
    """The layouts of a named tuple's arrays, from the shapes that its fields are annotated with."""
    shapes = [kind.__annotations__[field] for field in fields]
    return {
        name: Layout((*before, *shape.dim_str.split()), "i" if "int32" in shape.dtypes else "f")
        for name, shape in zip(names, shapes, strict=True)
    }


ARRAYS: dict[str, Layout] = {
    "loss": Layout((*MEMBER, "loss_step"), "f"),
    **_of(Record, _RECORDED, _RECORDED, "step", *MEMBER),
    **_of(Problem, Problem._fields, Problem._fields, "seed"),
    "diverged": Layout(MEMBER, "b"),
}
# The parameters that a network may have.
_PARAMETERS = _of(Weights, Weights._fields, tuple(WEIGHTS.values()), "param_step", *MEMBER)
COORDINATES: dict[str, Layout] = {
    **{name: Layout((name,), "i") for name in ("seed", "step", "loss_step", "param_step")},
}


def layouts(unit: Unit) -> dict[str, Layout]:
    """Every array of a unit's results, by name."""
    numbers = dict.fromkeys(unit.settings[0], Layout(("setting",), "f"))
    of_neurons = Layout(("step", *MEMBER, "neuron"), "f")
    own = dict.fromkeys(map(short_name, unit.config.measures), of_neurons)
    known = {**ARRAYS, **_weights(unit.config), **COORDINATES, **numbers}
    for name in own:
        rule, fix = "a name that the results do not have yet", "rename it in its file"
        require(name not in known, "a measure's name", rule, name, fix)
    return {**known, **own}


def _weights(config: Config) -> dict[str, Layout]:
    """The parameters that a network of this architecture has."""
    return {WEIGHTS[field]: _PARAMETERS[WEIGHTS[field]] for field in config.parts.arrays}


def coordinates(unit: Unit) -> dict[str, list[int] | list[float]]:
    """Seeds, steps and settings of a unit."""
    config, steps = unit.config, list(record_steps(unit.config))
    return {
        "seed": list(unit.seeds),
        "step": steps,
        "loss_step": list(loss_steps(config)),
        "param_step": steps if config.record_params == "all" else [last_step(config)],
        **{name: [float(s[name]) for s in unit.settings] for name in unit.settings[0]},
    }


def sizes(unit: Unit) -> dict[str, int]:
    """Lengths of the dimensions that have no coordinate."""
    config = unit.config
    shape = {"neuron": config.n_neurons, "embed": config.n_embed, "feature": config.n_features}
    known = config.component("task").function is not None
    outputs = {"output": n_outputs(config)} if known else {}
    return {"setting": len(unit.settings), **shape, **outputs}


def flaw(data: xr.Dataset, unit: Unit, lacking: Collection[str] = ()) -> str | None:
    """How results differ from those of the unit, in words; None if they do not.

    An earlier toymono did not write the arrays in `lacking`, and kept parameters only at some of
    the records.
    """
    expected = {name: of for name, of in layouts(unit).items() if name not in lacking}
    axes = {name: of for name, of in coordinates(unit).items() if name not in lacking}
    return (
        _flaw_of_names(data, {*expected})
        or _flaw_of_settings(data.attrs, unit.config)
        or next(filter(None, (_flaw_of_layout(data, *of) for of in expected.items())), None)
        or _flaw_of_sizes(data, unit)
        or next(filter(None, (_flaw_of_axis(data, *of) for of in axes.items())), None)
    )


def _flaw_of_names(data: xr.Dataset, names: set[str]) -> str | None:
    missing = (names - set(data.variables)) | ({*PROVENANCE, *vars(Config())} - set(data.attrs))
    return f"without {', '.join(sorted(missing)[:3])}" if missing else None


def _flaw_of_settings(attrs: Mapping[str, Any], config: Config) -> str | None:
    for name in PROVENANCE:
        if not isinstance(attrs[name], str):
            return f"with a {name} that is no text"
    for name, value in vars(config).items():
        stored = stored_setting(attrs, name)
        if type(stored) is not type(value) or stored != value:
            return f"of another sweep, with {name} {stored}"
    return None


def _flaw_of_layout(data: xr.Dataset, name: str, layout: Layout) -> str | None:
    array = data[name]
    if array.dims != layout.dims:
        return f"with a {name} over {', '.join(map(str, array.dims)) or 'nothing'}"
    if array.dtype.kind != layout.kind or not array.dtype.isnative:
        return f"with a {name} of {array.dtype}"
    return None


def _flaw_of_sizes(data: xr.Dataset, unit: Unit) -> str | None:
    for name, size in sizes(unit).items():
        if data.sizes[name] != size:
            return f"with {data.sizes[name]} on the axis {name}, not {size}"
    return None


def _flaw_of_axis(data: xr.Dataset, name: str, values: list[int] | list[float]) -> str | None:
    stored = data[name].values
    if name == "param_step":
        kept = np.isin(stored, data["step"].values).all() and (np.diff(stored) > 0).all()
        same = len(stored) > 0 and kept and stored[-1] == values[-1]
    else:
        same = stored.shape == (len(values),) and np.allclose(stored, values, rtol=1e-6, atol=0)
    return None if same else f"with other values of {name} than the unit's"
