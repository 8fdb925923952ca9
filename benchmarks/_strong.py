"""A strong PyTorch version: all members stacked, one uniform draw for all settings of a seed,
`bmm`, a fused optimiser.

Arrays lead with members, which are seeds, and within each its settings. Gradients come from
autograd, as toymono's come from `jax.grad`; LAMB works on whole stacks, with norms per member.
"""

from collections.abc import Callable, Sequence

import torch
from _plain import BETA_MEAN, BETA_SQUARE, EPSILON, MAX_WEIGHT_NORM, random_embedding

from toymono.config import Config, Hyper


class StrongEnsemble:
    """Every setting with every seed, with all that their training needs."""

    def __init__(self, config: Config, settings: Sequence[Hyper], seeds: Sequence[int]) -> None:
        torch.manual_seed(seeds[0])
        self.config, self.n_seeds, self.n_settings, self.steps_made = (
            config,
            len(seeds),
            len(settings),
            0,
        )
        self.density = float(settings[0].feature_density)
        self.rates = self._of_members([float(hyper.learning_rate) for hyper in settings])
        self.decays = self._of_members(
            [float(hyper.learning_rate * hyper.bias_decay) for hyper in settings]
        )
        embeddings = [random_embedding(config.n_embed, config.n_features) for _ in seeds]
        self.embedding = torch.stack(embeddings)  # seed embed feature
        offsets = self._of_members([float(hyper.bias_offset) for hyper in settings])
        encoder = self._uniform(config.n_embed, config.n_embed, config.n_neurons)
        bias = self._uniform(config.n_embed, 1, config.n_neurons) + offsets
        decoder = self._uniform(config.n_neurons, config.n_neurons, config.n_features)
        self.params = [param.requires_grad_() for param in (encoder, bias, decoder)]
        self.means = [torch.zeros_like(param) for param in self.params]
        self.squares = [torch.zeros_like(param) for param in self.params]

    def _of_members(self, values: Sequence[float]) -> torch.Tensor:
        return torch.tensor(values).repeat(self.n_seeds).view(-1, 1, 1)

    def _uniform(self, fan_in: int, *shape: int) -> torch.Tensor:
        return (2 * torch.rand(self.n_seeds * self.n_settings, *shape) - 1) * fan_in**-0.5

    def draw(self) -> torch.Tensor:
        """One batch of feature values for each seed, from one draw: seed batch feature."""
        uniform = torch.rand(self.n_seeds, self.config.batch_size, self.config.n_features)
        return torch.where(uniform < self.density, uniform / self.density, 0.0)

    def losses(self, features: torch.Tensor) -> torch.Tensor:
        """The loss of every member on its seed's features: seed setting."""
        inputs = torch.bmm(features, self.embedding.mT).repeat_interleave(self.n_settings, 0)
        encoder, bias, decoder = self.params
        outputs = torch.bmm(torch.baddbmm(bias, inputs, encoder).relu(), decoder)
        errors = outputs.unflatten(0, (self.n_seeds, self.n_settings)) - features.unsqueeze(1)
        return errors.square().sum((2, 3)) / self.config.batch_size

    def step(self, features: torch.Tensor) -> torch.Tensor:
        """Make one update of every member on these features and return the losses before it: seed
        setting.
        """
        losses = self.losses(features)
        gradients = torch.autograd.grad(losses.sum(), self.params)
        with torch.no_grad():
            self._lamb(gradients)
            if self.steps_made < self.config.n_steps // 2:
                self.params[1].mul_(1 - self.decays)
        self.steps_made += 1
        return losses.detach()

    def _lamb(self, gradients: tuple[torch.Tensor, ...]) -> None:
        torch._foreach_lerp_(self.means, gradients, 1 - BETA_MEAN)
        torch._foreach_mul_(self.squares, BETA_SQUARE)
        torch._foreach_addcmul_(self.squares, gradients, gradients, 1 - BETA_SQUARE)
        scales = torch._foreach_sqrt(self.squares)
        torch._foreach_add_(scales, EPSILON)
        turn = torch.tensor(2 * torch.pi * self.steps_made / self.config.schedule_period)
        rates = self.rates * (1 + turn.cos()) / 2
        for param, direction in zip(
            self.params, torch._foreach_div(self.means, scales), strict=True
        ):
            param.addcmul_(direction, -rates * _trust_ratios(param, direction))


def _trust_ratios(param: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    weight_norms = torch.linalg.vector_norm(param, dim=(1, 2), keepdim=True).clamp(
        max=MAX_WEIGHT_NORM
    )
    norms = torch.linalg.vector_norm(direction, dim=(1, 2), keepdim=True)
    return torch.where((weight_norms > 0) & (norms > 0), weight_norms / norms, 1.0)


def prepared(
    config: Config, settings: Sequence[Hyper], seeds: Sequence[int]
) -> Callable[[int], float]:
    """A function that makes so many more updates of all members at once and gives their mean
    loss.
    """
    ensemble = StrongEnsemble(config, settings, seeds)

    def advance(n_steps: int) -> float:
        return float([ensemble.step(ensemble.draw()) for _ in range(n_steps)][-1].mean())

    advance(2)
    return advance
