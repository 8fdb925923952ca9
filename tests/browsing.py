"""A real browser for the pages that toymono makes: what a page complains of or asks the network for
fails its test.
"""

import contextlib
import dataclasses
import os
import shutil
from collections.abc import Iterator

import pytest

from toymono.environment import browser

SIZE = {"width": 1280, "height": 900}
# The view is made anew at the next address, whichever that is.
_UNUSED = """() => {
    document.activeElement?.blur();
    delete document.getElementById("view")?.dataset.key;
    history.replaceState(null, "", "#unused");
}"""
_OWN = ("file:", "data:", "blob:", "about:", "http://127.0.0.1:", "http://localhost:")


def missing_browser() -> str | None:
    """Why no page can be opened here, in one sentence; None where one can."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "browser tests need playwright: pip install 'toymono[test]'"
    if browser() is None:
        return "browser tests need a Chromium on the PATH, or its path in BROWSER_PATH"
    return None


@contextlib.contextmanager
def chromium() -> Iterator:
    """The installed Chromium without a screen; skips where there is none, unless
    TOYMONO_REQUIRE_BROWSER is set.
    """
    missing = missing_browser()
    if missing and os.environ.get("TOYMONO_REQUIRE_BROWSER"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=shutil.which(browser()), args=["--no-sandbox"]
        )
        yield opened
        opened.close()


@dataclasses.dataclass
class Complaints:
    """What a page printed as an error, raised, or asked of a site that is not its own."""

    errors: list[str] = dataclasses.field(default_factory=list)
    outside: list[str] = dataclasses.field(default_factory=list)

    def watch(self, context) -> None:
        """Listen to all pages of the context; requests to elsewhere are aborted and noted."""
        context.on(
            "console", lambda message: message.type == "error" and self.errors.append(message.text)
        )
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.route(lambda address: not address.startswith(_OWN), self._refuse)

    def _refuse(self, route) -> None:
        self.outside.append(route.request.url)
        route.abort()

    def check(self) -> None:
        """Fail if there was one since the last check."""
        found = dataclasses.asdict(self)
        self.errors.clear()
        self.outside.clear()
        assert not any(found.values()), found


@contextlib.contextmanager
def watched_page(opened) -> Iterator:
    """A page in a context of its own, and what it complains of."""
    context = opened.new_context(viewport=SIZE, accept_downloads=True)
    complaints = Complaints()
    complaints.watch(context)
    try:
        yield context.new_page(), complaints
    finally:
        context.close()


@contextlib.contextmanager
def fresh_page(opened) -> Iterator:
    """A page in a context of its own; on leaving, it must have complained of nothing and asked
    nothing of outside.
    """
    with watched_page(opened) as (page, complaints):
        yield page
    complaints.check()


@contextlib.contextmanager
def loaded_page(page, complaints) -> Iterator:
    """A page that earlier tests have used, as if nobody had: only loading it takes two seconds. It
    must complain of nothing in this block.
    """
    page.set_viewport_size(SIZE)
    page.mouse.move(0, 0)
    page.evaluate(_UNUSED)
    yield page
    complaints.check()
