"""Results that no training made: every array of a unit, filled in where a test draws or reads."""

import zlib

import numpy as np

from toymono.analysis.record import Record
from toymono.components.component import short_name
from toymono.sweeps.folder import claim_folder
from toymono.sweeps.plan import plan
from toymono.sweeps.store import unit_file, write_unit
from toymono.toy.model import PARAM_PATHS, Params
from toymono.toy.tasks import Problem, n_outputs
from toymono.training.ensemble import Trained
from toymono.training.schedules import loss_steps, record_steps


def made_up(unit):
    """Half of the neurons answer one feature each, the others are random; losses fall and settle.

    A number depends on the seed and the setting, not on the other members of the unit.
    """
    members = [[_member(unit.config, s, hyper) for hyper in unit.settings] for s in unit.seeds]

    def stacked(of, axis):  # seed and setting from this axis on
        return np.stack([np.stack([of(one) for one in row], axis) for row in members], axis)

    records = {
        name: stacked(lambda one, name=name: one[0][name], 1)
        for name in Record._fields
        if name != "own"
    }
    own = {
        name: stacked(lambda one, name=name: one[0]["own"][name], 1)
        for name in map(short_name, unit.config.measures)
    }
    weights = {
        layer: {leaf: stacked(lambda one, a=layer, b=leaf: one[2][a][b], 1) for leaf in leaves}
        for layer, leaves in members[0][0][2].items()
    }
    problems = [_problem(unit.config, seed) for seed in unit.seeds]
    return Trained(
        losses=stacked(lambda one: one[1], 0),
        records=Record(**records, own=own),
        params=Params(weights),
        problems=Problem(*(np.stack(leaves) for leaves in zip(*problems, strict=True))),
    )


def store_made_up(sweep, folder, report=None):
    """Do what `run_sweep` does, with made-up results in place of trained ones."""
    units = plan(claim_folder(folder, sweep))
    for unit in units:
        if not unit_file(folder, unit).exists():
            write_unit(folder, unit, made_up(unit))
    return [unit_file(folder, unit) for unit in units]


# The numbers that a made-up network depends on, in the order in which they were first drawn.
_DRAWN_BY = (
    "learning_rate",
    "bias_offset",
    "bias_decay",
    "l1",
    "feature_density",
    "weight_density",
)


def _problem(config, seed):
    draws = np.random.default_rng(seed).normal(size=(2, config.n_embed, config.n_features))
    return Problem(*(draws / np.linalg.norm(draws, axis=1, keepdims=True)).astype(np.float32))


def _member(config, seed, hyper):
    """Records, losses and kept parameters of one network; all but losses lead with steps."""
    drawn_by = zlib.crc32(repr((seed, [float(hyper[name]) for name in _DRAWN_BY])).encode())
    rng = np.random.default_rng(drawn_by)
    problem, k = _problem(config, seed), config.n_neurons
    feature = np.arange(k) % config.n_features
    alone = (np.arange(k) < k // 2)[:, None]
    columns = np.eye(config.n_features) if n_outputs(config) > config.n_embed else problem.readout
    encoder = np.where(alone, problem.embedding.T[feature], rng.normal(size=(k, config.n_embed)))
    decoder = np.where(alone, columns.T[feature][:, : n_outputs(config)], 0.01)
    bias = np.where(alone[:, 0], -0.6, 0.1 * rng.normal(size=k)) + 0.01 * rng.normal(size=k)
    n_steps = len(record_steps(config))
    settling = np.exp(-6.0 * np.linspace(0, 1, n_steps))
    zero = config.n_features * hyper.feature_density / 3
    level = zero * (0.4 + 0.1 * rng.uniform())
    n_mono = np.round((1 - settling) * (k // 2)).astype(int)
    counts = {
        "n_mono": n_mono,
        "n_covered": np.minimum(n_mono, config.n_features),
        **{name: np.zeros(n_steps, int) for name in Record._fields if name.startswith("n_dead")},
        "n_positive_bias": np.full(n_steps, (bias > 0).sum()),
    }
    score = 1 - np.outer(settling, rng.uniform(size=k)) - np.where(alone[:, 0], 0.0, 0.5)
    record = {
        "task_loss": level + (zero - level) * settling,
        "task_loss_error": np.full(n_steps, 0.001 * zero),
        "score": np.clip(score, 0, 1),
        "favourite": np.tile(feature, (n_steps, 1)),
        "bias": np.tile(bias, (n_steps, 1)),
        "mean_bias": np.full(n_steps, bias.mean()),
        **counts,
        "own": {short_name(measure): np.clip(score, 0, 1) for measure in config.measures},
    }
    losses = level + (zero - level) * np.exp(-np.linspace(0, 6, len(loss_steps(config))))
    kept = n_steps if config.record_params == "all" else 1
    found = {"encoder": encoder.T, "bias": bias, "decoder": decoder}
    found["output_bias"] = np.zeros(n_outputs(config))
    weights = {"encoder": {}, "decoder": {}}
    for name, (layer, leaf) in PARAM_PATHS.items():
        if name in config.parts.arrays:
            weights[layer][leaf] = found[name]
    return (
        {name: value if name == "own" else _numbers(value) for name, value in record.items()},
        losses.astype(np.float32),
        {
            layer: {leaf: np.stack([_numbers(value)] * kept) for leaf, value in leaves.items()}
            for layer, leaves in weights.items()
        },
    )


def _numbers(values):
    return np.asarray(values, np.int32 if np.asarray(values).dtype.kind == "i" else np.float32)
