"""Requests on one connection: in whatever pieces they arrive, answered in order."""

from __future__ import annotations

import pytest

from scoring_runtime.http import protocol
from tests.http.connection import GET, Connection
from tests.http.transport import CLIENT, SERVER

POST = b"POST /score?a=1 HTTP/1.1\r\nHost: h\r\nX-Name: Value\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"POST /score HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2\r\nhe\r\n3;extension=1\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n"
)


def answer(body: bytes, extra: bytes = b"x-answer: 1\r\n") -> bytes:
    """The bytes of an answer with 200; the endpoint's have a header of their own."""
    return b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\ndate: today\r\n\r\n%b" % (extra, len(body), body)


@pytest.mark.parametrize("size_bytes", [1, 2, 7, 64, 1000])
@pytest.mark.parametrize("data", [POST, CHUNKED], ids=["length", "chunked"])
def test_a_request_in_pieces_of_any_size(connection: Connection, data: bytes, size_bytes: int) -> None:
    connection.send(*(data[start : start + size_bytes] for start in range(0, len(data), size_bytes)))
    [request] = connection.score.requests
    assert (request.method, request.path, request.body) == ("POST", b"/score", b"hello")
    connection.score.answer()
    assert connection.taken() == answer(b"ok")
    assert repr(connection.transport) == "<ScriptedTransport open>"


def test_what_the_endpoint_is_told(connection: Connection) -> None:
    connection.send(POST)
    [request] = connection.score.requests
    assert (request.target, request.query, request.http_version) == (b"/score?a=1", b"a=1", "1.1")
    assert request.headers == [(b"host", b"h"), (b"x-name", b"Value"), (b"content-length", b"5")]
    assert (request.client, request.server, request.scheme) == (CLIENT, SERVER, "http")


def test_headers_of_one_name_are_joined_by_name(connection: Connection) -> None:
    connection.send(GET[:-2] + b"A: 1\r\nB: 2\r\na: 3\r\n\r\n")
    [request] = connection.score.requests
    assert request.headers[1:] == [(b"a", b"1"), (b"b", b"2"), (b"a", b"3")]
    assert request.named == {b"host": b"h", b"a": b"1,3", b"b": b"2"}


def test_trailers_are_not_headers(connection: Connection) -> None:
    connection.send(CHUNKED)
    assert b"x-trailer" not in connection.score.requests[0].named


@pytest.mark.parametrize(
    ("target", "query"),
    [(b"/sc%6Fre", b""), (b"/score?", b""), (b"/score?x=%20", b"x=%20"), (b"http://proxy/score?a=1", b"a=1")],
)
def test_targets_that_mean_the_scoring_route(connection: Connection, target: bytes, query: bytes) -> None:
    connection.send(b"GET " + target + b" HTTP/1.1\r\nHost: h\r\n\r\n")
    [request] = connection.score.requests
    assert (request.path, request.query, request.target) == (b"/score", query, target)


@pytest.mark.parametrize("start", [b"GET /", b"GET /score/", b"PUT /score", b"GET /health/live"])
def test_everything_else_goes_to_the_application(connection: Connection, start: bytes) -> None:
    connection.send(start + b" HTTP/1.1\r\nHost: h\r\n\r\n")
    connection.settle()
    assert connection.score.requests == []
    assert connection.taken().endswith(b"\r\n\r\n" + start.split()[1])


def test_an_empty_header_value_arrives_as_empty(connection: Connection) -> None:
    connection.send(b"GET /score HTTP/1.1\r\nHost: h\r\nx-request-id:\r\n\r\n")
    assert connection.score.requests[0].named[b"x-request-id"] == b""


@pytest.mark.parametrize("ending", [b"\r\n", b"Connection: keep-alive\r\n\r\n"], ids=["1.0", "1.0 keep-alive"])
def test_http_1_0_closes_unless_asked_not_to(connection: Connection, ending: bytes) -> None:
    connection.send(b"GET /score HTTP/1.0\r\n" + ending)
    connection.score.answer()
    is_kept = len(ending) > 2
    assert connection.transport.is_closed is not is_kept
    assert (b"Connection: keep-alive" if is_kept else b"Connection: close") in connection.taken()


def test_connection_close_is_obeyed(connection: Connection) -> None:
    connection.send(b"GET /score HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    connection.score.answer()
    assert b"\r\nConnection: close\r\n" in connection.taken()
    assert connection.transport.is_closed


def test_pipelined_requests_are_run_one_at_a_time_and_answered_in_order(connection: Connection) -> None:
    bodies = [b"1", b"22", b"333"]
    connection.send(
        b"".join(b"POST /score HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%b" % (len(x), x) for x in bodies)
    )
    assert connection.transport.is_read_paused
    for body in bodies:
        assert connection.score.requests[-1].body == body
        connection.score.answer(body)
    assert connection.taken() == b"".join(map(answer, bodies))
    assert [request.body for request in connection.score.requests] == bodies
    assert repr(connection.transport) == "<ScriptedTransport open>"


def test_pipelined_requests_to_both_roads_keep_their_order(connection: Connection) -> None:
    connection.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n" + GET + b"GET /last HTTP/1.1\r\nHost: h\r\n\r\n")
    connection.settle()
    assert connection.taken() == answer(b"/", extra=b"")
    connection.score.answer()
    connection.settle()
    assert connection.taken() == answer(b"ok") + answer(b"/last", extra=b"")


def test_many_pipelined_requests_answered_at_once_do_not_nest(connection: Connection) -> None:
    connection.score.answers_at_once = True
    connection.send(GET * 5000)
    assert connection.statuses() == [200] * 5000


def test_many_pipelined_upgrades_are_all_answered(connection: Connection) -> None:
    connection.score.answers_at_once = True
    upgrade = GET[:-2] + b"Connection: upgrade\r\nUpgrade: h2c\r\n\r\n"
    connection.send(upgrade * 2000)
    assert connection.statuses() == [200] * 2000


@pytest.mark.parametrize("method", [b"GET", b"POST"])
def test_the_body_of_an_upgrade_request_is_read(connection: Connection, method: bytes) -> None:
    head = method + b" /score HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\n"
    connection.send(head + b"hel", b"lo" + GET)
    connection.score.answer()
    connection.score.answer()
    assert [request.body for request in connection.score.requests] == [b"hello", b""]
    assert connection.statuses() == [200, 200]


def test_an_upgrade_is_not_taken_up_and_what_follows_is_the_next_request(connection: Connection) -> None:
    upgrade = GET[:-2] + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    connection.send(upgrade + GET)
    connection.score.answer()
    connection.score.answer()
    assert connection.statuses() == [200, 200]


def test_half_closed_by_the_client_every_request_still_gets_its_answer(connection: Connection) -> None:
    connection.send(GET * 3)
    assert connection.protocol.eof_received() is True
    for _ in range(3):
        connection.score.answer()
    assert connection.statuses() == [200, 200, 200]
    assert connection.transport.is_closed


def test_half_closed_while_idle_the_connection_closes(connection: Connection) -> None:
    assert not connection.protocol.eof_received()


def test_half_closed_in_the_middle_of_a_request(connection: Connection) -> None:
    connection.send(POST[:-1])
    assert not connection.protocol.eof_received()
    assert connection.score.requests == []


def test_a_client_that_goes_abandons_its_call_and_those_that_wait(connection: Connection) -> None:
    connection.send(GET * 2)
    connection.protocol.connection_lost(None)
    assert connection.score.calls[0].abandoned
    connection.score.answer()
    assert connection.taken() == b""
    assert len(connection.score.requests) == 1
    assert connection.state.connections == set()


def test_100_continue_once_the_head_is_accepted(connection: Connection) -> None:
    head, body = POST.replace(b"X-Name: Value", b"Expect: 100-Continue").split(b"\r\n\r\n")
    connection.send(head + b"\r\n\r\n")
    assert connection.taken() == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.send(body)
    connection.score.answer()
    assert connection.statuses() == [200]


HEAD_OF_LARGE = b"POST /score HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n"


def test_a_large_body_is_read_turn_by_turn(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "LARGE_SEGMENT_BYTES", 200)
    part = b"x" * 200
    connection.send(HEAD_OF_LARGE % (3 * len(part)) + part)
    assert connection.transport.is_read_paused
    connection.settle()
    assert not connection.transport.is_read_paused
    connection.send(part)
    assert connection.transport.is_read_paused
    connection.settle()
    connection.send(part)
    assert not connection.transport.is_read_paused
    connection.score.answer()
    assert connection.statuses() == [200]


def test_a_turn_ends_no_pause_that_has_another_reason(connection: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "LARGE_SEGMENT_BYTES", 200)
    part = b"x" * 200
    connection.send(GET)
    connection.send(HEAD_OF_LARGE % (len(part) + 1) + part)
    connection.send(b"x")
    connection.settle()
    assert connection.transport.is_read_paused  # as long as the first request is not answered
    connection.score.answer()
    connection.score.answer()
    assert connection.statuses() == [200, 200]
    assert not connection.transport.is_read_paused


def test_shutdown_answers_what_is_under_way_and_closes(connection: Connection) -> None:
    connection.send(GET)
    connection.protocol.shutdown()
    assert not connection.transport.is_closed
    connection.score.answer()
    assert b"Connection: close" in connection.taken()
    assert connection.transport.is_closed


def test_shutdown_gives_an_idle_connection_a_moment_for_one_more_request(connection: Connection) -> None:
    connection.protocol.shutdown()
    connection.send(GET[:10])
    connection.loop.now_s += 2
    connection.settle()
    assert not connection.transport.is_closed
    connection.send(GET[10:])
    connection.score.answer()
    assert connection.statuses() == [200]
    assert connection.transport.is_closed


def test_shutdown_closes_an_idle_connection_after_that(connection: Connection) -> None:
    connection.protocol.shutdown()
    connection.loop.now_s += 2
    connection.settle()
    assert connection.transport.is_closed


def test_access_lines_of_answers(connection: Connection) -> None:
    connection.send(GET[:-2] + b"User-Agent: agent\r\nReferer: from\r\n\r\n")
    connection.score.answer()
    assert connection.access.answers == [("10.0.0.7", "GET", b"/score", "1.1", 200, 2, b"from", b"agent")]


def test_repr_says_what_it_does(connection: Connection) -> None:
    connection.send(GET * 2)
    assert repr(connection.protocol) == "<ScoringProtocol ('10.0.0.7', 4711): answering, 1 waiting>"
    connection.score.answer()
    connection.score.answer()
    assert repr(connection.protocol) == "<ScoringProtocol ('10.0.0.7', 4711): receiving, 0 waiting>"
