"""Results on disk: one write-once NetCDF file for each unit of a run.

Only this module knows the file format. A unit is done exactly when its file exists.
"""

import contextlib
import itertools
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
import xarray as xr

from toymono import environment
from toymono.analysis.specimen import Specimen, specimen_of
from toymono.config import (
    LATER,
    Config,
    Hyper,
    InputError,
    known_numbers,
    left_out,
    require,
)
from toymono.sweeps.files import check, way_back, written_with_checksum
from toymono.sweeps.folder import read_sweep
from toymono.sweeps.older_results import at_defaults, completed, lacking, with_defaults
from toymono.sweeps.plan import Unit, plan
from toymono.sweeps.schema import PROVENANCE, coordinates, flaw, layouts
from toymono.sweeps.stored_networks import (
    WEIGHTS,
    attributes_of,
    config_of,
    is_diverged,
    weights_in,
)
from toymono.toy.model import PARAM_PATHS, Params, params_of
from toymono.toy.tasks import Problem
from toymono.training.ensemble import Trained


def to_dataset(unit: Unit, trained: Trained) -> xr.Dataset:
    """A unit's results under named dimensions, with every setting and the provenance that fixes
    them inside.
    """
    found = {"loss": trained.losses, **trained.records._asdict()}
    found |= found.pop("own")
    for field, (layer, leaf) in PARAM_PATHS.items():
        if field in unit.config.parts.arrays:
            found[WEIGHTS[field]] = trained.params[layer][leaf]
    found |= trained.problems._asdict()
    of = layouts(unit)
    arrays = {
        name: (of[name].dims, np.asarray(values).astype(of[name].dtype))
        for name, values in found.items()
    }
    coords = {name: (of[name].dims, values) for name, values in coordinates(unit).items()}
    data = xr.Dataset(arrays, coords, {**attributes_of(unit.config), **provenance()})
    return data.assign(diverged=is_diverged(data))


def provenance() -> dict[str, str]:
    """Versions, device and commit, as text."""
    versions = {f"{name}_version": version for name, version in environment.versions().items()}
    return {
        **versions,
        "device": "; ".join(environment.devices()),
        "git_commit": environment.git_commit(),
    }


def unit_file(folder: pathlib.Path, unit: Unit) -> pathlib.Path:
    """Where a unit's results belong."""
    return folder / "units" / f"{unit.name}.nc"


def write_unit(folder: pathlib.Path, unit: Unit, trained: Trained) -> pathlib.Path:
    """Store a unit's results for good and return their file."""
    file = unit_file(folder, unit)
    full = to_dataset(unit, trained)
    data = full.drop_vars({*at_defaults(unit)} & {*left_out()})
    data.attrs = {n: of for n, of in full.attrs.items() if n not in LATER or of != left_out()[n]}
    encoding = {name: {"zlib": True, "complevel": 1} for name in data.data_vars}
    # In memory first: HDF5 dies, without an error, of a full disk. As bytes: Python 3.12 dies of a
    # view of them that an error keeps to the end.
    content = bytes(data.to_netcdf(engine="h5netcdf", encoding=encoding))
    with written_with_checksum(file) as temporary:
        temporary.write_bytes(content)
    return file


@contextlib.contextmanager
def _readable(file: pathlib.Path) -> Iterator[None]:
    """Turn any error that a damaged or foreign file causes in the libraries into an InputError."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"{file} must be a result that toymono wrote, but {error}; {way_back(file)}"
        ) from error


def open_unit(file: pathlib.Path, unit: Unit) -> xr.Dataset:
    """The results in a unit's file, each array read when it is used; raises InputError if the file
    holds anything else.
    """
    check(file)
    with _readable(file):
        data = with_defaults(xr.open_dataset(file, engine="h5netcdf", decode_times=False))
        found = flaw(data, unit, lacking(data, unit))
    require(found is None, str(file), "a whole result of its unit", found, way_back(file))
    with _readable(file):
        known = data.drop_vars(set(data.variables) - {*layouts(unit)})
        return completed(known, unit)


def read_unit(file: pathlib.Path, unit: Unit) -> xr.Dataset:
    """The results in a unit's file, in memory; raises InputError if the file holds anything
    else.
    """
    with open_unit(file, unit) as data, _readable(file):
        return data.load()


def is_whole(folder: pathlib.Path) -> bool:
    """Whether every unit of the run is done."""
    return all(unit_file(folder, unit).exists() for unit in plan(read_sweep(folder)))


def _done(folder: pathlib.Path) -> list[tuple[pathlib.Path, Unit]]:
    units = plan(read_sweep(folder))
    done = [(file, unit) for unit in units if (file := unit_file(folder, unit)).exists()]
    require(
        len(done) > 0,
        "folder",
        "a run with a finished unit",
        str(folder),
        "start its `toymono run` again, or `toymono resume` it",
    )
    return done


def read_run(folder: pathlib.Path | str, *more: pathlib.Path | str) -> list[xr.Dataset]:
    """Results of the units that are done; units of one shape with the same seeds or settings are
    joined.

    `more` folders may hold the same sweep with other seeds. Raises InputError if a folder is not a
    run or if none of its units is done.
    """
    done = [_done(pathlib.Path(path)) for path in (folder, *more)]
    in_turns = itertools.chain.from_iterable(itertools.zip_longest(*done))
    units = [read_unit(found[0], found[1]) for found in in_turns if found]
    of_settings = _joined(units, "seed", ("setting", *known_numbers()))
    return _joined(of_settings, "setting", ("seed",))


def _joined(units: list[xr.Dataset], dim: str, same: tuple[str, ...]) -> list[xr.Dataset]:
    """Neighbours of one shape that agree on `same`, end to end along a dimension."""

    def shape(data: xr.Dataset) -> tuple:
        return config_of(data), *(
            data[name].values.tobytes() for name in same if name in data.coords
        )

    groups = (list(parts) for _, parts in itertools.groupby(units, shape))
    how: dict[str, Any] = {
        "data_vars": "minimal",
        "coords": "minimal",
        "compat": "override",
        "join": "override",
    }
    return [
        xr.concat(parts, dim, **how, combine_attrs=_all_attrs) if len(parts) > 1 else parts[0]
        for parts in groups
    ]


def _all_attrs(parts: Sequence[dict[str, Any]], context: object) -> dict[str, Any]:
    """The attributes of the parts; if different versions made the parts, all versions."""
    differ = {
        name for name, value in parts[0].items() if any(part[name] != value for part in parts[1:])
    }
    return {
        n: "; ".join(dict.fromkeys(p[n] for p in parts)) if n in differ else v
        for n, v in parts[0].items()
    }


def open_run_units(folder: pathlib.Path) -> list[xr.Dataset]:
    """As `read_run`, but unit by unit and lazily, for runs that do not fit in memory.

    Members come in the same order as in `read_run`.
    """
    return [open_unit(file, unit) for file, unit in _done(folder)]


def stored_provenance(data: xr.Dataset) -> dict[str, str]:
    """Versions, device and commit that made a result; the current ones may differ."""
    return {name: str(data.attrs[name]) for name in PROVENANCE}


class StoredMember(NamedTuple):
    """One trained network as it was stored, ready for analysis."""

    config: Config
    hyper: Hyper
    seed: int
    problem: Problem
    params: Params

    @property
    def specimen(self) -> Specimen:
        """The network as measures take it."""
        return specimen_of(self.config, self.params, self.problem)


Whole = int | np.integer  # a user may take it from an array or a table


def read_member(
    data: xr.Dataset, seed: Whole, setting: Whole, step: Whole | None = None
) -> StoredMember:
    """One member of a unit: `seed` by its value, `setting` by its index, at a recorded step
    (default: the last).

    Raises InputError if the unit does not hold the network of that seed, setting and step.
    """
    kept = data.param_step.values.tolist()
    choices = {"seed": (seed, data.seed.values.tolist()), "step": (step, [None, *kept])}
    choices |= {"setting": (setting, [*range(data.sizes["setting"])])}
    for name, (value, known) in choices.items():
        shown = ", ".join(map(str, known if len(known) < 9 else [*known[:4], "...", *known[-4:]]))
        require(value in known, name, f"one of {shown}", value, "choose one of them")
    one = data.sel(seed=seed).isel(setting=setting)
    at = one.isel(param_step=-1) if step is None else one.sel(param_step=step)
    config = config_of(data)
    hyper = Hyper(**{name: float(one[name]) for name in known_numbers() if name in one.coords})
    problem = Problem(*(jnp.asarray(one[name].values) for name in Problem._fields))
    return StoredMember(config, hyper, int(seed), problem, params_of(weights_in(at)))
