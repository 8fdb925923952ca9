"""The price of wide layers: how much of a network fires on a sample, and what evaluation costs that
skips the rest.

Paper:    the price of wide layers is an open question of its discussion (batches K1, LR1 and LR3).
Command:  python experiments/cost.py
Expect:   (nothing in the paper)
"""

import pandas as pd
from _main import main

from toymono.analysis.cost import multiply_adds, skipping_outputs
from toymono.analysis.roles import roles
from toymono.command_line.terminal import print_table, summary_table
from toymono.evidence.tables import over_seeds
from toymono.gallery.figures import sweep_figure
from toymono.toy.tasks import sample_batch
from toymono.toy.world import probe_key

BATCHES = ("K1", "LR1", "LR3")
MEASURES = ("firing_per_sample", "skipping_over_dense", "folded_over_dense")


def priced(run):
    """The table of a run with the neurons that fire on a sample, and costs over the dense one's."""
    rows = []
    for number, row in zip(run.table.index, run.table.to_dict("records"), strict=True):
        member = run.member(number).stored
        key = probe_key(member.seed)
        inputs = sample_batch(member.config, member.problem, key, member.hyper).inputs
        net = member.specimen
        linear = roles(net).linear
        firing = float(skipping_outputs(net, inputs).n_firing.mean())
        both = float(((net.hidden(inputs) != 0) & linear).sum(axis=1).mean())
        costs = multiply_adds(net, firing, int(linear.sum()), both)
        shares = (firing, costs.skipping / costs.dense, costs.folded / costs.dense)
        rows.append({**row, **dict(zip(MEASURES, shares, strict=True))})
    table = pd.DataFrame(rows)
    print_table(summary_table(over_seeds(table, MEASURES), MEASURES))
    return table


def draw(runs):
    """Costs against the width, and against the learning rate from both starts."""
    rates = pd.concat([priced(runs[batch]) for batch in ("LR1", "LR3")])
    return {
        "cost-width": sweep_figure(
            priced(runs["K1"]), "n_neurons", [], MEASURES, "The price of width (K1)"
        ),
        "cost-rate": sweep_figure(
            rates,
            "learning_rate",
            ["bias_offset"],
            MEASURES,
            "The price of width by learning rate (LR1, LR3)",
        ),
    }


if __name__ == "__main__":
    main("cost", __doc__, BATCHES, draw)
