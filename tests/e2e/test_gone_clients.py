"""A client that closes its connection while its call waits, and one that only shuts down its sending side."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.connection import Connection
from tests.e2e.pipe import Pipe
from tests.e2e.wrong_request import post
from tests.process import ServerProcess

SCRIPT = Path(__file__).parents[1] / "scripts" / "noted_calls.py"
# The server looks once a second, and asks such a client twice.
NOTICED_S = 15.0


@pytest.fixture(params=[(), ("--runner", "processes")], ids=["threads", "processes"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ServerProcess]:
    with ServerProcess(SCRIPT, *request.param, env={"NOTES": str(tmp_path / "notes")}) as server:
        yield server


def open_sockets(server: ServerProcess) -> int:
    folder = f"/proc/{server.process.pid}/fd"
    links = (os.readlink(os.path.join(folder, name)) for name in os.listdir(folder))
    return sum(link.startswith("socket:") for link in links)


def wait_for_sockets(server: ServerProcess, count: int) -> None:
    deadline_s = time.monotonic() + NOTICED_S
    while open_sockets(server) != count:
        assert time.monotonic() < deadline_s, f"{open_sockets(server)} sockets instead of {count}"
        time.sleep(0.05)


def settled_sockets(server: ServerProcess) -> int:
    """How many the server has of its own: the connection of the last probe may still be among the open ones."""
    with Connection(server.port) as probe:
        probe.send(b"GET /health/live HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        assert probe.answer().status == 200
        assert probe.rest() == b""
    return open_sockets(server)


def test_the_call_of_one_that_has_gone_is_not_begun_and_the_other_gets_its_answer(
    server: ServerProcess, tmp_path: Path
) -> None:
    held = Pipe(tmp_path / "pipe")
    own = settled_sockets(server)
    with Connection(server.port) as first, Connection(server.port) as waiting:
        first.send(post(held.name.encode()))
        held.wait_begun()
        waiting.send(post(b"waiting"))
        waiting.close_sending()
        gone = Connection(server.port)
        gone.send(post(b"gone"))
        wait_for_sockets(server, own + 3)
        gone.close()
        wait_for_sockets(server, own + 2)
        held.release("go on")
        assert first.answer().json() == {"read": "go on\n"}
        answer = waiting.answer()
        while answer.status == 100:
            answer = waiting.answer()
        assert (answer.status, answer.json()) == (200, {"given": "waiting"})
        assert waiting.rest() == b""
    assert server.request("POST", "/score", b"canary").json() == {"given": "canary"}
    assert (tmp_path / "notes").read_text().splitlines() == [held.name, "waiting", "canary"]
    held.close()
