"""More clients than the server holds connections for, or has files for."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.e2e.connection import Connection, IncompleteAnswerError
from tests.process import ServerProcess

SCRIPT = "tests/scripts/wrong_requests_text.py"
CLIENTS = 50
GET = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
POST = b"POST /score HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def asked(stack: ExitStack, server: ServerProcess, data: bytes = GET) -> Connection:
    connection = stack.enter_context(Connection(server.port))
    connection.send(data)
    return connection


def is_answered(stack: ExitStack, server: ServerProcess) -> bool:
    try:
        return asked(stack, server).answer().status == 200
    except (IncompleteAnswerError, ConnectionError):
        return False


def test_beyond_the_limit_idle_clients_go_and_then_new_ones_are_refused(stack: ExitStack) -> None:
    server = stack.enter_context(ServerProcess(SCRIPT, "--max-connections", "3"))
    idle = asked(stack, server)
    assert idle.answer().status == 200
    sending = [asked(stack, server, POST) for _ in range(2)]
    assert asked(stack, server).answer().status == 200
    assert idle.receive(1) == b""
    sending += [asked(stack, server, POST)]
    refused = asked(stack, server)
    answer = refused.answer()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert refused.receive(1) == b""
    for connection in sending:
        connection.send(b"1")
        assert connection.answer().status == 200
    sending[0].send(GET.replace(b"/ ", b"/metrics "))
    assert b'reason="connections"} 1' in sending[0].answer().body


def test_without_files_for_more_clients_the_server_goes_on_with_those_it_has(stack: ExitStack) -> None:
    server = stack.enter_context(ServerProcess(SCRIPT))
    pid = server.process.pid
    kept = asked(stack, server)
    assert kept.answer().status == 200
    hard_limit = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]
    open_files = max(map(int, os.listdir(f"/proc/{pid}/fd"))) + 1
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (open_files, hard_limit))
    assert False in [is_answered(stack, server) for _ in range(CLIENTS)]
    kept.send(GET)
    assert kept.answer().status == 200
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (hard_limit, hard_limit))
    assert asked(stack, server).answer().status == 200
