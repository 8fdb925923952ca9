"""How cheaply can the paper's network be trained? Batch, steps, schedule and optimizer, against
where the paper ends.

Paper:    its own training takes 128 times the samples: 2^17 steps of 8192, a periodic rate (here
          batch "recipe").
Command:  python experiments/recipe.py
Expect:   loss .845 to .876, 503 of 512 features with a mono neuron of their own, 65 positive
          biases.
"""

import dataclasses

from _main import main

from toymono.config import Config
from toymono.gallery.figures import sweep_figure
from toymono.plots.sweeps import Mark
from toymono.sweeps.recipes import RECIPE_SEED
from toymono.training.train import multiply_adds

BATCHES = ("recipe",)
SEEDS = (RECIPE_SEED,)
WORK = "training_work"
MARKS = (
    Mark("task_loss", ".845 to .876", levels=(0.845, 0.876)),
    Mark("covered_per_feature", "508 of 512", levels=(508 / 512, 508 / 512)),
    Mark("n_clearly_positive_bias", "65 = d + 1", levels=(65, 65)),
)
SHAPE = ("n_features", "n_embed", "n_neurons", "batch_size", "task")
MOST_FOLDS = 10  # decay * rate * steps of all recipes but one
MOST_COMMON = {"optimizer": "lamb-clamped", "schedule": "cosine", "learning_rate": 0.01}


def priced(table):
    """The members with the work of their training, in 10^12 multiply-adds, and a name for how they
    were trained.
    """
    shapes = (Config(**{name: getattr(row, name) for name in SHAPE}) for row in table.itertuples())
    work = [
        steps * multiply_adds(shape) / 1e12
        for steps, shape in zip(table.n_steps, shapes, strict=True)
    ]
    return table.assign(**{WORK: work, "recipe": [named(row) for row in table.to_dict("records")]})


def named(row):
    """How a recipe differs from the most common one."""
    changed = [row[name] for name in ("optimizer", "schedule") if row[name] != MOST_COMMON[name]]
    changed += (
        [f"lr {row['learning_rate']:g}"]
        if row["learning_rate"] != MOST_COMMON["learning_rate"]
        else []
    )
    folds = row["bias_decay"] * row["learning_rate"] * row["n_steps"]
    start = (
        ["zero bias"] if row["bias_offset"] == 0 else ["3 x decay"] if folds > MOST_FOLDS else []
    )
    return ", ".join([f"batch {row['batch_size']}", *changed, *start])


def draw(runs):
    """Loss, coverage and positive biases against what training costs; then the maps of both starts
    at one rate.
    """
    run = runs["recipe"]
    table, title = priced(run.table), "How cheaply the paper's network is trained (recipe)"
    figures = {
        "recipe-cost": sweep_figure(
            table, WORK, ["recipe"], ("task_loss", "covered_per_feature"), title, MARKS
        ),
        "recipe-biases": sweep_figure(
            table, WORK, ["recipe"], ("n_clearly_positive_bias",), title, MARKS
        ),
    }
    (slow,) = run.table[run.table.bias_offset == 0].learning_rate.unique()
    like = (run.table.learning_rate == slow) & (run.table.optimizer == "lamb-clamped")
    one_seed = run.table[like].drop_duplicates("bias_offset")
    pair = dataclasses.replace(run, table=one_seed)
    for member, row in one_seed.iterrows():
        name = "offset" if row.bias_offset else "zero-bias"
        figures[f"paper-size-{name}"] = pair.member(member).map(
            f"The paper's own network, rate {slow:g}"
        )
    return figures


if __name__ == "__main__":
    main("recipe", __doc__, BATCHES, draw, seeds=SEEDS)
