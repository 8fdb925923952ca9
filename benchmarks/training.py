"""How long a member's training step takes here, as a share of the machine's own float32 matrix-product rate.

Command: make bench. Both are measured in turn, several times, so that their ratio holds on a noisy machine.
"""

import statistics
import time
from collections.abc import Callable

import jax
import jax.numpy as jnp

from toymono.config import Config, Hyper
from toymono.environment import devices, multiply_adds_per_second
from toymono.training import ensemble
from toymono.training.train import multiply_adds

SHAPE = Config()  # the laptop size: N 128, d 64, k 256, batch 512
SETTINGS = [Hyper(learning_rate=rate) for rate in (0.001, 0.003, 0.01, 0.03)]
SEEDS = (0, 1)
STEPS, ROUNDS = 64, 9


def main() -> None:
    """Print one line for each round and the medians."""
    n_members = len(SETTINGS) * len(SEEDS)
    print(f"{', '.join(devices())}; N {SHAPE.n_features}, d {SHAPE.n_embed}, k {SHAPE.n_neurons},", end=" ")
    print(f"batch {SHAPE.batch_size}, {n_members} members, {STEPS} steps a round")
    advance, step = prepared(), 0
    times, shares = [], []
    for _ in range(ROUNDS):
        rate = multiply_adds_per_second(size=2048, repeats=4)
        started = time.perf_counter()
        advance(step, step + STEPS)
        times.append((time.perf_counter() - started) / STEPS / n_members)
        shares.append(multiply_adds(SHAPE) / rate / times[-1])
        print(f"{times[-1] * 1e3:.2f} ms per member and step; {2 * rate / 1e9:.0f} GFLOP/s; {shares[-1]:.0%} of it")
        step += STEPS
    spread = f"{min(times) * 1e3:.2f} to {max(times) * 1e3:.2f}"
    print(f"median {statistics.median(times) * 1e3:.2f} ms ({spread}), {statistics.median(shares):.0%} of the rate")


def prepared() -> Callable[[int, int], None]:
    """A function that makes updates first, ..., last - 1 of all members and waits for them; compiled already."""
    hyper, axes = ensemble.stack_settings(SETTINGS)
    worlds = ensemble.make_worlds(SHAPE, jnp.array(SEEDS, jnp.uint32))
    state = [ensemble.start_members(SHAPE, axes, len(SETTINGS), hyper, worlds)]

    def advance(first: int, last: int) -> None:
        state[0] = jax.block_until_ready(ensemble.advance_members(SHAPE, axes, hyper, worlds, state[0], first, last))

    advance(0, 1)
    return advance


if __name__ == "__main__":
    main()
