"""Tasks: the targets of given features."""

from typing import TYPE_CHECKING

from toymono.components.declare import task
from toymono.components.lazy_imports import jax, jnp

if TYPE_CHECKING:
    from toymono.toy.tasks import Problem


@task("decode")
def decode(problem: "Problem", features: "jax.Array") -> "jax.Array":
    """The features themselves: f."""
    return features


@task("reproject")
def reproject(problem: "Problem", features: "jax.Array") -> "jax.Array":
    """The features under a second projection: Q f."""
    from toymono.toy.tasks import project

    return project(features, problem.readout)


@task("absolute", is_signed=True)
def absolute(problem: "Problem", features: "jax.Array") -> "jax.Array":
    """The absolute values of signed features: |f|."""
    return jnp.abs(features)
