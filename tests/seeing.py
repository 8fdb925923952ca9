"""The page that shows runs, as its tests meet it: in a real browser, served or from a file."""

import contextlib
import dataclasses
import pathlib
import threading
from collections.abc import Iterator

import numpy as np
from browsing import fresh_page
from playwright.sync_api import Page, expect

from toymono.explorer.server import Explored, make_explorer

_PATIENCE = 30_000  # milliseconds, on a machine that does much else
expect.set_options(timeout=_PATIENCE)
_IS_DRAWN = """selector => {
    const plot = document.querySelector(`${selector} .plot`);
    plot.scrollIntoView({ block: "center", behavior: "instant" });
    return plot.dataset.waits === undefined && plot.data !== undefined;
}"""
_TRACES = """selector => {
    const rows = z => Array.from(z ?? [], row => Array.from(row));
    const {data} = document.querySelector(`${selector} .plot`);
    return data.map(({name, x, y, z, customdata, marker}) => ({
        name, x: Array.from(x ?? []), y: Array.from(y ?? []), z: rows(z),
        customdata: Array.from(customdata ?? []), color: marker?.color,
    }));
}"""
_POINT = """([selector, x, y, axes]) => {
    const plot = document.querySelector(`${selector} .plot`), box = plot.getBoundingClientRect();
    const [across, up] = [plot._fullLayout[`xaxis${axes}`], plot._fullLayout[`yaxis${axes}`]];
    return [box.left + across._offset + across.d2p(x), box.top + up._offset + up.d2p(y)];
}"""
_IS_SETTLED = """selector => new Promise(resolve => {
    const top = () => document.querySelector(`${selector} .plot`).getBoundingClientRect().top;
    const before = top();
    setTimeout(() => resolve(top() === before), 50);
})"""
_HOVERED = """([selector, x, y]) => document.querySelector(`${selector} .plot`)._hoverdata
    ?.some(point => [[point.x, x], [point.y, y]].every(
        ([is, due]) => Math.abs(is - due) <= 1e-6 * Math.abs(due)))"""
_ARRIVED = "before => (document.getElementById('view')?.dataset.shown ?? '') !== before"


@contextlib.contextmanager
def explorer(folders: list[pathlib.Path]) -> Iterator[str]:
    """The address of a server of these runs, until the block is left."""
    server = make_explorer(Explored(folders))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://{server.host}:{server.port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclasses.dataclass
class Sight:
    """A page that is open in a browser."""

    page: Page
    base: str

    def go(self, address: str = "") -> None:
        """Go to an address and wait until all it shows is drawn."""
        if not self.page.url.startswith(self.base):
            self.page.goto(f"{self.base}#{address}")
            self.page.wait_for_function(_ARRIVED, arg="", timeout=_PATIENCE)
        elif self.page.url != f"{self.base}#{address}":
            with self.arriving():
                self.page.evaluate("address => { location.hash = address; }", address)

    @contextlib.contextmanager
    def arriving(self) -> Iterator[None]:
        """Do something, then wait until what it leads to is drawn."""
        before = self.page.evaluate("document.getElementById('view').dataset.shown")
        yield
        self.page.wait_for_function(_ARRIVED, arg=before, timeout=_PATIENCE)

    def press(self, key: str) -> None:
        """Press a key and wait for what comes of it."""
        with self.arriving():
            self.page.keyboard.press(key)

    def choose(self, name: str, value: str) -> None:
        """Choose an option of a list and wait for what comes of it."""
        with self.arriving():
            self.page.locator(f"#{name}").select_option(value)

    @property
    def fields(self) -> dict[str, str]:
        """What the address says."""
        script = "() => Object.fromEntries(new URLSearchParams(location.hash.slice(1)))"
        return self.page.evaluate(script)

    @property
    def message(self) -> str:
        """What the page says is wrong."""
        return self.page.inner_text("#message") if self.page.is_visible("#message") else ""

    def says(self, selector: str, words: str) -> None:
        """Wait until an element holds these words."""
        expect(self.page.locator(selector)).to_contain_text(words)

    def drawn(self, selector: str) -> None:
        """Wait until a picture is drawn, which it is where it is on the screen."""
        self.page.wait_for_function(_IS_DRAWN, arg=selector, timeout=_PATIENCE)

    def traces(self, selector: str) -> dict[str, dict]:
        """What a picture holds now, by the names of its traces; the last of each name."""
        self.drawn(selector)
        return {trace["name"]: trace for trace in self.page.evaluate(_TRACES, selector)}

    def draws(self, selector: str, figure, digits: int = 4) -> None:
        """Assert that a picture has the traces of Python's figure, to so many digits."""
        drawn = self.traces(selector)
        for trace in figure.data:
            for axis in ("x", "y", "z"):
                wanted = trace[axis] if axis in trace and trace[axis] is not None else []
                same_numbers(drawn[trace.name][axis], wanted, digits, f"{selector} {trace.name}")

    def click_at(self, selector: str, x: float, y: float, axes: str = "") -> None:
        """Click a picture at a point of its axes."""
        self.drawn(selector)
        self.page.wait_for_function(_IS_SETTLED, arg=selector, timeout=_PATIENCE)
        at = self.page.evaluate(_POINT, [selector, float(x), float(y), axes])
        self.page.mouse.move(at[0] - 1, at[1])
        self.page.mouse.move(*at)
        # plotly takes a click for one on the point that it last saw hovered
        self.page.wait_for_function(_HOVERED, arg=[selector, float(x), float(y)], timeout=_PATIENCE)
        with self.arriving():
            self.page.mouse.click(*at)

    def saved(self, selector: str, label: str):
        """Download the table of a box, as CSV or JSON."""
        with self.page.expect_download() as download:
            self.page.locator(selector).get_by_role("button", name=label).click()
        return download.value


@contextlib.contextmanager
def sight_of(folders: list[pathlib.Path], opened) -> Iterator[Sight]:
    """A page of a server of these runs; it looks for new results every ten seconds, so it is closed
    while the server still answers.
    """
    with explorer(folders) as address, fresh_page(opened) as page:
        yield Sight(page, address)


def same_numbers(found: list, wanted, digits: int = 4, message: str = "") -> None:
    """Equal to these digits, whatever the arrays are made of."""
    found, wanted = np.asarray(found, float), np.asarray(wanted, float)
    assert found.size == wanted.size, message
    np.testing.assert_allclose(
        found.reshape(wanted.shape), wanted, atol=10.0**-digits, rtol=1e-5, err_msg=message
    )
