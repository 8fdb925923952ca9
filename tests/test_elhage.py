import jax
import numpy as np
import pytest

from toymono.analysis.phases import margin, phase_losses, predicted_phase
from toymono.sweeps.elhage import TOYS, toy_base, toy_sweep
from toymono.sweeps.plan import plan
from toymono.toy.tasks import feature_densities, sample_features


def test_at_paper_scale_the_recipe_is_that_of_the_authors_notebook():
    for name in TOYS:
        base, (_, hyper) = toy_base(name, "paper"), next(toy_sweep(name, "paper", (0,)).models())
        recipe = (base.batch_size, base.n_steps, base.optimizer, base.schedule, base.initialization)
        assert recipe == (1024, 10_000, "adamw", "constant", "xavier")
        assert dict(base.options)["adamw_decay"] == 0.01
        assert hyper.learning_rate == 0.001
        tied = "untied" if name.startswith("absolute") else "tied"
        assert (base.architecture, base.embedding) == (tied, "identity")


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


def test_all_but_the_rarer_feature_of_the_pentagon_are_on_with_probability_a_twentieth():
    models = [*toy_sweep("pentagon", "desk", (0,)).models()]
    rates = np.array([feature_densities(c, h.feature_density) for c, h in models])
    assert rates[:, :4] == pytest.approx(0.05, rel=1e-5)
    assert rates[:, 4] == pytest.approx(0.05 * 10 ** (-np.arange(11) / 10), rel=1e-5)


def test_pairs_come_always_together_by_chance_or_never():
    for name, kinds in (("two-pairs", {0.0, 1.0, "always"}), ("three-pairs", {1.0, "always"})):
        found = set()
        for config, hyper in toy_sweep(name, "desk", (0,)).models():
            always = hyper.lift * hyper.feature_density == pytest.approx(1)
            found.add("always" if always else hyper.lift)
            assert dict(config.options)["group_size"] == 2
        assert found == kinds


def test_absolute_values_are_asked_of_features_that_are_uniform_on_minus_1_to_1():
    config, hyper = next(toy_sweep("absolute-few", "desk", (0,)).models())
    values = np.asarray(sample_features(config, jax.random.key(0), hyper))
    assert hyper.feature_density == 1
    assert (values.min(), values.max()) == pytest.approx((-1, 1), abs=0.01)
    assert abs(values.mean()) < 5 / np.sqrt(3 * values.size)  # standard deviation 1 / sqrt(3)


@pytest.mark.parametrize("name", TOYS)
def test_no_unit_has_more_than_sixty_members(name):
    assert max(unit.n_members for unit in plan(toy_sweep(name, "desk", tuple(range(9))))) <= 60
