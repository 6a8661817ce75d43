"""Right requests, delivered in unusual ways: in pieces, many at once, with the sending side shut down early."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.canary import assert_canary
from tests.e2e.connection import Connection
from tests.e2e.wrong_request import chunked, get, head, post
from tests.process import Answer, ServerProcess

PIPELINED_ROUNDS = 50
WHOLE = {
    "GET": get(b"/score?a=1&b=x"),
    "POST": post(b'{"a": 1}', b"Content-Type: application/json"),
    "POST in chunks": chunked(b"3;x=y\r\nhel\r\n", b"2\r\nlo\r\n", b"0\r\nX: y\r\n\r\n"),
    "absolute target": get(b"http://h/score?a=1"),
    "health": get(b"/"),
    "HTTP/1.0": head(version=b" HTTP/1.0"),
    "bad UTF-8": post(b"\xff"),
    "unknown path": get(b"/nowhere"),
    "unknown Swagger": get(b"/swagger.json?version=9"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    with ServerProcess("tests/scripts/wrong_requests_text.py") as running:
        yield running


@pytest.fixture
def marker(server: ServerProcess) -> Iterator[Connection]:
    """Its answers tell that the server has read whatever was sent before, on any connection."""
    with Connection(server.port) as connection:
        yield connection


def content(answer: Answer) -> tuple[int, bytes]:
    return answer.status, answer.body


def answer_to(server: ServerProcess, *pieces: bytes, marker: Connection) -> tuple[int, bytes]:
    """The answer to a request that the server reads piece by piece."""
    with Connection(server.port) as connection:
        for piece in pieces[:-1]:
            connection.send(piece)
            marker.send(get(b"/health/live"))
            assert marker.answer().status == 200
        connection.send(pieces[-1])
        return content(connection.answer())


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_a_request_in_two_pieces_gets_the_same_answer(data: bytes, server: ServerProcess, marker: Connection) -> None:
    whole = answer_to(server, data, marker=marker)
    for boundary in range(1, len(data)):
        pieces = data[:boundary], data[boundary:]
        assert answer_to(server, *pieces, marker=marker) == whole, f"cut after {pieces[0]!r}"


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE)
def test_a_request_byte_by_byte_gets_the_same_answer(data: bytes, server: ServerProcess, marker: Connection) -> None:
    pieces = [data[index : index + 1] for index in range(len(data))]
    assert answer_to(server, *pieces, marker=marker) == answer_to(server, data, marker=marker)


def test_200_requests_in_one_segment_are_answered_in_order(server: ServerProcess) -> None:
    segment, expected = b"", []
    for number in range(PIPELINED_ROUNDS):
        segment += post(b"round %d" % number) + get(b"/") + get(b"/nowhere?%d" % number) + post(b"\xff%d" % number)
        expected += [(200, b'{"given": "round %d"}' % number), (200, b"Healthy"), (404, None), (400, None)]
    with Connection(server.port) as connection:
        connection.send(segment)
        for status, body in expected:
            answer = connection.answer()
            assert answer.status == status
            assert body is None or answer.body == body
        assert_canary(connection)


def test_requests_before_a_wrong_one_are_answered(server: ServerProcess) -> None:
    with Connection(server.port) as connection:
        connection.send(post(b"first") + post(b"second") + b"GET / HTTP/1.1\r\nno colon\r\n\r\n" + post(b"never"))
        assert connection.answer().json() == {"given": "first"}
        assert connection.answer().json() == {"given": "second"}
        assert b"never" not in connection.rest()


def test_what_follows_connection_close_is_not_answered(server: ServerProcess) -> None:
    with Connection(server.port) as connection:
        connection.send(post(b"last", b"Connection: close") + post(b"never"))
        answer = connection.answer()
        assert (answer.json(), answer.headers["Connection"]) == ({"given": "last"}, "close")
        assert connection.rest() == b""


@pytest.mark.parametrize("garbage", [b"\0\1\2", b"XXXX\r\n\r\n", b"\r\n\r\nGARBAGE garbage\r\n", b"a" * 200_000])
def test_garbage_after_a_request_does_not_cost_its_answer(garbage: bytes, server: ServerProcess) -> None:
    with Connection(server.port) as connection:
        connection.send(post(b"right") + garbage)
        assert connection.answer().json() == {"given": "right"}
        assert b" 200 " not in connection.rest()


@pytest.mark.parametrize("count", [1, 2, 20])
def test_a_client_that_has_shut_down_its_sending_side_gets_every_answer(count: int, server: ServerProcess) -> None:
    with Connection(server.port) as connection:
        connection.send(b"".join(post(b"request %d" % number) for number in range(count)))
        connection.close_sending()
        for number in range(count):
            assert connection.answer().json() == {"given": f"request {number}"}
        assert connection.rest() == b""


def test_a_large_body_before_a_half_close_is_scored(server: ServerProcess) -> None:
    """A body of this size is decoded on another thread: the end of the sending side comes before the call exists."""
    with Connection(server.port) as connection:
        connection.send(post(b"x" * 1_000_000))
        connection.close_sending()
        assert connection.answer().json() == {"given": "x" * 1_000_000}


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\nHost: h\r\n", post(b"hello")[:-1], b"GET", b""])
def test_a_request_cut_off_by_a_half_close_is_not_run(data: bytes, server: ServerProcess) -> None:
    with Connection(server.port) as connection:
        connection.send(data)
        connection.close_sending()
        assert b" 200 " not in connection.rest()
    with Connection(server.port) as connection:
        assert_canary(connection)
