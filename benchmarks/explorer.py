"""How fast the explorer answers in a real browser: the first view of 100 members, and clicks at N
512, k 1024.

Command: python benchmarks/explorer.py. Both runs are trained for a few steps in a temporary folder;
what is timed is this machine's Chromium from the request, or the click, until the pictures are
drawn. First views are timed by the page itself, before a debugger comes to read the time: with one
attached, Chromium reads all of Plotly a second time, which took a second of a processor.
"""

import contextlib
import json
import pathlib
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator

from playwright.sync_api import Page, Playwright, sync_playwright

from toymono.config import Config, Sweep
from toymono.environment import browser
from toymono.explorer.server import Explored, make_explorer
from toymono.sweeps.run import run_sweep
from toymono.text_files import read_text

ROUNDS = 9
VIEWS = ("first view of 102 members", "second view of them", "third view of them")
UNWATCHED = 15  # seconds in which a view is drawn, on a machine that does much else
SHORT = {"n_steps": 64, "schedule_period": 64, "batch_size": 64}
RATES = tuple(0.001 * 1.1**power for power in range(34))
MANY = Sweep(base=Config(**SHORT), grids=({"learning_rate": RATES},), seeds=(0, 1, 2))
LARGE = Sweep(base=Config(n_features=512, n_embed=64, n_neurons=1024, **SHORT), seeds=(0, 1))
DRAWN = "before => document.getElementById('view')?.dataset.shown > before"
# Resolves when what an action leads to is drawn; in milliseconds.
TIMED = """action => new Promise((done) => {
  const view = document.getElementById("view"), before = view.dataset.shown;
  const started = performance.now();
  const look = () => {
    if (view.dataset.shown === before) return setTimeout(look, 1);
    requestAnimationFrame(() => done(performance.now() - started));
  };
  const press = new KeyboardEvent("keydown", { key: action, bubbles: true });
  if (action) document.body.dispatchEvent(press);
  look();
})"""


def main() -> None:
    """Print one line for each measurement: median and range."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        for name, sweep, measure in (("many", MANY, first_views), ("large", LARGE, clicks)):
            run_sweep(sweep, pathlib.Path(folder) / name)
            with serving(pathlib.Path(folder) / name) as address:
                for what, milliseconds in measure(driver, address).items():
                    spread = f"{min(milliseconds):.0f} to {max(milliseconds):.0f}"
                    median, n = statistics.median(milliseconds), len(milliseconds)
                    print(f"{what}: median {median:.0f} ms ({spread}, n {n})")


@contextlib.contextmanager
def serving(folder: pathlib.Path) -> Iterator[str]:
    """The address of an explorer of this run, as long as it is needed."""
    server = make_explorer(Explored([folder]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://{server.host}:{server.port}/"
    server.shutdown()


def first_views(driver: Playwright, address: str) -> dict[str, list[float]]:
    """From the request until every member is drawn, by browsers that have nothing of the page
    before the first view.
    """
    rounds = [views_of_one_browser(driver, f"{address}#view=sweep") for _ in range(ROUNDS)]
    times = dict(zip(VIEWS, map(list, zip(*rounds, strict=True)), strict=True))
    first, *others = times.pop(VIEWS[0])
    return {f"{VIEWS[0]}, server just started": [first], VIEWS[0]: others, **times}


def views_of_one_browser(driver: Playwright, address: str) -> list[float]:
    """How long each of several views took in a new browser, one after the other."""
    with tempfile.TemporaryDirectory() as home:
        # In a smaller window the picture is not on the screen, and is not drawn.
        flags = (
            "--headless=new",
            "--no-sandbox",
            "--remote-debugging-port=0",
            "--window-size=1280,900",
        )
        command = [str(browser()), *flags, f"--user-data-dir={home}"]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        port_file = pathlib.Path(home) / "DevToolsActivePort"
        while not (port_file.exists() and read_text(port_file)):
            time.sleep(0.1)
        endpoint = f"http://127.0.0.1:{read_text(port_file).split()[0]}"
        time.sleep(UNWATCHED / 3)  # until it has started
        for _ in VIEWS:
            open_tab(endpoint, address)
            time.sleep(UNWATCHED)
        chromium = driver.chromium.connect_over_cdp(endpoint)
        pages = [page for page in chromium.contexts[0].pages if page.url.startswith(address)]
        pages.sort(key=lambda page: page.evaluate("performance.timeOrigin"))
        drawn = "performance.getEntriesByName('shown')[0].startTime"
        times = [page.evaluate(drawn) for page in pages]
        chromium.new_browser_cdp_session().send("Browser.close")
        process.wait()
    return times


def open_tab(endpoint: str, address: str) -> None:
    """Open an address in a tab before the others: Chromium gives those behind it little time."""
    whole = urllib.parse.quote(address, safe="")  # what follows # would not be sent
    asked = urllib.request.Request(f"{endpoint}/json/new?{whole}", method="PUT")
    with urllib.request.urlopen(asked) as answer:
        tab = json.load(answer)["id"]
    urllib.request.urlopen(f"{endpoint}/json/activate/{tab}").close()


def clicks(driver: Playwright, address: str) -> dict[str, list[float]]:
    """From a click until the neuron's five pictures are drawn."""
    chromium = driver.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{address}#view=member&member=0&neuron=3")
    page.wait_for_function(DRAWN, arg="0")
    page.wait_for_timeout(1000)
    stepped = [page.evaluate(TIMED, "ArrowRight") for _ in range(ROUNDS)]
    clicked = cell_clicks(page)
    chromium.close()
    return {"next neuron at N 512, k 1024": stepped, "click on a cell of its map": clicked}


def cell_clicks(page: Page) -> list[float]:
    """The same for cells of the map; their feature's four pictures are drawn at the same time."""
    map = page.locator("#left [data-name=map] .nsewdrag").first
    map.scroll_into_view_if_needed()
    box, times = map.bounding_box(), []
    assert box
    for index in range(ROUNDS):
        x, y = box["x"] + box["width"] * (index + 1) / (ROUNDS + 1), box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.wait_for_timeout(500)
        page.evaluate(f"() => {{ window.timed = ({TIMED})(null); }}")
        page.mouse.click(x, y)
        times.append(page.evaluate("window.timed"))
        page.wait_for_timeout(500)
    return times


if __name__ == "__main__":
    main()
