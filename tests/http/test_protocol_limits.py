"""What is refused, how the refusal leaves, and clients that are too slow."""

from __future__ import annotations

import pytest

from scoring_runtime.http import connection as connection_module
from scoring_runtime.http import deadlines, guard
from tests.http.connection import GET, MAX_BODY_BYTES, Connection

START = b"GET /score HTTP/1.1\r\nHost: h\r\n"
POST = b"POST /score HTTP/1.1\r\nHost: h\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        pytest.param(b"GET / HTTQ/1.1\r\n\r\n", 400, id="no HTTP"),
        pytest.param(b"BREW /score HTTP/1.1\r\nHost: h\r\n\r\n", 405, id="unknown method"),
        pytest.param(b"CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 405, id="CONNECT"),
        pytest.param(POST + b"Expect: 200-ok\r\nContent-Length: 1\r\n\r\n", 417, id="another expectation"),
        pytest.param(b"GET /score HTTP/1.1\r\n\r\n", 400, id="no Host"),
        pytest.param(START + b"Host: other\r\n\r\n", 400, id="two Hosts"),
        pytest.param(b"GET /score HTTP/1.1\r\nHost: a b\r\n\r\n", 400, id="wrong Host"),
        pytest.param(START + b"X Y: 1\r\n\r\n", 400, id="a space in a header's name"),
        pytest.param(START + b"X: a\x00b\r\n\r\n", 400, id="NUL in a header"),
        pytest.param(POST + b"Content-Length: -1\r\n\r\n", 400, id="negative length"),
        pytest.param(POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, id="two lengths"),
        pytest.param(POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, id="length and chunked"),
        pytest.param(POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", 400, id="another coding"),
        pytest.param(POST + b"Transfer-Encoding: identity\r\n\r\n", 400, id="identity"),
        pytest.param(CHUNKED + b"xyz\r\n", 400, id="wrong chunk size"),
        pytest.param(CHUNKED.replace(b"1.1", b"1.0"), 400, id="chunked in 1.0"),
        pytest.param(b"GET http:// HTTP/1.1\r\nHost: h\r\n\r\n", 400, id="no URL"),
        pytest.param(b"GET /score HTTP/2.0\r\nHost: h\r\n\r\n", 505, id="version"),
        pytest.param(b"GET /" + b"x" * guard.MAX_TARGET_BYTES + b" HTTP/1.1\r\n", 414, id="long target"),
        pytest.param(START + b"X: %b\r\n\r\n" % (b"x" * guard.MAX_HEADER_BYTES), 431, id="long header"),
        pytest.param(START + b"X: %b\r\n" % (b"x" * 15_000) * 3 + b"\r\n", 431, id="long head"),
        pytest.param(START + b"X: 1\r\n" * guard.MAX_HEADERS + b"\r\n", 431, id="many headers"),
        pytest.param(POST + b"Content-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1), 413, id="announced body"),
        pytest.param(CHUNKED + b"3e9\r\n" + b"x" * (MAX_BODY_BYTES + 1), 413, id="chunked body"),
    ],
)
@pytest.mark.parametrize("is_split", [False, True], ids=["whole", "in pieces"])
def test_refused_once_without_reaching_the_endpoint(
    connection: Connection, data: bytes, status: int, is_split: bool
) -> None:
    pieces = [data[start : start + 500] for start in range(0, len(data), 500)] if is_split else [data]
    connection.send(*pieces)
    written = connection.transport.written
    assert connection.statuses() == [status]
    assert b'{"message": "' in written
    assert b"\r\nConnection: close\r\n" in written
    assert connection.transport.has_eof
    assert connection.score.requests == []
    connection.send(b"more", GET)
    assert connection.taken() == b""


def test_at_the_limits_everything_is_taken(connection: Connection) -> None:
    header = b"X: %b\r\n" % (b"x" * (guard.MAX_HEADER_BYTES - 1))
    target = b"/score?" + b"x" * (guard.MAX_TARGET_BYTES - len(b"/score?"))
    head = b"POST %b HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n%b\r\n" % (target, MAX_BODY_BYTES, header)
    connection.send(head + b"x" * MAX_BODY_BYTES)
    assert len(connection.score.requests[0].body) == MAX_BODY_BYTES


@pytest.mark.parametrize("part", [b"X-Long: ", b"X: 1\r\n"], ids=["one header", "many headers"])
def test_a_head_that_never_ends_is_cut_off(connection: Connection, part: bytes) -> None:
    connection.send(START + part)
    for _ in range(guard.MAX_UNPARSED_HEAD_BYTES // 1000 + 2):
        if connection.transport.has_eof:
            break
        connection.send(part * (1000 // len(part)) if part.endswith(b"\n") else b"x" * 1000)
    assert connection.statuses() == [431]


def test_a_trailer_that_never_ends_is_cut_off(connection: Connection) -> None:
    connection.send(CHUNKED + b"1\r\nx\r\n0\r\nX-Trailer: ")
    for _ in range(2 * guard.MAX_UNPARSED_HEAD_BYTES // 1000):
        connection.send(b"x" * 1000)
    assert connection.transport.has_eof or connection.transport.is_closed


def test_a_refusal_comes_after_the_answers_before_it(connection: Connection) -> None:
    connection.send(GET * 2 + b"GET / HTTQ/1.1\r\n\r\n")
    assert connection.taken() == b""
    connection.score.answer()
    connection.score.answer()
    assert connection.statuses() == [200, 200, 400]
    assert connection.transport.has_eof


def test_a_half_closed_connection_still_gets_answer_and_refusal(connection: Connection) -> None:
    connection.send(GET + b"GET / HTTQ/1.1\r\n\r\n")
    assert connection.protocol.eof_received() is True
    connection.score.answer()
    assert connection.statuses()[0] == 200


def test_a_refusal_that_waits_is_not_replaced_by_what_follows_it(connection: Connection) -> None:
    connection.send(GET + CHUNKED + b"1\r\nx\r\n", b"xyz\r\n", b"x" * 2 * guard.MAX_UNPARSED_HEAD_BYTES)
    connection.score.answer()
    assert b"not valid HTTP/1.1" in connection.transport.written
    assert connection.statuses() == [200, 400]


def test_what_follows_a_refusal_is_thrown_away_up_to_a_limit(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "MAX_DISCARDED_BYTES", 100)
    connection.send(b"GET / HTTQ/1.1\r\n\r\n", b"x" * 100)
    assert not connection.transport.is_aborted
    connection.send(b"x")
    assert connection.transport.is_aborted


def pass_time(connection: Connection, seconds: float) -> None:
    connection.loop.now_s += seconds
    connection.protocol.enforce_deadlines(connection.loop.now_s)


@pytest.mark.parametrize(
    ("data", "patience_s", "statuses"),
    [
        pytest.param(b"", deadlines.HEAD_S, [], id="no request"),
        pytest.param(START, deadlines.HEAD_S, [408], id="half a head"),
        pytest.param(POST + b"Content-Length: 5\r\n\r\nhell", deadlines.BODY_GRACE_S, [408], id="half a body"),
    ],
)
def test_a_client_that_is_too_slow(connection: Connection, data: bytes, patience_s: float, statuses: list[int]) -> None:
    connection.send(data)
    pass_time(connection, patience_s - 0.1)
    assert repr(connection.transport) == "<ScriptedTransport open>"
    pass_time(connection, 0.2)
    assert connection.statuses() == statuses
    assert connection.transport.has_eof or connection.transport.is_closed


def test_bytes_that_arrive_earn_time(connection: Connection) -> None:
    connection.protocol._max_body_bytes = 10**6
    connection.send(POST + b"Content-Length: 999999\r\n\r\n" + b"x" * 10 * deadlines.BODY_MIN_BYTES_PER_S)
    pass_time(connection, deadlines.BODY_GRACE_S + 9.9)
    assert connection.taken() == b""
    pass_time(connection, 0.2)
    assert connection.statuses() == [408]


def test_run_may_take_as_long_as_it_likes(connection: Connection) -> None:
    connection.send(GET)
    pass_time(connection, 1e6)
    connection.score.answer()
    assert connection.statuses() == [200]


def test_an_idle_connection_is_kept_and_then_closed(connection: Connection) -> None:
    connection.send(GET)
    connection.score.answer()
    pass_time(connection, deadlines.KEEP_ALIVE_S - 0.1)
    assert not connection.transport.is_closed
    pass_time(connection, 0.2)
    assert connection.transport.is_closed
    assert connection.statuses() == [200]


@pytest.mark.parametrize(
    "data",
    [b"GET / HTTQ/1.1\r\n\r\n", CHUNKED + b"3e9\r\n" + b"x" * (MAX_BODY_BYTES + 1)],
    ids=["syntax", "large body"],
)
def test_a_refused_client_must_close_soon(connection: Connection, data: bytes) -> None:
    connection.send(data)
    pass_time(connection, deadlines.DISCARD_S - 0.1)
    assert not connection.transport.is_closed
    pass_time(connection, 0.11)
    assert connection.transport.is_closed


def test_a_client_that_does_not_read_its_answer_is_cut_off(connection: Connection) -> None:
    connection.send(GET)
    connection.score.answer()
    connection.transport.write_buffer_bytes = 500
    pass_time(connection, 0.0)
    pass_time(connection, deadlines.WRITE_STALL_S - 1)
    assert not connection.transport.is_aborted
    connection.transport.write_buffer_bytes = 400
    connection.protocol.deadline_s = float("inf")
    pass_time(connection, 2)
    pass_time(connection, deadlines.WRITE_STALL_S - 1)
    assert not connection.transport.is_aborted
    pass_time(connection, 2)
    assert connection.transport.is_aborted
