"""The explorer's server: who may ask, what it answers, and what it does not start with."""

import shutil
import socket
import threading

import h5py
import pytest
from made_up import store_made_up
from playwright.sync_api import expect
from seeing import Sight, explorer, sight_of

from toymono.command_line.main import main
from toymono.explorer import page, server
from toymono.explorer.server import HOST, Explored, make_app, make_explorer
from toymono.sweeps.presets import preset_sweep

RUN = "demo-smoke"


def unit_of(folder):
    (file,) = (folder / "units").glob("*.nc")
    return file


@pytest.fixture(scope="module")
def broken(smoke_run, signed_run, tmp_path_factory):
    """Runs whose one file is cut off, another's, overwritten in its middle, or no result at all."""
    root = tmp_path_factory.mktemp("broken")
    names = ("cut", "foreign", "damaged", "text")
    folders = {name: shutil.copytree(smoke_run, root / name) for name in names}
    files = {name: unit_of(folder) for name, folder in folders.items()}
    for file in files.values():
        # as an older toymono left them, so that reading finds it
        file.with_name(f"{file.name}.sha256").unlink()
    content = files["cut"].read_bytes()
    files["cut"].write_bytes(content[: len(content) // 2])
    files["foreign"].write_bytes(unit_of(signed_run).read_bytes())
    third = len(content) // 3
    files["damaged"].write_bytes(content[:third] + bytes(third) + content[2 * third :])
    files["text"].write_text("<script>alert(1)</script>")
    return folders


@pytest.fixture
def client(smoke_run):
    return make_app(Explored([smoke_run])).test_client()


def test_only_pages_of_this_machine_are_answered(client):
    def status(path="/", **headers):
        return client.get(path, headers={"Host": f"{HOST}:80", **headers}).status_code

    own = ({}, {"Host": "localhost:81"}, {"Origin": f"http://{HOST}"})
    assert [status("/page.js", **headers) for headers in own] == [200] * 3
    strangers = ("evil.example", "evil.example:80", f"{HOST}.evil.example")
    for path in ("/", "/page.js", "/piece/growth"):
        assert {status(path, Host=host) for host in strangers} <= {400, 403}
        assert status(path, Origin="http://evil.example") == status(path, Origin="null") == 403
    assert client.post("/piece/growth").status_code == 405


def test_the_server_listens_on_this_machine_alone(smoke_run):
    made = make_explorer(Explored([smoke_run]))
    assert made.socket.getsockname()[0] == HOST
    made.server_close()


@pytest.mark.parametrize(
    "name",
    ["member-0-99", "member-9-0", "tables-1", "circuit-0-77", "nothing", "member-0", "..%2f"],
)
def test_a_piece_that_is_none_is_one_sentence(client, name):
    answer = client.get(f"/piece/{name}")
    assert answer.status_code == 404
    if answer.is_json:
        assert " must be " in answer.json["error"]


def test_a_run_that_has_grown_is_shown_as_it_is_now(smoke_run, signed_run, tmp_path):
    folder = shutil.copytree(smoke_run, tmp_path / "run")
    explored = Explored([folder])
    before = explored.piece("growth")
    assert explored.page() == explored.page()
    assert explored.piece("growth") == before
    unit_of(folder).touch()
    assert explored.piece("growth") != before
    old = explored.studies[0]
    explored.page()
    assert explored.studies[0] is not old


def test_a_page_is_made_before_it_is_asked_for_and_anew_once_a_run_has_grown(
    smoke_run, tmp_path, monkeypatch
):
    folder, made = shutil.copytree(smoke_run, tmp_path / "run"), []

    def counted(pieces):
        made.append(pieces)
        return f"page {len(made)}"

    monkeypatch.setattr("toymono.explorer.server.served_page", counted)
    explored = Explored([folder])
    explored.begun_page().result()
    assert len(made) == 1
    assert [explored.page(), explored.page()] == ["page 1"] * 2
    unit_of(folder).touch()
    assert [explored.page(), explored.page()] == ["page 2"] * 2


@pytest.fixture
def may_read(monkeypatch):
    """No run is read before this is set."""
    may_read, of_run = threading.Event(), page.run_or_fault
    monkeypatch.setattr(page, "run_or_fault", lambda *args: may_read.wait(60) and of_run(*args))
    return may_read


def test_a_page_begins_before_its_runs_are_read_and_is_the_same_page(smoke_run, may_read):
    explored = Explored([smoke_run])
    parts = make_app(explored).test_client().get("/").iter_encoded()
    opening = next(parts).decode()
    assert not explored.begun_page().done()
    assert "Reading the runs" in opening
    assert '<script async src="plotly.js' in opening
    may_read.set()
    assert opening + b"".join(parts).decode() == explored.page()


def test_a_reader_is_told_that_runs_are_read_and_that_pictures_are_drawn(
    browser_page, smoke_run, may_read
):
    held = []
    browser_page.route("**/plotly.js*", lambda route: held.append(route))
    with explorer([smoke_run]) as address:
        browser_page.goto(f"{address}#view=sweep", wait_until="commit")
        expect(browser_page.locator("#view")).to_have_text("Reading the runs …")
        may_read.set()
        expect(browser_page.locator("h1")).to_have_text(RUN)
        words = "() => getComputedStyle(document.querySelector('.plot'), '::before').content"
        assert browser_page.evaluate(words) == '"Drawing …"'
        held[0].continue_()
        browser_page.wait_for_function(f"() => ({words})() === 'none'")
        browser_page.close()  # while the server still answers


def test_a_page_that_cannot_be_made_says_so(smoke_run, may_read, monkeypatch):
    monkeypatch.setattr("toymono.explorer.server.served_page", lambda pieces: 1 / 0)
    parts = make_app(Explored([smoke_run])).test_client().get("/").iter_encoded()
    next(parts)
    may_read.set()
    assert "its terminal says why" in next(parts).decode()
    with pytest.raises(ZeroDivisionError):
        next(parts)


def test_a_browser_may_keep_plotly_from_one_explorer_to_the_next(client, smoke_run, monkeypatch):
    assert "immutable" in client.get("/plotly.js").headers["Cache-Control"]
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setattr(server, "USUAL_PORT", port)
    servers = [make_explorer(Explored([smoke_run])) for _ in range(2)]
    assert servers[0].port == port != servers[1].port
    for one in servers:
        one.server_close()


def test_a_page_on_a_run_that_cannot_be_read_is_not_kept(broken):
    explored = Explored([broken["cut"]])
    first = explored.begun_page()
    assert not first.result()[1]
    explored.page()
    assert explored.begun_page() is not first


@pytest.mark.parametrize("path", ["/", "/page.js"])
def test_what_a_browser_has_already_is_not_sent_again(client, path):
    client.get("/").get_data()  # which is made while it is sent
    first = client.get(path)
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-cache")
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"another"'}).data == first.data


def test_a_page_is_sent_again_once_its_run_has_other_results(smoke_run, tmp_path):
    without_sums = shutil.ignore_patterns("*.sha256")
    folder = shutil.copytree(smoke_run, tmp_path / "run", ignore=without_sums)
    explored = Explored([folder])
    client = make_app(explored).test_client()
    explored.page()
    first = client.get("/")
    other = shutil.copy(unit_of(folder), tmp_path / "other.nc")
    with h5py.File(other, "a") as data:
        data["task_loss"][-1, 0, 0] = 7.0
    other.replace(unit_of(folder))
    explored.page()
    second = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert second.headers["ETag"] != first.headers["ETag"]


def test_a_run_that_is_still_training_can_be_opened(tmp_path):
    folder = tmp_path / "run"
    _, file = store_made_up(preset_sweep("H1", "smoke"), folder)
    kept = file.rename(tmp_path / file.name)
    first = Explored([folder])
    n_members = len(first.studies[0].run.table)
    assert "H1" not in first.studies[0].name
    kept.rename(file)
    first.page()
    assert len(first.studies[0].run.table) > n_members > 0


def test_a_file_that_cannot_be_read_is_one_sentence_and_other_runs_go_on(
    browser_opened, broken, smoke_run
):
    with sight_of([*broken.values(), smoke_run], browser_opened) as sight:
        for name in broken:
            sight.go(f"run={name}")
            assert f"/{name}/units/" in sight.message
            fix = "restore it from a backup, or move it away and run `toymono resume "
            assert fix in sight.message
        sight.choose("run", str(len(broken)))
        assert sight.message == ""
        sight.says("h1", RUN)


def test_a_run_that_was_deleted_meanwhile_is_named_on_the_page(browser_opened, smoke_run, tmp_path):
    run = shutil.copytree(smoke_run, tmp_path / "deleted")
    with sight_of([run], browser_opened) as sight:
        sight.go("run=deleted&view=member&member=2")
        shutil.rmtree(run)
        sight.page.reload()
        expect(sight.page.locator("#message")).to_have_text(
            f"The folder {run} is gone: it was moved or deleted."
        )


def test_what_cannot_be_explored_ends_in_one_sentence(smoke_run, tmp_path, capsys):
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        for words, expected in (
            ([tmp_path], "must be"),
            ([tmp_path / "nowhere"], "must be"),
            ([smoke_run, smoke_run], "is named twice"),
            ([smoke_run, "--port", port], f"port must be free, but {port} is not"),
            ([smoke_run, "--port", 65536], "port must be from 1 to 65535"),
            ([smoke_run, "--port", -1], "port must be from 1 to 65535"),
        ):
            with pytest.raises(SystemExit) as stop:
                main(["explore", *map(str, words)])
            assert stop.value.code == 2
            printed = capsys.readouterr()
            assert printed.err.startswith("error: ")
            assert expected in printed.err
            assert (printed.out, printed.err.count("\n")) == ("", 1)


def test_a_server_that_has_ended_is_said_in_words(browser_opened, smoke_run):
    page = browser_opened.new_page()  # one that may complain: what it asks for is not answered
    with explorer([smoke_run]) as address:
        sight = Sight(page, address)
        sight.go(f"run={RUN}&view=sweep")
    with sight.arriving():
        page.evaluate("location.hash = 'run=demo-smoke&member=2'")
    assert "start it again with toymono explore" in sight.message
    page.close()
