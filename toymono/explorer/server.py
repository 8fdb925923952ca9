"""The explorer: the page, and its numbers piece by piece, for this machine alone."""

import contextlib
import functools
import io
import pathlib
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from flask import Flask, Response, abort, jsonify, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from toymono.config import InputError, require
from toymono.evidence.results import find_results, has_results
from toymono.evidence.verdicts import CLAIMED, stored_verdicts, verdicts
from toymono.explorer.member_data import whole
from toymono.explorer.page import OF_MEMBER, OF_RUN, index, scripts, served_opening, served_page
from toymono.explorer.run_data import claims_data
from toymono.explorer.stored_runs import Study, studies
from toymono.sweeps.folder import read_sweep
from toymono.sweeps.presets import batch_of

HOST = "127.0.0.1"
# Unless it is taken or another is given. Chromium keeps a script compiled, under the address of its
# port, from the third time on.
USUAL_PORT = 8761
SHIPPED = pathlib.Path("figures")
_KEPT = 32  # pieces
_A_YEAR = 31_536_000  # seconds
_THREADS = 2  # that make pieces; the page has one of its own, for it need not wait for pieces
# Chromium compiles a script that begins so while it arrives, not one function after another when
# each is called.
_COMPILE_EARLY = "//# allFunctionsCalledOnLoad\n"
_PIECE_NAME = re.compile(r"(\w+)-(\d+)(?:-(\d+))?")  # what, of which run, of which member


class Explored:
    """The runs in some folders, and the pieces of the page that shows them, each made once."""

    def __init__(self, folders: Sequence[pathlib.Path]) -> None:
        self.folders = folders
        self.studies = [*studies(folders).values()]
        self._pool, self._page_pool = ThreadPoolExecutor(_THREADS), ThreadPoolExecutor(1)
        self._made: dict[tuple[str, str], Future] = {}
        self._page: Future | None = None

    def page(self) -> str:
        """The page as it is now: runs that have grown since are read anew."""
        text, is_whole = self.begun_page().result()
        if not is_whole:
            self._page = None
        return text

    def begun_page(self) -> Future:
        """The page that is made or being made; it is kept while every run in it can be read and
        none has grown.
        """
        renewed = [study.renewed() for study in self.studies]
        if self._page is None or renewed != self.studies:
            self.studies = renewed
            self._page = self._page_pool.submit(self._new_page)
        return self._page

    def _new_page(self) -> tuple[str, bool]:
        """The page, and whether every run in it could be read. What it will ask for first is
        begun.
        """
        held: list[Sequence[int] | None] = [None] * len(self.studies)
        content = index(self.studies, held, [""] * len(held))
        pair = content["runs"][0]["contrast"]
        for number in pair["members"] if pair else ():
            self._begun(f"member-0-{number}")
        return served_page({"index": content}), not any("fault" in run for run in content["runs"])

    def piece(self, name: str) -> Any:  # noqa: ANN401 (what JSON has)
        """One piece; raises InputError where it is none, or cannot be read."""
        if name == "growth":
            return [study.stamp() for study in self.studies]
        return self._begun(name).result()

    def _begun(self, name: str) -> Future:
        """A piece that is made or being made; those of a run that has grown are made anew."""
        found = _PIECE_NAME.fullmatch(name)
        rule, fix = "one that this page has", "reload the page"
        known = name == "claims" or (
            found is not None
            and int(found[2]) < len(self.studies)
            and found[1] in (OF_MEMBER if found[3] else OF_RUN)
        )
        require(known, "piece", rule, name, fix)
        stamp = self.studies[int(found[2])].stamp() if found else ""
        if (name, stamp) not in self._made:
            while len(self._made) >= _KEPT:
                self._made.pop(next(iter(self._made)), None)
            make = functools.partial(self._of_run, found) if found else self._claims
            self._made[name, stamp] = self._pool.submit(make)
        return self._made[name, stamp]

    def _of_run(self, found: re.Match[str]) -> Any:  # noqa: ANN401 (what JSON has)
        what, study = found[1], self.studies[int(found[2])]
        if what in OF_RUN:
            return OF_RUN[what](study)
        member = study.member(int(found[3]))
        return OF_MEMBER[what](study, member, whole(member))

    def _claims(self) -> dict[str, Any]:
        """Judged on what was given, where that is a batch of the paper, and on the results that the
        repository keeps, if it is here.
        """
        batches = [study for study in self.studies if _is_claimed(study)]
        given = [folder for folder in self.folders if has_results(folder)]
        folders = given or [SHIPPED] * has_results(SHIPPED)
        stored = stored_verdicts(folders[0]) if len(folders) == 1 and not batches else None
        if stored is not None:
            return claims_data(stored)
        return claims_data(verdicts([*(one.results for one in batches), *find_results(folders)]))


def _is_claimed(study: Study) -> bool:
    """Whether a run is a batch that some claim is measured on."""
    batch = batch_of(read_sweep(study.folder))
    return batch is not None and batch[0] in CLAIMED


def make_app(explored: Explored) -> Flask:
    """The routes: the page, its two scripts, its pieces."""
    app = Flask(__name__, static_folder=None)
    app.config["TRUSTED_HOSTS"] = [HOST, "localhost"]
    text_of, opening = scripts(), served_opening()
    text_of["plotly.js"] = _COMPILE_EARLY + text_of["plotly.js"]

    def as_it_is_made() -> Iterator[str]:
        yield opening
        try:
            yield explored.page().removeprefix(opening)
        except Exception:
            yield '<p role="alert">The explorer failed; its terminal says why.</p>'
            raise

    @app.get("/")
    def page() -> Response:
        if not explored.begun_page().done():
            return Response(as_it_is_made(), mimetype="text/html")
        return _unless_known(explored.page(), "text/html")

    @app.get("/page.js")
    def own_script() -> Response:
        return _unless_known(text_of["page.js"], "text/javascript")

    @app.get("/plotly.js")
    def plotly() -> Response:
        answer = Response(text_of["plotly.js"], mimetype="text/javascript")
        answer.cache_control.max_age = _A_YEAR  # the page asks for it with its version
        answer.cache_control.immutable = True
        return answer

    @app.get("/piece/<name>")
    def piece(name: str) -> Response:
        return jsonify(explored.piece(name))

    @app.errorhandler(InputError)
    def refused(error: InputError) -> tuple[Response, int]:
        return jsonify(error=" ".join(str(error).split())), 404

    _keep_to_this_machine(app)
    return app


def _unless_known(text: str, kind: str) -> Response:
    """A text that a browser asks for each time, and that is not sent to one that has it."""
    answer = Response(text, mimetype=kind)
    answer.cache_control.no_cache = True
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _keep_to_this_machine(app: Flask) -> None:
    """Answer only requests that come from the page itself, and let the page ask nobody else."""

    @app.before_request
    def check() -> None:
        own = request.host_url.rstrip("/")
        if request.headers.get("Origin", own) != own:
            abort(403)

    @app.after_request
    def guard(answer: Response) -> Response:
        answer.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return answer


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the terminal is for the address and for what goes wrong."""


def make_explorer(explored: Explored, port: int = 0) -> BaseWSGIServer:
    """A server of the explorer on the loopback interface; unless a port is given, at the usual one,
    or at a free one where that is taken.

    Raises InputError if the given port is taken.
    """
    app = make_app(explored)
    try:
        server = _server_at(port or USUAL_PORT, app)
    except InputError:
        if port:
            raise
        server = _server_at(0, app)
    explored.begun_page()  # while the browser starts
    return server


def _server_at(port: int, app: Flask) -> BaseWSGIServer:
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # werkzeug would print what is wrong, too
            return make_server(HOST, port, app, threaded=True, request_handler=_Quiet)
    except (OSError, SystemExit) as error:
        raise InputError(
            f"port must be free, but {port} is not; leave --port out to get a free one"
        ) from error
