"""The explorer's server: files that cannot be read, who may ask, and what it does not start
with.
"""

import contextlib
import http.client
import json
import shutil
import socket

import psutil
import pytest
from exploring import Look, explorer, same_numbers
from playwright.sync_api import expect

from toymono.command_line.main import main
from toymono.explorer.stored_runs import Study

RUN = "demo-smoke"


def unit_of(folder):
    (file,) = (folder / "units").glob("*.nc")
    return file


@pytest.fixture(scope="module")
def broken(smoke_run, signed_run, tmp_path_factory):
    """Runs whose one file is cut off, another's, overwritten in its middle, or no result at all."""
    root = tmp_path_factory.mktemp("broken")
    folders = {
        name: shutil.copytree(smoke_run, root / name)
        for name in ("cut", "foreign", "damaged", "text")
    }
    files = {name: unit_of(folder) for name, folder in folders.items()}
    for file in files.values():
        file.with_name(
            f"{file.name}.sha256"
        ).unlink()  # as an older toymono left them, so that reading finds it
    content = files["cut"].read_bytes()
    files["cut"].write_bytes(content[: len(content) // 2])
    files["foreign"].write_bytes(unit_of(signed_run).read_bytes())
    third = len(content) // 3
    files["damaged"].write_bytes(content[:third] + bytes(third) + content[2 * third :])
    files["text"].write_text("<script>alert(1)</script>")
    with explorer([smoke_run, *folders.values()], root / "log") as server:
        yield server


@pytest.mark.parametrize(
    "name",
    [
        "cut",
        *(pytest.param(name, marks=pytest.mark.long) for name in ("foreign", "damaged", "text")),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence_and_other_runs_go_on(
    browser_page, broken, smoke_run, name
):
    look = Look(browser_page, broken)
    look.page.goto(f"{broken.address}?run={name}&tab=member")
    expect(look.page.locator(".message:visible").first).to_contain_text(f"/{name}/units/")
    look.page.wait_for_load_state("networkidle")
    (sentence,) = look.complaints()
    assert "restore it from a backup, or move it away and run `toymono resume " in sentence
    look.choose("run", RUN)
    look.says("map-words", "Member 0 ")
    look.page.wait_for_load_state("networkidle")
    assert look.complaints() == set()
    member = Study(RUN, smoke_run).member(0)
    order = member.dashboard.order
    same_numbers(
        look.traces("map")[0]["z"], member.dashboard.responses[order.neuron][:, order.feature].T
    )
    assert "Traceback" not in broken.log.read_text()


def asked(server, headers, method="GET", path="/", body=None):
    """The status of a request with these headers."""
    with contextlib.closing(http.client.HTTPConnection(server.address.split("/")[2])) as connection:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        return connection.getresponse().status


def test_only_pages_of_this_machine_are_answered(explorer_server):
    host = explorer_server.address.split("/")[2]
    port = host.rsplit(":")[-1]
    ask = json.dumps({"output": "nothing", "inputs": [], "changedPropIds": []}).encode()
    assert asked(explorer_server, {}) == 200
    assert asked(explorer_server, {"Host": f"localhost:{port}"}) == 200
    assert asked(explorer_server, {"Origin": f"http://{host}"}) == 200
    strangers = (
        {"Host": "evil.example"},
        {"Host": f"evil.example:{port}"},
        {"Host": f"127.0.0.1.evil.example:{port}"},
    )
    for headers in (*strangers, {"Origin": "http://evil.example"}, {"Origin": "null"}):
        assert asked(explorer_server, headers) == 403, headers
        assert asked(explorer_server, headers, "POST", "/_dash-update-component", ask) == 403, (
            headers
        )


def test_the_server_listens_on_this_machine_alone(explorer_server):
    found = psutil.Process(explorer_server.pid).net_connections(kind="inet")
    assert {one.laddr.ip for one in found if one.status == psutil.CONN_LISTEN} == {"127.0.0.1"}


def test_what_cannot_be_explored_ends_in_one_sentence(smoke_run, tmp_path, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for words, told in (
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
            assert told in printed.err
            assert (printed.out, printed.err.count("\n")) == ("", 1)
