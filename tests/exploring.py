"""The explorer as its tests meet it: a server of its own process, and a page on which they look and
click.
"""

import contextlib
import dataclasses
import pathlib
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, quote

import numpy as np
from playwright.sync_api import Page, expect

_TRACES = """id => {
    const isRow = row => row?.length !== undefined && typeof row !== "string";
    const whole = v => Array.from(v, row => isRow(row) ? [...row] : row);
    const plain = v => v === null || v === undefined ? [] : whole(v.bdata ? v._inputArray : v);
    const {data} = document.querySelector(`#${id} .js-plotly-plot`);
    return data.map(({name, x, y, z, customdata, marker}) => ({
        name, x: plain(x), y: plain(y), z: plain(z),
        customdata: plain(customdata), color: marker?.color,
    }));
}"""
_PLACE = """([id, x, y, axes]) => {
    const plot = document.querySelector(`#${id} .js-plotly-plot`);
    const box = plot.getBoundingClientRect();
    const [across, up] = [plot._fullLayout[`xaxis${axes}`], plot._fullLayout[`yaxis${axes}`]];
    return [box.left + across._offset + across.d2p(x), box.top + up._offset + up.d2p(y)];
}"""
_HOVERED = (
    "id => document.querySelector(`#${id} .js-plotly-plot`)._hoverdata?.map(point => point.x) ?? []"
)
_PATIENCE = 30  # seconds, on a machine that does much else


@dataclasses.dataclass(frozen=True)
class Server:
    """A running explorer: where it is, and what it has complained of."""

    address: str
    log: pathlib.Path
    pid: int


@contextlib.contextmanager
def explorer(places: list[pathlib.Path], log: pathlib.Path) -> Iterator[Server]:
    """The command itself, until the block is left."""
    words = [sys.executable, "-m", "toymono", "explore", *map(str, places)]
    with (
        log.open("w") as errors,
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        try:
            line = process.stdout.readline()
            yield Server(re.search(r"http://\S+/", line)[0], log, process.pid)
        finally:
            process.terminate()


def soon(check: Callable[[], None]) -> None:
    """Let a check that fails be tried again until what it waits for has come."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.03)


@dataclasses.dataclass
class Look:
    """A page of the explorer."""

    page: Page
    server: Server

    def open(self, run: str, **fields) -> None:
        """Go to an address and wait until what it shows is drawn; `what_if` stands for what-if."""
        told = {"run": run, **fields}
        self.page.goto(
            self.server.address + "?" + "&".join(f"{k}={quote(str(v))}" for k, v in told.items())
        )
        first = {"sweep": "scatter", "member": "map", "time": "left-map", "what-if": "activations"}
        self.page.wait_for_selector(f"#{first[fields.get('tab', 'sweep')]} .main-svg")
        self.page.wait_for_load_state("networkidle")

    @property
    def fields(self) -> dict[str, str]:
        """What the address says."""
        return {
            name: values[0]
            for name, values in parse_qs(self.page.evaluate("location.search.slice(1)")).items()
        }

    def has_fields(self, **wanted) -> None:
        """Wait until the address says so; None where it says nothing."""

        def check() -> None:
            found = {name: self.fields.get(name) for name in wanted}
            told = {name: None if value is None else str(value) for name, value in wanted.items()}
            assert found == told, f"{found}, not {told}"

        soon(check)

    def press(self, id: str, key: str, times: int = 1) -> None:
        """Move a slider with keys."""
        for _ in range(times):
            self.page.locator(f"{id} [role=slider]").press(key)

    def complaints(self) -> set[str]:
        """What the page says is wrong, where it can be seen."""
        told = self.page.locator(".message:visible").all_inner_texts()
        return {words for words in told if words}

    def says(self, id: str, *words: str) -> None:
        """Wait until an element holds all these words."""
        for word in words:
            expect(self.page.locator(f"#{id}")).to_contain_text(word, timeout=_PATIENCE * 1000)

    def tells(self, id: str, words: str) -> None:
        """Wait until an element holds these words and no others."""
        expect(self.page.locator(f"#{id}")).to_have_text(words, timeout=_PATIENCE * 1000)

    def traces(self, id: str) -> list[dict]:
        """What a graph holds now."""
        return self.page.evaluate(_TRACES, id)

    def draws(self, id: str, figure, digits: int = 5) -> None:
        """Wait until a graph holds the numbers of Python's figure, trace by trace."""

        def check() -> None:
            found = self.traces(id)
            assert [trace["name"] for trace in found] == [trace.name for trace in figure.data], id
            for trace, wanted in zip(found, figure.data, strict=True):
                for axis in ("x", "y", "z"):
                    values = wanted[axis] if axis in wanted and wanted[axis] is not None else []
                    told = f"{id} {wanted.name} {axis}"
                    same_numbers(trace[axis], values, digits, told)

        soon(check)

    def click_at(self, id: str, x: float, y: float, axes: str = "") -> None:
        """Click a graph at a point of its axes."""
        self.page.locator(f"#{id}").scroll_into_view_if_needed()
        place = self.page.evaluate(_PLACE, [id, float(x), float(y), axes])
        self.page.mouse.move(place[0] - 1, place[1])
        self.page.mouse.move(*place)
        soon(
            lambda: self._hovers(id, x)
        )  # plotly takes a click for one on the point that it last saw hovered
        self.page.mouse.click(*place)

    def _hovers(self, id: str, x: float) -> None:
        assert x in self.page.evaluate(_HOVERED, id), id

    def choose(self, id: str, *labels: str) -> None:
        """Pick options of a list by their words."""
        self.page.locator(f"#{id}").click()
        for label in labels:
            self.page.locator(".dash-dropdown-content").get_by_text(label, exact=True).click()
        if self.page.locator(".dash-dropdown-content").count():
            self.page.keyboard.press("Escape")

    def saved(self, name: str, title: str) -> pathlib.Path:
        """Open a table and download it."""
        self.page.locator("summary", has_text=title).click()
        self.page.locator(f"#{name} tbody tr").first.wait_for()
        with self.page.expect_download() as download:
            self.page.click(f"#{name}-save")
        return download.value.path()


def same_numbers(found: list, wanted, digits: int = 5, told: str = "") -> None:
    """Equal to these digits, whatever the arrays are made of."""
    found, wanted = np.asarray(found, float), np.asarray(wanted, float)
    assert found.size == wanted.size, told
    np.testing.assert_allclose(
        found.reshape(wanted.shape), wanted, atol=10.0**-digits, rtol=1e-5, err_msg=told
    )
