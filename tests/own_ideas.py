"""What a researcher might add: each component here is declared as a user's own file would do it."""

import jax
import jax.numpy as jnp
import optax

import toymono as tm


@tm.feature_law("pairs", rho=tm.Number("probability that both of a pair are on", low=0, high=1))
def pairs(key, shape, density, rho):
    """Features 2i and 2i + 1 are on together with probability rho, else independently."""
    first, second, both, size = jax.random.split(key, 4)
    half = (shape[0], shape[1] // 2)
    one, other = (jax.random.bernoulli(k, density, half) for k in (first, second))
    other = jnp.where(jax.random.bernoulli(both, rho, half), one, other)
    on = jnp.stack([one, other], axis=-1).reshape(shape)
    return jnp.where(on, jax.random.uniform(size, shape), 0.0)


@tm.feature_law("never-both")
def never_both(key, shape, density):
    """Features 2i and 2i + 1 are never on together."""
    where, size = jax.random.split(key)
    u = jax.random.uniform(where, (shape[0], shape[1] // 2))
    on = jnp.stack([u < density, u > 1 - density], axis=-1).reshape(shape)
    return jnp.where(on, jax.random.uniform(size, shape), 0.0)


@tm.penalty("positive_bias", weight=tm.Number("weight of sum max(0, b)", low=0))
def positive_bias(network, hidden, weight):
    """Weight * sum max(0, b)."""
    return weight * jnp.maximum(network.bias, 0).sum()


@tm.activation("topk", k=tm.Number("neurons that stay on", low=1, default=8, static=True))
def topk(x, k):
    """ReLU of the k largest pre-activations, 0 for the others."""
    least = jax.lax.top_k(x, k)[0][..., -1:]
    return jnp.where(x >= least, jax.nn.relu(x), 0.0)


@tm.optimizer("momentum", beta=tm.Number("share kept", low=0, high=1, default=0.9, static=True))
def momentum(beta):
    """Gradient descent with momentum."""
    return optax.sgd(1.0, momentum=beta)


@tm.after_update("weight-decay", shrink=tm.Number("share of the weights lost a step", low=0))
def shrink_weights(weights, update, shrink):
    """Multiply the weights of both layers by 1 - shrink."""
    kept = 1 - shrink
    return weights._replace(encoder=weights.encoder * kept, decoder=weights.decoder * kept)


@tm.schedule("warm-up")
def warm_up(config, step):
    """Rise over the first tenth of the steps, then stay."""
    return jnp.minimum(1.0, (step + 1) / (0.1 * config.n_steps))


@tm.task("sorted")
def descending(problem, features):
    """The features in descending order."""
    return -jnp.sort(-features, axis=-1)


@tm.neuron_measure("effective_features", title="effective features", low=0)
def effective_features(net):
    """Features that a neuron shares its response among: exp of the entropy."""
    return tm.effective_number(net.responses)
