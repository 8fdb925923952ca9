"""All that the page of one network shows: its neurons, its features, and their history in training.

Neurons and features are numbered as they are stored; all arrays are numpy's, so that a page is a
matter of slicing.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Bool, Float, Int

from toymono.analysis.amplitudes import LARGE_BEND, Bends, bends_if_relu, kinks, lone_outputs
from toymono.analysis.directions import feature_directions
from toymono.analysis.monosemanticity import (
    favourite_feature,
    is_mono,
    mono_neurons_of_features,
)
from toymono.analysis.ordering import Order, display_order
from toymono.analysis.responses import AMPLITUDES
from toymono.analysis.roles import Roles, gains, roles
from toymono.analysis.specimen import Specimen, measured

ROLES = tuple(name.replace("_", " ") for name in Roles._fields)


class Dashboard(NamedTuple):
    """What is known of one network's neurons and features, one by one."""

    responses: Float[np.ndarray, "neuron feature"]  # to the feature alone, at strength 1
    drive: Float[
        np.ndarray, "neuron feature"
    ]  # w_i . P_j, what the feature adds to the pre-activation
    write: Float[
        np.ndarray, "neuron feature"
    ]  # L2_i . t_j, what the neuron adds to the feature's own output
    incoming: Float[np.ndarray, "neuron embed"]
    outgoing: Float[np.ndarray, "neuron output"]
    score: Float[np.ndarray, " neuron"]
    favourite: Int[np.ndarray, " neuron"]
    bias: Float[np.ndarray, " neuron"]
    gain: Float[np.ndarray, " neuron"]  # |incoming| |outgoing|
    role: Int[np.ndarray, " neuron"]  # index in ROLES
    mono_neurons: Int[np.ndarray, " feature"]  # how many monosemantic neurons the feature has
    answers: Float[
        np.ndarray, "amplitude feature"
    ]  # output on a lone feature at each of AMPLITUDES
    bends: Bends
    outputs: Float[
        np.ndarray, "feature feature"
    ]  # [i, j]: what is read out for j when i is on alone at strength 1
    order: Order

    @property
    def n_mono(self) -> int:
        """Monosemantic neurons."""
        return int(self.mono_neurons.sum())


def dashboard(net: Specimen, precision: str = "float32") -> Dashboard:
    """The dashboard of one network; the first of a shape is compiled."""
    return jax.device_get(Dashboard(**measured(_dashboard, net, precision)))


def _dashboard(net: Specimen) -> dict[str, Any]:
    responses = net.responses
    score, favourite = net.scores_of(responses), favourite_feature(responses)
    return dict(
        responses=responses,
        drive=feature_directions(net),
        write=net.decoder @ net.targets,
        incoming=net.encoder.T,
        outgoing=net.decoder,
        score=score,
        favourite=favourite,
        bias=net.bias,
        gain=gains(net),
        role=jnp.stack(roles(net)).argmax(axis=0),
        mono_neurons=mono_neurons_of_features(is_mono(score), favourite, net.n_features),
        answers=lone_outputs(net, jnp.asarray(AMPLITUDES, jnp.float32)),
        bends=bends_if_relu(net),
        outputs=net(net.features.T) @ net.targets,
        order=display_order(responses),
    )


def responses_of(net: Specimen, precision: str = "float32") -> Float[np.ndarray, "neuron feature"]:
    """The responses alone, for a network whose whole dashboard is not needed."""
    return jax.device_get(measured(_responses, net, precision))


def _responses(net: Specimen) -> Float[jax.Array, "neuron feature"]:
    return net.responses


def neuron_table(
    shown: Dashboard, own: Mapping[str, np.ndarray] = MappingProxyType({})
) -> pd.DataFrame:
    """One row per neuron, most monosemantic first; `own` are further columns, each: neuron."""
    neuron = shown.order.neuron
    columns = {
        "neuron": neuron,
        "score": shown.score[neuron],
        "favourite feature": shown.favourite[neuron],
        "response": shown.responses.max(axis=1)[neuron],
        "bias": shown.bias[neuron],
        "|in| |out|": shown.gain[neuron],
        "role": [ROLES[index] for index in shown.role[neuron]],
        **{name.replace("_", " "): values[neuron] for name, values in own.items()},
    }
    return pd.DataFrame(columns)


def feature_table(shown: Dashboard) -> pd.DataFrame:
    """One row per feature, in display order; onset: the amplitude of its first large upward bend,
    or NaN.
    """
    feature = shown.order.feature
    columns = {
        "feature": feature,
        "mono neurons": shown.mono_neurons[feature],
        "strongest neuron": shown.responses.argmax(axis=0)[feature],
        "response": shown.responses.max(axis=0)[feature],
        "onset": np.asarray(kinks(jax.tree.map(jnp.asarray, shown.bends)).onset)[feature],
        "output at strength 1": shown.answers[-1][feature],
    }
    return pd.DataFrame(columns)


class Kinked(NamedTuple):
    """The answer to one lone feature, with its large bends."""

    line: Float[np.ndarray, " amplitude"]  # output at each of AMPLITUDES
    neuron: Int[np.ndarray, " bend"]  # who bends it
    amplitude: Float[np.ndarray, " bend"]
    output: Float[np.ndarray, " bend"]
    change: Float[np.ndarray, " bend"]  # of the slope


def kinked_answer(shown: Dashboard, feature: int) -> Kinked:
    """The answer to one feature alone, with the bends above `amplitudes.LARGE_BEND`."""
    line, change = shown.answers[:, feature], np.asarray(shown.bends.change)[:, feature]
    neuron = np.flatnonzero(np.abs(change) > LARGE_BEND)
    amplitude = np.asarray(shown.bends.amplitude)[neuron, feature]
    output = np.asarray(np.interp(amplitude, AMPLITUDES, line))
    return Kinked(line, neuron, amplitude, output, change[neuron])


class History(NamedTuple):
    """How one member trained: what was recorded of it, step by step."""

    step: Int[np.ndarray, " step"]
    score: Float[np.ndarray, "step neuron"]
    favourite: Int[np.ndarray, "step neuron"]
    bias: Float[np.ndarray, "step neuron"]
    n_mono: Int[np.ndarray, " step"]
    task_loss: Float[np.ndarray, " step"]  # of the recorded network; NaN where it is not known
    task_loss_error: Float[np.ndarray, " step"]  # its standard error
    loss_step: Int[np.ndarray, " loss"]
    loss: Float[np.ndarray, " loss"]  # the training loss: each of one batch
    has_params: Bool[
        np.ndarray, " step"
    ]  # whether the network itself was kept, so that its map can be drawn


def history(one: xr.Dataset) -> History:
    """The history of one member, from what its unit holds of it."""
    names = ("score", "favourite", "bias", "n_mono", "task_loss", "task_loss_error")
    recorded = {name: one[name].transpose("step", ...).values for name in names}
    kept = np.isin(one.step.values, one.param_step.values)
    return History(
        one.step.values,
        **recorded,
        loss_step=one.loss_step.values,
        loss=one.loss.values,
        has_params=kept,
    )


def best_scores(past: History, feature: int) -> Float[np.ndarray, " step"]:
    """Highest score, at each record, of the neurons that answer this feature most; NaN where none
    does.
    """
    scores = np.where(past.favourite == feature, past.score, -np.inf).max(axis=1)
    return np.where(np.isfinite(scores), scores, np.nan)


class Frame(NamedTuple):
    """One network at one record, as the replayed map shows it."""

    step: int
    values: Float[np.ndarray, "neuron feature"] | None  # None where the network itself was not kept
    score: Float[np.ndarray, " neuron"]
    bias: Float[np.ndarray, " neuron"]
    favourite: Int[np.ndarray, " neuron"]
    task_loss: float  # NaN where it is not known
    task_loss_error: float

    @property
    def n_mono(self) -> int:
        """Number of mono neurons at this record."""
        return int(is_mono(jnp.asarray(self.score)).sum())


def frame(past: History, record: int, values: Float[np.ndarray, "neuron feature"] | None) -> Frame:
    """One record of a history, with the responses of the network that was kept then,
    if any.
    """
    loss = float(past.task_loss[record]), float(past.task_loss_error[record])
    return Frame(
        int(past.step[record]),
        values,
        past.score[record],
        past.bias[record],
        past.favourite[record],
        *loss,
    )
