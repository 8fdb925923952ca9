"""The same loss, very different monosemanticity; a negative initial bias steers training to the monosemantic side.

Paper:    Figs 1, 4, 5, 7 and 10, at a laptop's scale and over seeds.
Command:  make demo, which is python experiments/demo.py
Minutes:  2 on two cores.
Expect:   at learning rate .003 a few mono neurons from zero bias and about nine times as many from offset -1, at no
          higher loss; from zero bias the count rises with the learning rate.
"""

import argparse
import pathlib

from toymono.analysis.members import over_seeds, run_table
from toymono.environment import browser
from toymono.gallery import biases_figure, map_figure, sweep_figure, traces_figure
from toymono.plots.write import write_image, write_page
from toymono.sweeps.paper import SCALES, preset_sweep
from toymono.sweeps.run import run_sweep
from toymono.sweeps.store import read_run, stored_provenance
from toymono.terminal import one_sentence, print_table, progress, strict_json, summary_table

MEASURES = ("task_loss", "n_mono", "n_covered")


def draw(units, members):
    """The demo's figures by name: the contrast first, then one zero-bias and one offset member of the lowest rate."""
    (data,) = units
    slow = members[members.learning_rate == members.learning_rate.min()]
    zero = int(slow[slow.bias_offset == 0].index[0])
    offset = int(slow[slow.bias_offset < 0].index[0])
    return {
        "contrast": sweep_figure(members),
        "training": traces_figure(data),
        "map-zero-bias": map_figure(units, members, zero),
        "map-offset": map_figure(units, members, offset),
        "biases": biases_figure(data),
    }


def main(argv=None):
    """Train, measure, draw, and say which file to open."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", choices=SCALES, default="laptop")
    parser.add_argument("--out", type=pathlib.Path, help="folder of the run (default: runs/demo-SCALE)")
    parser.add_argument("--figures", type=pathlib.Path, help="folder of the figures (default: figures/ in the run)")
    args = parser.parse_args(argv)
    folder = args.out or pathlib.Path("runs") / f"demo-{args.scale}"
    figures = args.figures or folder / "figures"

    with progress() as report:
        run_sweep(preset_sweep("demo", args.scale), folder, report)
    units = read_run(folder)
    members = run_table(units)
    summary = over_seeds(members, MEASURES)
    print_table(summary_table(summary, MEASURES))

    drawn = draw(units, members)
    page = write_page(list(drawn.values()), figures / "demo.html", "toymono demo")
    for name, figure in drawn.items() if browser() else ():
        write_image(figure, figures / f"demo-{name}.png")
    (figures / "demo.json").write_text(strict_json(summary.assign(**stored_provenance(units[0]))))
    print(f"open {page}")


if __name__ == "__main__":
    with one_sentence():
        main()
