"""Small networks whose answers are known by hand.

Two inputs carry three features: F0 = (1, 0), F1 = (0, 1), F2 = (0.6, 0.8). Each row below is a
neuron.
"""

import functools

import jax
import jax.numpy as jnp
from scipy import linalg

from toymono.analysis.handbuilt import hand_built
from toymono.analysis.specimen import specimen_of
from toymono.config import Config
from toymono.toy.model import Weights, params_of, random_params, weights_of
from toymono.toy.tasks import Problem, sample_batch
from toymono.training.train import data_key, step_data, update

EMBEDDING = jnp.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])
PROBLEM = Problem(embedding=EMBEDDING, readout=EMBEDDING)

#            weights       bias    pre-activations for F0, F1, F2
NEURONS = (
    ((1.0, 0.0), -0.6),  # 0.4, -0.6, 0.0   answers F0 alone: score 1
    ((0.0, 1.0), 0.0),  #  0.0, 1.0, 0.8    answers F1 and F2: score 1 / 1.8
    ((1.0, 1.0), 0.0),  #  1.0, 1.0, 1.4    answers all: score 1.4 / 3.4
    ((-1.0, -1.0), -0.5),  # below zero everywhere: dead in every sense
    ((-2.0, -2.0), 1.0),  # -1, -1, -1.8    on at amplitude 0, silent at strength 1
)
RELU_RESPONSES = jnp.array([[0.4, 0, 0], [0, 1, 0.8], [1, 1, 1.4], [0, 0, 0], [0, 0, 0]])
SCORES = (1.0, 1 / 1.8, 1.4 / 3.4, 0.0, 0.0)


def config(**changes):
    """The hand-solved network's shapes, with whatever a test changes."""
    shapes = {"n_features": 3, "n_embed": 2, "n_neurons": len(NEURONS), "batch_size": 64}
    return Config(**{**shapes, **changes})


def hand_params():
    """The network whose neurons are listed above; its decoder adds up all neurons for every
    output.
    """
    kernel = jnp.array([weights for weights, _ in NEURONS]).T
    bias = jnp.array([bias for _, bias in NEURONS])
    return params_of(Weights(kernel, bias, jnp.ones((len(NEURONS), 3))))


def hand_network(**changes):
    """The same as measures take it, asked about the three features."""
    return specimen_of(config(**changes), hand_params(), PROBLEM)


def offset_params(config, offset, key):
    """Parameters of a fresh network, all its biases moved by the offset."""
    weights = weights_of(random_params(config, key))
    return params_of(weights._replace(bias=weights.bias + offset))


def simplex_problem(n_embed):
    """d + 1 features at the corners of a simplex: every overlap is -1 / d, so no feature is taken
    for another.
    """
    corners = jnp.asarray(linalg.helmert(n_embed + 1), jnp.float32)
    embedding = corners / jnp.linalg.norm(corners, axis=0)
    return Problem(embedding=embedding, readout=embedding)


SIMPLEX = Config(n_features=21, n_embed=20, n_neurons=60, batch_size=512)
SIMPLEX_DENSITY = 0.05


@functools.cache
def built_on_simplex():
    """The hand-built network of 21 features on a simplex: 21 mono neurons, 21 linear, 18 dead."""
    return hand_built(SIMPLEX, simplex_problem(20), SIMPLEX_DENSITY)


def segment(config, hyper, world, member, first, last):
    """One member after updates first, ..., last - 1, trained by itself in a plain loop."""

    def one(step, member):
        batch = sample_batch(config, world.problem, data_key(world, step), hyper)
        return update(config, hyper, step_data(world, batch, step), member)

    return jax.lax.fori_loop(first, last, one, member)
