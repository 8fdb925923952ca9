"""The optimisers: optax transformations at learning rate 1; training applies the scheduled rate.

Each is for one member. LAMB's trust ratio is a norm per tensor, so map an optimiser over members
and never give it stacked parameters.
"""

from typing import NamedTuple

from toymono.components.component import Number
from toymono.components.declare import optimizer
from toymono.components.lazy_imports import jax, jnp, optax

# torch_optimizer.Lamb, which the authors used, with its defaults.
BETA_MEAN, BETA_SQUARE = 0.9, 0.999
EPSILON = 1e-6
MAX_WEIGHT_NORM = 10.0


class MomentState(NamedTuple):
    """Running means of gradients and squared gradients, shaped like the parameters."""

    mean: "optax.Updates"
    square: "optax.Updates"


def _raw_moments() -> "optax.GradientTransformation":
    """m / (sqrt(v) + eps) with running moments from 0 and no bias correction."""

    def init(params: "optax.Params") -> MomentState:
        return MomentState(mean=optax.tree.zeros_like(params), square=optax.tree.zeros_like(params))

    def update(
        updates: "optax.Updates", state: "optax.OptState", params: "optax.Params | None" = None
    ) -> "tuple[optax.Updates, optax.OptState]":
        del params
        assert isinstance(state, MomentState)
        mean = optax.tree.update_moment(updates, state.mean, BETA_MEAN, 1)
        square = optax.tree.update_moment(updates, state.square, BETA_SQUARE, 2)
        direction = jax.tree.map(lambda m, v: m / (jnp.sqrt(v) + EPSILON), mean, square)
        return direction, MomentState(mean, square)

    return optax.GradientTransformation(init, update)


def _clamped_trust_ratio() -> "optax.GradientTransformation":
    """Scale each tensor's update by min(|w|, 10) / |update|, or by 1 where either norm is 0."""

    def scale(update: "jax.Array", param: "jax.Array") -> "jax.Array":
        weight_norm = jnp.minimum(optax.tree.norm(param), MAX_WEIGHT_NORM)
        update_norm = optax.tree.norm(update)
        defined = (weight_norm > 0) & (update_norm > 0)
        return update * jnp.where(defined, weight_norm / jnp.where(defined, update_norm, 1.0), 1.0)

    return optax.stateless(lambda updates, params: jax.tree.map(scale, updates, params))


@optimizer("lamb-clamped")
def lamb_clamped() -> "optax.GradientTransformation":
    """The authors' LAMB (torch_optimizer.Lamb): no bias correction, weight norm clamped at 10.

    At PyTorch's initialisation the clamp binds, so this is a different optimiser from `optax.lamb`.
    """
    return optax.chain(_raw_moments(), _clamped_trust_ratio(), optax.scale(-1.0))


@optimizer("lamb")
def lamb() -> "optax.GradientTransformation":
    """LAMB as You et al. 2020 have it, with bias correction and no clamp."""
    return optax.lamb(1.0, b1=BETA_MEAN, b2=BETA_SQUARE, eps=EPSILON)


@optimizer("adam")
def adam() -> "optax.GradientTransformation":
    """Adam with its usual constants."""
    return optax.adam(1.0)


@optimizer(
    "adamw",
    adamw_decay=Number(
        "share of all parameters lost per unit of learning rate and step",
        low=0,
        default=0.01,
        static=True,
    ),
)
def adamw(adamw_decay: float) -> "optax.GradientTransformation":
    """Adam with decoupled weight decay on all parameters, biases too, as torch.optim.AdamW has it;
    Loshchilov and Hutter 2019.
    """
    return optax.adamw(1.0, weight_decay=adamw_decay)
