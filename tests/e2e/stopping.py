"""What tests of a server that stops have in common: a call that is known to be in run(), and how the end looks."""

from __future__ import annotations

import socket
import time

from tests.e2e.connection import Connection
from tests.e2e.pipe import Pipe
from tests.e2e.wrong_request import post
from tests.process import LOOPBACK, ServerProcess, has_ended

# Idle connections are kept open for a second; a busy machine needs some more.
PROMPT_S = 5.0


def exit_code(server: ServerProcess, within_s: float = PROMPT_S) -> int:
    """The exit code of a server that ends `within_s`."""
    assert has_ended(server.process, within_s), f"still running after {within_s} s\n{server.log()}"
    return int(server.process.returncode)


def begin_call(server: ServerProcess, held: Pipe) -> Connection:
    """A connection whose call is in run(), waiting at `held`."""
    connection = Connection(server.port)
    connection.send(post(held.name.encode()))
    held.wait_begun()
    return connection


def assert_last_answer(connection: Connection, expected: object) -> None:
    """The answer says that the connection closes, and it does."""
    answer = connection.answer()
    assert (answer.status, answer.json(), answer.headers["Connection"]) == (200, expected, "close")
    assert connection.rest() == b""


def wait_refusing(server: ServerProcess) -> None:
    """Returns when the server takes no new connections: it has begun to stop."""
    deadline_s = time.monotonic() + PROMPT_S
    while time.monotonic() < deadline_s:
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, server.port)) != 0:
                return
        assert not has_ended(server.process, within_s=0.02), server.log()
    raise AssertionError("new connections are still accepted")


def wait_logged(server: ServerProcess, text: str, start: int = 0) -> None:
    """Returns when the log has `text`, at or after its character number `start`."""
    deadline_s = time.monotonic() + PROMPT_S
    while text not in server.log()[start:]:
        assert time.monotonic() < deadline_s, server.log()
        assert not has_ended(server.process, within_s=0.02), server.log()
