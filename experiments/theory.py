"""How low can the loss be? Trained networks beside simpler answers, the hand-built network, and the
best denoiser.

Paper:    section 5, made exact (claims M5 and M7; batch E1, and toymono's own H1,
          which trains from the hand-built network).
Command:  python experiments/theory.py
Expect:   (nothing in the paper)
"""

import jax
import numpy as np
import pandas as pd
from _main import main

from toymono.analysis.theory import baselines, predicted_losses
from toymono.evidence.tables import LOSS_AND_SHARES
from toymono.gallery.circuits import hand_built_loss
from toymono.gallery.figures import sweep_figure
from toymono.sweeps.stored_networks import config_of
from toymono.toy.world import make_world

BATCHES = ("E1", "H1")
SHARE = "loss_over_zero"


exact, predicted = (jax.jit(of, static_argnums=0) for of in (baselines, predicted_losses))


def accounts(config, seed, density):
    """Losses by account, each over that of the answer 0."""
    problem = make_world(config, seed).problem
    simple, clean = exact(config, problem, density), predicted(config, problem, density)
    losses = {"best line": simple.linear, "hand-built": hand_built_loss(config, seed, density)}
    losses |= {
        "one kink, predicted": clean.one_kink,
        "posterior mean, predicted": clean.posterior_mean,
    }
    return {name: float(loss / simple.zero) for name, loss in losses.items()}, float(simple.zero)


def with_accounts(run):
    """The members of a unit with their loss over that of the answer 0, and a row for each account
    beside.
    """
    config, rows = config_of(run.units[0]), []
    for row in run.table.to_dict("records"):
        found, zero = accounts(config, row["seed"], row["feature_density"])
        rows.append({**row, "model": "trained", SHARE: row["task_loss"] / zero})
        rows += [
            {**row, "model": name, SHARE: share, "diverged": False} for name, share in found.items()
        ]
    return pd.DataFrame(rows)


def draw(runs):
    """Loss by density and account; and what training makes of the hand-built network, by learning
    rate and width.
    """
    by_density = sweep_figure(
        with_accounts(runs["E1"]),
        "feature_density",
        ["model"],
        (SHARE,),
        "Loss against density, by account (E1)",
    )
    by_density.update_yaxes(type="log", dtick=1)
    table = runs["H1"].table
    fine_tuned = sweep_figure(
        table,
        "learning_rate",
        ["n_neurons"],
        LOSS_AND_SHARES,
        "Training on from the hand-built network (H1)",
    )
    for k in np.unique(table.n_neurons):
        rows = table[table.n_neurons == k].drop_duplicates("seed")
        config = config_of(next(data for data in runs["H1"].units if data.attrs["n_neurons"] == k))
        losses = [
            hand_built_loss(config, row.seed, row.feature_density) for row in rows.itertuples()
        ]
        line = {"color": "#888888", "width": 2, "dash": "dash"}
        fine_tuned.add_hline(
            y=float(np.mean(losses)), line=line, row=1, col=1, annotation_text=f"built, k {k}"
        )
    return {"accounts": by_density, "fine-tuned": fine_tuned}


if __name__ == "__main__":
    main("theory", __doc__, BATCHES, draw)
