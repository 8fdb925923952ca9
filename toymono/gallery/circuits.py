"""Figures of circuits: reads stored members, measures them, and passes the numbers to the plots."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr
from jax.typing import ArrayLike
from jaxtyping import Key

from toymono.analysis.amplitudes import lone_outputs
from toymono.analysis.circuits import linear_block
from toymono.analysis.handbuilt import hand_built
from toymono.analysis.losses import sampled_loss, task_loss
from toymono.analysis.responses import AMPLITUDES
from toymono.analysis.roles import ablation_losses, by_bias_sign, gains, roles
from toymono.analysis.specimen import Specimen
from toymono.config import Config, InputError
from toymono.evidence.curves import Curve
from toymono.evidence.seeds import interval_over_seeds
from toymono.plots import circuits
from toymono.sweeps.store import StoredMember, read_member
from toymono.toy.tasks import Problem
from toymono.toy.world import make_world


def _over_seeds(
    data: xr.Dataset,
    setting: int,
    x: np.ndarray,
    group: dict[str, Any],
    of: Callable[[StoredMember], jax.Array],
) -> Curve:
    """A curve of what a function gives for every member of a setting that did not diverge."""
    seeds = [
        int(seed)
        for seed in data.seed.values
        if not bool(data.diverged.sel(seed=seed).isel(setting=setting))
    ]
    values = np.stack([np.asarray(of(read_member(data, seed, setting))) for seed in seeds])
    return Curve(group, x, interval_over_seeds(values), values)


def _buildable(config: Config) -> Config | None:
    """The same shape, hand-built; None where that cannot be."""
    try:
        return dataclasses.replace(config, initialization="hand-built")
    except InputError:
        return None


def _parts(net: Specimen) -> dict[str, Specimen]:
    """A network, and its two parts where their outputs add up to its own."""
    if not net.is_linear_readout:
        return {"network": net}
    negative, positive = by_bias_sign(net)
    return {"network": net, "biases up to 0": negative, "biases above 0": positive}


def _spectrum(member: StoredMember) -> jax.Array:
    return linear_block(member.specimen).singular_values


def amplitude_curves(data: xr.Dataset, setting: int) -> list[Curve]:
    """Mean answer to single features against amplitude: network, its two parts, theory."""
    amplitudes = jnp.asarray(AMPLITUDES, jnp.float32)

    first = read_member(data, int(data.seed[0]), setting)
    parts: dict[str, Callable[[StoredMember], Specimen]] = {
        name: lambda member, name=name: _parts(member.specimen)[name]
        for name in _parts(first.specimen)
    }
    if _buildable(first.config):
        parts["hand-built"] = _built

    def answer(net: Specimen) -> jax.Array:
        return lone_outputs(net, amplitudes).mean(axis=1)

    return [
        _over_seeds(
            data,
            setting,
            AMPLITUDES,
            {"part": name},
            lambda member, of=of: answer(of(member)),
        )
        for name, of in parts.items()
    ]


def _built(member: StoredMember) -> Specimen:
    params = hand_built(member.config, member.problem, member.hyper.feature_density)
    return member._replace(params=params).specimen


def amplitude_figure(data: xr.Dataset, setting: int, title: str) -> go.Figure:
    """Output against the amplitude of a lone feature for one setting of a unit [P Figs 24, 25]."""
    return circuits.amplitude_plot(amplitude_curves(data, setting), title)


def spectrum_figure(settings: Sequence[tuple[str, xr.Dataset, int]], title: str) -> go.Figure:
    """Singular values of the linear block of settings, each given as (name, unit, index) [P Fig
    26].
    """
    curves = []
    for name, data, setting in settings:
        ranks = np.arange(1, _spectrum(read_member(data, int(data.seed[0]), setting)).size + 1)
        curves.append(_over_seeds(data, setting, ranks, {"of": name}, _spectrum))
    return circuits.spectrum_plot(curves, title)


def circuit_figure(stored: StoredMember, title: str, note: str) -> go.Figure:
    """One member on one page: roles, answers to single features, linear block, ablations."""
    config, net, numbers = stored.config, stored.specimen, dict(stored.hyper)
    amplitudes = jnp.asarray(AMPLITUDES, jnp.float32)
    key = make_world(config, stored.seed).key_probe
    losses = _ablation_losses(config, net, stored.problem, key, numbers)
    page = circuits.Circuit(
        roles=roles(net),
        bias=net.bias,
        gain=gains(net),
        amplitudes=AMPLITUDES,
        answers={name: lone_outputs(part, amplitudes) for name, part in _parts(net).items()},
        singular_values=_spectrum(stored) if net.is_relu else jnp.zeros(0),
        losses={name: float(loss) for name, loss in losses.items()},
    )
    return circuits.circuit_page(page, title, note)


@functools.partial(jax.jit, static_argnums=0)
def _ablation_losses(
    config: Config,
    net: Specimen,
    problem: Problem,
    key: Key[jax.Array, ""],
    numbers: Mapping[str, ArrayLike],
) -> Mapping[str, jax.Array]:
    return ablation_losses(
        net, lambda answer: sampled_loss(config, answer, problem, key, numbers).mean
    )


@functools.lru_cache(maxsize=256)
def hand_built_loss(config: Config, seed: int, density: float) -> float:
    """Task loss of the hand-built network in the world of a seed; NaN where the shape has none."""
    built = _buildable(config)
    return float("nan") if built is None else float(_built_and_sampled(built, seed, density))


@functools.partial(jax.jit, static_argnums=0)
def _built_and_sampled(config: Config, seed: ArrayLike, density: ArrayLike) -> jax.Array:
    world = make_world(config, seed)
    built = hand_built(config, world.problem, density)
    numbers = {"feature_density": density}
    return task_loss(config, built, world.problem, world.key_probe, numbers).mean


def hand_built_curve(table: pd.DataFrame, x: str) -> Curve | None:
    """The hand-built network's loss against a setting, over the seeds of a table of members.

    None where a member's shape has none, or where members with one x and seed differ in it.
    """
    deciding = ["n_features", "n_embed", "n_neurons", "task", "feature_law", "feature_density"]
    if (table.groupby([x, "seed"])[deciding].nunique() > 1).any(axis=None):
        return None
    rows = table.drop_duplicates([x, "seed"])
    losses = [
        hand_built_loss(
            Config(**{name: row[name] for name in vars(Config()) if name in row}),
            int(row["seed"]),
            float(row["feature_density"]),
        )
        for row in (
            {str(name): value for name, value in row.items()} for row in rows.to_dict("records")
        )
    ]
    by_seed = (
        rows.assign(loss=losses)
        .pivot(index="seed", columns=x, values="loss")
        .dropna(axis=1)
        .astype(float)
    )
    if by_seed.empty:
        return None
    interval = interval_over_seeds(by_seed.to_numpy(), lowest=0.0)
    return Curve({"model": "hand-built"}, by_seed.columns.to_numpy(), interval, by_seed.to_numpy())
