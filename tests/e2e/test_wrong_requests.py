"""Wrong requests over real sockets: each gets its own answer, and the server goes on as if nothing had been."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e import wrong_framing, wrong_input
from tests.e2e.canary import assert_canary, assert_goes_on
from tests.e2e.connection import Connection
from tests.e2e.wrong_request import WrongRequest, get, head, names, post
from tests.process import ServerProcess

SCRIPTS = "tests/scripts"
DRIBBLED_BYTES = 2 * 1024 * 1024
MAX_BODY_BYTES = wrong_framing.MAX_BODY_BYTES


@pytest.fixture(scope="module")
def text_server() -> Iterator[ServerProcess]:
    limit = ("--max-body-bytes", str(MAX_BODY_BYTES))
    with ServerProcess(f"{SCRIPTS}/wrong_requests_text.py", *limit) as server:
        yield server


@pytest.fixture(scope="module")
def schema_server() -> Iterator[ServerProcess]:
    with ServerProcess(f"{SCRIPTS}/wrong_requests_schema.py") as server:
        yield server


def assert_refused(case: WrongRequest, server: ServerProcess, is_schema: bool = False) -> None:
    """The expected answer, on a connection that then closes or goes on as the case says; and a healthy server."""
    with Connection(server.port) as connection:
        connection.send(case.data)
        answer = connection.answer(case.method)
        assert answer.status == case.status, answer.body
        if case.method != "HEAD":
            assert answer.headers["Content-Type"] == "application/json"
            assert list(answer.json()) == ["message"]
            assert case.explains(answer.json()["message"]), answer.body
        failed = "True" if answer.status == 500 else "False"
        assert answer.headers["x-ms-run-function-failed"] == failed
        if case.is_last:
            assert answer.headers["Connection"] == "close"
            assert connection.rest() == b""
        else:
            assert answer.headers["Connection"] is None
            assert_canary(connection, is_schema)
    assert_goes_on(server, is_schema)


def assert_answered(data: bytes, expected: Any, server: ServerProcess, is_schema: bool = False) -> None:
    with Connection(server.port) as connection:
        connection.send(data)
        answer = connection.answer()
        assert (answer.status, answer.json()) == (200, expected)
        assert_canary(connection, is_schema)
    assert_goes_on(server, is_schema)


@pytest.mark.parametrize("case", wrong_framing.CASES, ids=names(wrong_framing.CASES))
def test_wrong_framing_is_refused(case: WrongRequest, text_server: ServerProcess) -> None:
    assert_refused(case, text_server)


@pytest.mark.parametrize("case", wrong_input.TEXT, ids=names(wrong_input.TEXT))
def test_wrong_input_of_a_text_script_is_refused(case: WrongRequest, text_server: ServerProcess) -> None:
    assert_refused(case, text_server)


@pytest.mark.parametrize("case", wrong_input.SCHEMA, ids=names(wrong_input.SCHEMA))
def test_wrong_input_of_a_schema_script_is_refused(case: WrongRequest, schema_server: ServerProcess) -> None:
    assert_refused(case, schema_server, is_schema=True)


@pytest.mark.parametrize(("data", "expected"), wrong_input.UNUSUAL_TEXT.values(), ids=wrong_input.UNUSUAL_TEXT)
def test_unusual_text_is_answered(data: bytes, expected: Any, text_server: ServerProcess) -> None:
    assert_answered(data, expected, text_server)


@pytest.mark.parametrize(("data", "expected"), wrong_input.UNUSUAL_SCHEMA.values(), ids=wrong_input.UNUSUAL_SCHEMA)
def test_unusual_json_is_answered(data: bytes, expected: Any, schema_server: ServerProcess) -> None:
    assert_answered(data, expected, schema_server, is_schema=True)


def test_too_long_a_request_id_is_not_sent_back(text_server: ServerProcess) -> None:
    answer = text_server.request("GET", "/score", headers={"x-request-id": "i" * 101, "x-ms-client-request-id": "c"})
    returned = [answer.headers[name] for name in ("x-request-id", "x-ms-request-id", "x-ms-client-request-id")]
    assert (answer.status, returned) == (431, [None, None, None])


def test_a_body_of_the_exact_limit_is_scored(text_server: ServerProcess) -> None:
    assert text_server.request("POST", "/score", b"x" * MAX_BODY_BYTES).json() == {"given": "x" * MAX_BODY_BYTES}
    over = text_server.request("POST", "/score", b"x" * (MAX_BODY_BYTES + 1))
    assert over.status == 413


def test_a_header_that_never_ends_is_cut_off(text_server: ServerProcess) -> None:
    """The client sends it in small pieces; a limit that only looks at whole headers would never see one."""
    with Connection(text_server.port) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: h\r\nX: ")
        for _ in range(DRIBBLED_BYTES // 512):
            connection.send(b"y" * 512)
        answer = connection.answer()
    assert (answer.status, answer.headers["Connection"]) == (431, "close")
    assert_goes_on(text_server)


def test_413_is_read_by_a_client_that_sends_all_first(text_server: ServerProcess) -> None:
    """The server has answered after the head; closing at once would reset the connection under the client."""
    with Connection(text_server.port) as connection:
        connection.send(post(b"x" * 20_000_000))
        assert connection.answer().status == 413
        assert connection.rest() == b""
    assert_goes_on(text_server)


def test_413_comes_before_the_body(text_server: ServerProcess) -> None:
    with Connection(text_server.port) as connection:
        connection.send(head(b"Host: h", b"Content-Length: 5000", method=b"POST"))
        assert connection.answer().status == 413


def test_100_continue_is_sent_when_the_body_is_wanted(text_server: ServerProcess) -> None:
    lines = (b"Host: h", b"Expect: 100-continue", b"Content-Length: 5")
    with Connection(text_server.port) as connection:
        connection.send(head(*lines, method=b"POST"))
        assert connection.answer().status == 100
        connection.send(b"hello")
        assert connection.answer().json() == {"given": "hello"}
        assert_canary(connection)


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket"])
def test_an_upgrade_that_is_not_offered_is_ignored(protocol: bytes, text_server: ServerProcess) -> None:
    """Some clients offer HTTP/2 with their first request, whatever it is; its body must not become a request."""
    upgrade = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: " + protocol, b"HTTP2-Settings: AAMAAABkAAQAoAAA")
    with Connection(text_server.port) as connection:
        connection.send(post(get(b"/"), *upgrade))
        assert connection.answer().json() == {"given": get(b"/").decode()}
        connection.send(get(b"/score?a=1", *upgrade))
        assert connection.answer().json() == {"given": '{"a": 1}'}
        assert_canary(connection)
