import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from toymono.components.optimizers import lamb_clamped
from toymono.components.registry import components

SHAPES = {"kernel": (6, 4), "bias": (4,)}


def _tree(seed, scale=1.0):
    keys = jax.random.split(jax.random.key(seed), len(SHAPES))
    return {
        name: scale * jax.random.normal(key, SHAPES[name])
        for name, key in zip(SHAPES, keys, strict=True)
    }


def _authors_lamb(weights, gradients, rate=0.1):
    """torch_optimizer.Lamb, written out step by step in numpy for one tensor."""
    w, m, v = np.array(weights, float), 0.0, 0.0
    for g in np.array(gradients, float):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        step = m / (np.sqrt(v) + 1e-6)
        weight_norm, step_norm = min(np.linalg.norm(w), 10.0), np.linalg.norm(step)
        ratio = weight_norm / step_norm if weight_norm > 0 and step_norm > 0 else 1.0
        w = w - rate * ratio * step
    return w


def _run(optimizer, params, gradients, rate=0.1):
    state = optimizer.init(params)
    for gradient in gradients:
        directions, state = optimizer.update(gradient, state, params)
        params = jax.tree.map(lambda p, d: p + rate * d, params, directions)
    return params


@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])  # at 30 the weight norm is clamped
def test_clamped_lamb_is_the_authors_lamb(scale):
    params, gradients = _tree(0, scale), [_tree(seed) for seed in range(1, 6)]
    ours = _run(lamb_clamped(), params, gradients)
    for name in SHAPES:
        theirs = _authors_lamb(params[name], [gradient[name] for gradient in gradients])
        assert ours[name] == pytest.approx(theirs, rel=1e-4, abs=1e-5 * scale)


def test_the_clamp_keeps_large_tensors_from_taking_larger_steps():
    directions = []
    for scale in (100.0, 1000.0):
        params, optimizer = _tree(0, scale), lamb_clamped()
        update, _ = optimizer.update(_tree(1), optimizer.init(params), params)
        directions.append(optax.tree.norm(update["kernel"]))
    assert directions == [pytest.approx(10, rel=1e-4)] * 2


def test_the_first_step_is_not_corrected_for_bias():
    params, optimizer = {"w": jnp.array([3.0, 4.0])}, lamb_clamped()
    state = optimizer.init(params)
    _, state = optimizer.update({"w": jnp.array([1.0, 1.0])}, state, params)
    # By hand: m = 0.1 g and v = 0.001 g^2 remain as they are, where a corrected LAMB would divide
    # by 0.1 and 0.001.
    assert state[0].mean["w"] == pytest.approx([0.1, 0.1])
    assert state[0].square["w"] == pytest.approx([0.001, 0.001])


@pytest.mark.parametrize(("params", "gradient"), [(0.0, 1.0), (1.0, 0.0)])
def test_the_trust_ratio_is_one_where_a_norm_is_zero(params, gradient):
    params, optimizer = {"w": jnp.full(2, params)}, lamb_clamped()
    update, _ = optimizer.update({"w": jnp.full(2, gradient)}, optimizer.init(params), params)
    expected = -0.1 * gradient / ((0.001 * gradient**2) ** 0.5 + 1e-6)
    assert update["w"] == pytest.approx([expected] * 2, rel=1e-5)


@pytest.mark.parametrize(("name", "reference"), [("lamb", optax.lamb), ("adam", optax.adam)])
def test_the_controls_are_optax_with_the_rate_multiplied_afterwards(name, reference):
    params, gradients = _tree(0), [_tree(seed) for seed in range(1, 6)]
    ours, theirs = (_run(components("optimizer")[name](), params, gradients), params)
    optimizer = reference(0.1)
    state = optimizer.init(params)
    for gradient in gradients:
        updates, state = optimizer.update(gradient, state, theirs)
        theirs = optax.apply_updates(theirs, updates)
    for leaf in SHAPES:
        assert ours[leaf] == pytest.approx(np.asarray(theirs[leaf]), rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("name", ["lamb-clamped", "lamb", "adam"])
def test_mapped_over_members_an_optimiser_equals_a_loop_over_them(name):
    members, gradients = [_tree(s, 5.0) for s in range(4)], [_tree(s + 10) for s in range(4)]
    stack = lambda trees: jax.tree.map(lambda *leaves: jnp.stack(leaves), *trees)  # noqa: E731
    mapped = jax.vmap(lambda p, g: _run(components("optimizer")[name](), p, [g, g]))(
        stack(members), stack(gradients)
    )
    looped = stack(
        [
            _run(components("optimizer")[name](), p, [g, g])
            for p, g in zip(members, gradients, strict=True)
        ]
    )
    for leaf in SHAPES:
        assert mapped[leaf] == pytest.approx(np.asarray(looped[leaf]), rel=1e-5, abs=1e-6)


def test_stacked_members_in_one_lamb_would_be_wrong():
    members = jax.tree.map(lambda *leaves: jnp.stack(leaves), _tree(0, 0.1), _tree(1, 5.0))
    gradients = jax.tree.map(lambda *leaves: jnp.stack(leaves), _tree(2), _tree(3))
    mixed = _run(lamb_clamped(), members, [gradients])
    apart = jax.vmap(lambda p, g: _run(lamb_clamped(), p, [g]))(members, gradients)
    taken, due = (
        optax.tree.norm(after["kernel"][0] - members["kernel"][0]) for after in (mixed, apart)
    )
    assert taken > 5 * due  # the small member takes the large one's steps
