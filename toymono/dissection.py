"""Figures of networks taken apart: reads stored members, measures their circuits, and hands records to the plots."""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr

from toymono.analysis.amplitudes import lone_outputs
from toymono.analysis.circuits import linear_block
from toymono.analysis.curves import Curve
from toymono.analysis.handbuilt import hand_built
from toymono.analysis.roles import ablation_losses, by_bias_sign, roles, sampled_loss
from toymono.analysis.seeds import interval_over_seeds
from toymono.config import Config, InputError
from toymono.plots import circuits
from toymono.sweeps.store import StoredMember, read_member
from toymono.toy.model import Params, weights_of
from toymono.training.train import make_world

_AMPLITUDES = np.linspace(0, 1, 101)


def _over_seeds(
    data: xr.Dataset, setting: int, x: np.ndarray, group: dict[str, Any], of: Callable[[StoredMember], jax.Array]
) -> Curve:
    """A curve of what a function gives for every member of a setting that did not diverge."""
    seeds = [int(seed) for seed in data.seed.values if not bool(data.diverged.sel(seed=seed).isel(setting=setting))]
    values = np.stack([np.asarray(of(read_member(data, seed, setting))) for seed in seeds])
    return Curve(group, x, interval_over_seeds(values), values)


def _buildable(config: Config) -> Config | None:
    """The same shape, hand-built; None where that cannot be."""
    try:
        return dataclasses.replace(config, initialization="hand-built")
    except InputError:
        return None


def amplitude_curves(data: xr.Dataset, setting: int) -> list[Curve]:
    """Output on a lone feature against its amplitude, a mean over features: the network, its two parts, the theory."""
    amplitudes = jnp.asarray(_AMPLITUDES, jnp.float32)

    def answer(member: StoredMember, params: Params) -> jax.Array:
        return lone_outputs(member.config, params, member.problem, amplitudes).mean(axis=1)

    parts: dict[str, Callable[[StoredMember], Params]] = {
        "network": lambda member: member.params,
        "biases up to 0": lambda member: by_bias_sign(member.params)[0],
        "biases above 0": lambda member: by_bias_sign(member.params)[1],
    }
    if _buildable(read_member(data, int(data.seed[0]), setting).config):
        parts["hand-built"] = lambda member: hand_built(member.config, member.problem, member.hyper.feature_density)
    return [
        _over_seeds(data, setting, _AMPLITUDES, {"part": name}, lambda member, of=of: answer(member, of(member)))
        for name, of in parts.items()
    ]


def amplitude_figure(data: xr.Dataset, setting: int, title: str) -> go.Figure:
    """Output against the amplitude of a lone feature for one setting of a unit [P Figs 24, 25]."""
    return circuits.amplitude_plot(amplitude_curves(data, setting), title)


def spectrum_figure(settings: Sequence[tuple[str, xr.Dataset, int]], title: str) -> go.Figure:
    """Singular values of the linear block of some settings, each given as name, unit and place [P Fig 26]."""
    curves = []
    for name, data, setting in settings:
        member = read_member(data, int(data.seed[0]), setting)
        n_values = linear_block(member.config, member.params, member.problem).singular_values.size

        def values(member: StoredMember) -> jax.Array:
            return linear_block(member.config, member.params, member.problem).singular_values

        curves.append(_over_seeds(data, setting, np.arange(1, n_values + 1), {"of": name}, values))
    return circuits.spectrum_plot(curves, title)


def circuit_figure(stored: StoredMember, title: str) -> go.Figure:
    """One member on one page: its neurons by role, its answer to lone features, its linear block, its parts' worth."""
    config, params, problem, density = stored.config, stored.params, stored.problem, stored.hyper.feature_density
    answers = {
        name: lone_outputs(config, part, problem, jnp.asarray(_AMPLITUDES, jnp.float32))
        for name, part in zip(
            ("network", "biases up to 0", "biases above 0"), (params, *by_bias_sign(params)), strict=True
        )
    }
    key = make_world(config, 0).key_probe
    weights = weights_of(params)
    gains = jnp.linalg.norm(weights.encoder, axis=0) * jnp.linalg.norm(weights.decoder, axis=1)
    page = circuits.Circuit(
        roles=roles(config, params, problem),
        bias=weights.bias,
        gain=gains,
        amplitudes=_AMPLITUDES,
        answers=answers,
        singular_values=linear_block(config, params, problem).singular_values,
        losses={name: float(loss) for name, loss in ablation_losses(config, params, problem, key, density).items()},
    )
    return circuits.circuit_page(page, title)


@functools.lru_cache(maxsize=256)
def hand_built_loss(config: Config, seed: int, density: float) -> float:
    """Task loss of the hand-built network in the world of a seed; NaN where the shape has none."""
    built = _buildable(config)
    if built is None:
        return float("nan")
    world = make_world(built, seed)
    params = hand_built(built, world.problem, density)
    return float(sampled_loss(built, params, world.problem, world.key_probe, density))


def with_hand_built(table: pd.DataFrame) -> pd.DataFrame:
    """The members, and beside each shape, seed and density once more the hand-built network's loss.

    A column "model" tells "trained" from "hand-built"; measures other than the loss are kept from the trained ones.
    """
    fixed = [field.name for field in dataclasses.fields(Config)]
    rows = table.drop_duplicates([*fixed, "seed", "feature_density"])
    losses = []
    for row in rows.to_dict("records"):
        config = Config(**{str(name): row[name] for name in fixed})
        losses.append(hand_built_loss(config, int(row["seed"]), float(row["feature_density"])))
    built = rows.assign(task_loss=losses, model="hand-built", diverged=False)
    return pd.concat([table.assign(model="trained"), built[np.isfinite(built.task_loss)]], ignore_index=True)
