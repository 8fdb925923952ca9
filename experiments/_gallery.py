"""Renew figures/index.html, which shows what every experiment drew; `make figures` runs it after
the experiments.
"""

import ast
import html
import json
import pathlib
import re

from toymono.text_files import read_text, write_text

ROOT = pathlib.Path(__file__).parent.parent
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>toymono: all experiments</title>
<style>
body {{ margin: 0 auto; max-width: 1400px; padding: 1rem; \
font: 15px/1.45 Helvetica, Arial, sans-serif; color: #222; }}
section {{ border-top: 1px solid #ddd; padding: .6rem 0; }}
h2 {{ font-size: 1.1rem; margin: .4rem 0; }}
p {{ margin: .3rem 0; max-width: 90ch; }}
.figures {{ display: grid; \
grid-template-columns: repeat(auto-fill, minmax(min(380px, 100%), 1fr)); gap: 1rem; }}
figure {{ margin: 0; min-width: 0; }}
img {{ width: 100%; height: auto; border: 1px solid #eee; }}
figcaption {{ font-size: .85rem; color: #444; overflow-wrap: anywhere; }}
a {{ color: #0072b2; }}
</style>
</head>
<body>
<h1>All experiments, at scale desk</h1>
<p>{n} figures. Each is drawn again as an interactive page by \
<code>toymono figure figures/NAME.json</code>; a batch's
members, from which <code>toymono claims figures</code> judges, are in \
<code>figures/BATCH.json</code>.</p>
{sections}
</body>
</html>
"""


def figures_of(folder):
    """The titles of all figures in a folder, by experiment and name."""
    found = {}
    for file in sorted(folder.glob("*.json")):
        content = json.loads(read_text(file))
        layout = content.get("layout", {}) if isinstance(content, dict) else {}
        if "meta" in layout:
            found.setdefault(layout["meta"]["experiment"], {})[file.stem] = layout["title"]["text"]
    return found


def shown(name, title):
    """One figure with its title and small print, which are escaped: a title may name settings of
    any kind.
    """
    words, _, note = title.partition("<br>")
    note = note.removeprefix("<sup>").removesuffix("</sup>")
    text = html.escape(words)
    return (
        f'<figure><a href="{name}.png"><img src="{name}.png" alt="{text}" loading="lazy"></a>'
        f"<figcaption><b>{text}</b> {html.escape(note)} "
        f'(<a href="{name}.json">{name}.json</a>)</figcaption></figure>'
    )


def claims_in(words):
    """The claims that some words name: C1, C2, C3 and C7 for "C1 to C3 and C7"."""
    ranges = re.findall(r"\b([CM])(\d+)(?: to [CM](\d+))?", words)
    return [
        f"{kind}{n}"
        for kind, first, last in ranges
        for n in range(int(first), int(last or first) + 1)
    ]


def section(script, figures, verdicts):
    """One experiment: the claim it asks after, what became of it, the command, and what it drew."""
    paragraphs = (ast.get_docstring(ast.parse(read_text(script))) or "").split("\n\n")
    claim, facts = paragraphs[0].replace("\n", " "), paragraphs[1].split("\n")
    paper = next((line.split(":", 1)[1].strip() for line in facts if line.startswith("Paper:")), "")
    drawn = "\n".join(shown(name, title) for name, title in figures.items())
    became = ", ".join(f"{name} {verdicts[name]}" for name in claims_in(paper))
    judged = f" Verdict here: <b>{became}</b>." if became else ""
    return (
        f'<section id="{script.stem}">\n<h2>Claim: {html.escape(claim)}</h2>\n'
        f"<p>{html.escape(paper)}{judged} <code>python experiments/{script.name}</code></p>\n"
        f'<div class="figures">\n{drawn}\n</div>\n</section>'
    )


def gallery(scripts, folder):
    """The page of all experiments that drew something."""
    figures = figures_of(folder)
    verdicts = {
        row["claim"]: row["claim_verdict"] for row in json.loads(read_text(folder / "claims.json"))
    }
    drawn = sorted(
        (s for s in scripts if s.stem in figures),
        key=lambda script: (script.stem != "demo", script.stem),
    )
    sections = [section(script, figures[script.stem], verdicts) for script in drawn]
    return PAGE.format(n=sum(map(len, figures.values())), sections="\n".join(sections))


if __name__ == "__main__":
    folder = ROOT / "figures"
    write_text(folder / "index.html", gallery((ROOT / "experiments").glob("[a-z]*.py"), folder))
