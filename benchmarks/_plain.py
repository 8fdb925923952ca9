"""A plain PyTorch loop: what the authors' program does in a step, one model at a time; written from
the paper alone.

A step draws twice (which features are on, and how strongly), embeds, goes forward and backward
through the network and ends in LAMB, the next learning rate and the bias decay.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence

import torch
from torch import nn

from toymono.config import Config, Hyper

# The defaults of torch_optimizer.Lamb, and its clamp.
BETA_MEAN, BETA_SQUARE, EPSILON, MAX_WEIGHT_NORM = 0.9, 0.999, 1e-6, 10.0


class ClampedLamb(torch.optim.Optimizer):
    """LAMB as torch_optimizer.Lamb has it: no bias correction, the norm of a weight clamped at
    10.
    """

    def __init__(self, params: Iterable[nn.Parameter], lr: float) -> None:
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # pyrefly: ignore[bad-override] (nobody asks for a closure)
        """Update every parameter from its gradient."""
        for group in self.param_groups:
            for param in group["params"]:
                self._update(param, group["lr"])

    def _update(self, param: nn.Parameter, rate: float) -> None:
        state = self.state[param]
        if not state:
            state["mean"], state["square"] = torch.zeros_like(param), torch.zeros_like(param)
        assert param.grad is not None
        mean = state["mean"].mul_(BETA_MEAN).add_(param.grad, alpha=1 - BETA_MEAN)
        square = (
            state["square"]
            .mul_(BETA_SQUARE)
            .addcmul_(param.grad, param.grad, value=1 - BETA_SQUARE)
        )
        direction = mean / square.sqrt().add(EPSILON)
        weight_norm, direction_norm = (
            float(param.norm().clamp(max=MAX_WEIGHT_NORM)),
            float(direction.norm()),
        )
        defined = weight_norm > 0 and direction_norm > 0
        param.add_(direction, alpha=-rate * (weight_norm / direction_norm if defined else 1.0))


class PlainModel:
    """One model with all that its training needs."""

    def __init__(self, config: Config, hyper: Hyper, seed: int) -> None:
        torch.manual_seed(seed)
        self.config, self.steps_made = config, 0
        self.density, rate = float(hyper.feature_density), float(hyper.learning_rate)
        self.kept_bias = 1 - rate * float(
            hyper.bias_decay
        )  # of a bias after a step of the first half
        self.embedding = random_embedding(config.n_embed, config.n_features)
        self.encoder = nn.Linear(config.n_embed, config.n_neurons)
        self.decoder = nn.Linear(config.n_neurons, config.n_features, bias=False)
        with torch.no_grad():
            self.encoder.bias.add_(float(hyper.bias_offset))
        params = itertools.chain(self.encoder.parameters(), self.decoder.parameters())
        self.optimizer = ClampedLamb(params, rate)
        self.schedule = torch.optim.lr_scheduler.CosineAnnealingLR(
            self.optimizer, config.schedule_period // 2
        )

    def draw(self) -> torch.Tensor:
        """One batch of feature values, from two draws: batch feature."""
        shape = (self.config.batch_size, self.config.n_features)
        is_on = torch.rand(shape) < self.density
        return is_on * torch.rand(shape)

    def step(self, features: torch.Tensor) -> torch.Tensor:
        """Make one update on these features and return the loss before it."""
        self.optimizer.zero_grad()
        outputs = self.decoder(torch.relu(self.encoder(features @ self.embedding.T)))
        loss = (outputs - features).square().sum(1).mean()
        loss.backward()
        self.optimizer.step()
        self.schedule.step()
        if self.steps_made < self.config.n_steps // 2:
            with torch.no_grad():
                self.encoder.bias.mul_(self.kept_bias)
        self.steps_made += 1
        return loss.detach()


def random_embedding(n_embed: int, n_features: int) -> torch.Tensor:
    """The orthogonal factor of a Gaussian matrix, every column of length 1: embed feature."""
    left, _, right = torch.linalg.svd(torch.randn(n_embed, n_features), full_matrices=False)
    return nn.functional.normalize(left @ right, dim=0)


def prepared(
    config: Config, settings: Sequence[Hyper], seeds: Sequence[int]
) -> Callable[[int], float]:
    """A function that makes so many more updates of every model, one after the other, and gives
    their mean loss.
    """
    models = [PlainModel(config, hyper, seed) for seed in seeds for hyper in settings]

    def advance(n_steps: int) -> float:
        losses = [[model.step(model.draw()) for _ in range(n_steps)][-1] for model in models]
        return float(torch.stack(losses).mean())

    advance(2)
    return advance
