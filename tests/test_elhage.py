import numpy as np
import pytest

from toymono.analysis.phases import margin, phase_losses, predicted_phase
from toymono.sweeps.elhage import TOYS, toy_base, toy_sweep
from toymono.sweeps.plan import plan


def test_at_paper_scale_the_recipe_is_that_of_the_authors_notebook():
    for name in TOYS:
        base, (_, hyper) = toy_base(name, "paper"), next(toy_sweep(name, "paper", (0,)).models())
        told = (base.batch_size, base.n_steps, base.optimizer, base.schedule, base.initialization)
        assert told == (1024, 10_000, "adamw", "constant", "xavier")
        assert dict(base.options) == {"adamw_decay": 0.01}
        assert hyper.learning_rate == 0.001
        assert (base.architecture, base.embedding) == ("tied", "identity")


def test_the_geometry_has_twenty_densities_from_1_to_a_twentieth():
    models = [*toy_sweep("geometry", "desk", (0, 1, 2)).models()]
    densities = [hyper.feature_density for _, hyper in models]
    assert (densities[0], len(densities)) == (1.0, 20)
    assert densities[-1] == pytest.approx(1 / 20)
    assert densities[1] / densities[0] == pytest.approx(20 ** (-1 / 19))
    assert {(c.n_features, c.n_neurons) for c, _ in models} == {(200, 20)}


def test_the_phase_diagram_has_cells_of_every_phase_away_from_the_boundaries():
    models = [*toy_sweep("phase-diagram", "desk", (0,)).models()]
    density = [hyper.feature_density for _, hyper in models]
    importance = [hyper.importance_decay for _, hyper in models]
    losses = phase_losses(np.array(density), np.array(importance))
    clear = predicted_phase(losses)[margin(losses) > 0.05]
    assert len(models) == 121
    assert all((clear == phase).sum() >= 10 for phase in range(3))


@pytest.mark.parametrize("name", TOYS)
def test_no_unit_has_more_than_sixty_members(name):
    assert max(unit.n_members for unit in plan(toy_sweep(name, "desk", tuple(range(9))))) <= 60
