"""Renew the pictures of the explorer and of a report in figures/, from the run of `make demo`.

Command: python experiments/_screenshots.py [RUN]. Needs playwright and an installed Chromium.
"""

import pathlib
import sys
import tempfile
import threading

from playwright.sync_api import sync_playwright

from toymono.environment import browser
from toymono.explorer.report import write_report
from toymono.explorer.server import Explored, make_explorer
from toymono.explorer.stored_runs import studies

ROOT = pathlib.Path(__file__).parent.parent
WIDTH = 1280
# What is looked at in each picture, and the height in pixels that shows it; member 4 starts at
# offset -1, 0 at zero. Without an address the page opens on its contrast.
VIEWS = {
    "explorer-contrast": ("", 1100),
    "explorer-sweep": ("#view=sweep&member=4&beside=0", 900),
    "explorer-member": ("#view=member&member=4&neuron=7&feature=106", 1340),
    "explorer-geometry": ("#view=geometry&member=4&beside=0", 900),
    "explorer-what-if": ("#view=what-if&member=4&on=3:0.6,108:1&set=7:0,16:0", 1090),
}
REPORT = ("#view=member&member=4&neuron=7", 1000)


def pictures(page, base, views, folder):
    """One PNG for each view, once every picture in sight is drawn."""
    for name, (view, height) in views.items():
        page.goto("about:blank")
        page.set_viewport_size({"width": WIDTH, "height": height})
        page.goto(base + view)
        page.wait_for_function("() => document.getElementById('view').dataset.shown")
        page.wait_for_timeout(2000)
        page.screenshot(path=folder / f"{name}.png")
        print(folder / f"{name}.png")


def main(run, folder):
    """Serve the run, look at it, and look at its report."""
    server = make_explorer(Explored([run]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        page = chromium.new_page()
        pictures(page, f"http://{server.host}:{server.port}/", VIEWS, folder)
        report = write_report(studies([run]), pathlib.Path(scratch) / "report.html", [0, 4])
        view, height = REPORT
        pictures(page, report.as_uri(), {"report": (f"{view}&run={run.name}", height)}, folder)
        chromium.close()
    server.shutdown()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "runs/demo-desk"), ROOT / "figures")
