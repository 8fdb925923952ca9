"""How cheaply can the paper's network be trained? Batch, steps, schedule and optimizer, against where the paper ends.

Paper:    its own training takes 128 times the samples: 2^17 steps of 8192, a periodic rate (here batch "recipe").
Command:  python experiments/recipe.py
Expect:   loss .845 to .876, 503 of 512 features with a mono neuron of their own, 65 positive biases.
"""

from _main import main

from toymono.config import Config
from toymono.gallery import map_figure, sweep_figure
from toymono.plots.sweeps import Mark
from toymono.sweeps.recipes import RECIPE_SEED
from toymono.training.train import multiply_adds

BATCHES = ("recipe",)
PRODUCTS = "training_products"
MEASURES = ("task_loss", "covered_per_feature", "n_clearly_positive_bias")
MARKS = (
    Mark("task_loss", ".845 to .876", levels=(0.845, 0.876)),
    Mark("covered_per_feature", "508 of 512", levels=(508 / 512, 508 / 512)),
    Mark("n_clearly_positive_bias", "65 = d + 1", levels=(65, 65)),
)
SHAPE = ("n_features", "n_embed", "n_neurons", "batch_size", "task")


def priced(table):
    """The members with the multiply-adds of their whole training, and a name for how they were trained."""
    shapes = (Config(**{name: getattr(row, name) for name in SHAPE}) for row in table.itertuples())
    work = [steps * multiply_adds(shape) for steps, shape in zip(table.n_steps, shapes, strict=True)]
    names = [
        f"{row.optimizer}, {row.schedule}, batch {row.batch_size}, lr {row.learning_rate:g}, "
        f"offset {row.bias_offset:g}, decay x rate x steps {row.bias_decay * row.learning_rate * row.n_steps:.3g}"
        for row in table.itertuples()
    ]
    return table.assign(**{PRODUCTS: work, "recipe": names})


def draw(runs):
    """Loss, coverage and positive biases against what training costs; then the maps of both starts at one rate."""
    run = runs["recipe"]
    title = "How cheaply the paper's network is trained (recipe)"
    figures = {"recipe": sweep_figure(priced(run.table), PRODUCTS, ["recipe"], MEASURES, title, MARKS)}
    (slow,) = run.table[run.table.bias_offset == 0].learning_rate
    for name, start in (("zero-bias", 0.0), ("offset", -1.0)):
        member = run.table[(run.table.bias_offset == start) & (run.table.learning_rate == slow)].index[0]
        figures[f"paper-size-{name}"] = map_figure(run, int(member), "The paper's own network")
    return figures


if __name__ == "__main__":
    main("recipe", __doc__, BATCHES, draw, seeds=(RECIPE_SEED,))
