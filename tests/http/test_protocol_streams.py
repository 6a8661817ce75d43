"""Streamed answers: chunks as they come, back pressure in both directions, and how they end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from scoring_runtime.stream import CAPACITY, Stream
from tests.http.connection import GET, Connection

WAIT_S = 10.0
HEAD = b"HTTP/1.1 200 OK\r\nx-answer: 1\r\nTransfer-Encoding: chunked\r\ndate: today\r\n\r\n"


def pumped(*chunks: bytes) -> Stream:
    """A stream whose generator has come to its end."""
    stream = Stream(iter(chunks))
    stream.pump()
    return stream


def failing() -> Iterator[bytes]:
    yield b"begun"
    raise ValueError("in the middle")


def test_chunks_and_the_end(connection: Connection) -> None:
    connection.send(GET)
    connection.score.answer(b"", stream=pumped(b"one", b"", b"x" * 17))
    assert connection.taken() == HEAD + b"3\r\none\r\n11\r\n" + b"x" * 17 + b"\r\n0\r\n\r\n"
    connection.send(GET)
    connection.score.answer()
    assert connection.statuses() == [200]


def test_a_stream_that_ends_while_the_server_stops_does_not_keep_it(connection: Connection) -> None:
    stream = Stream(iter([b"one"]))
    connection.send(GET)
    connection.score.answer(b"", stream=stream)
    connection.protocol.shutdown()
    stream.pump()
    connection.settle()
    assert connection.taken().endswith(b"0\r\n\r\n")
    assert not connection.transport.is_closed
    connection.loop.now_s += 2
    connection.settle()
    assert connection.transport.is_closed


def test_chunks_are_written_as_the_generator_yields_them(connection: Connection) -> None:
    stream = Stream(iter([b"one", b"two"]))
    connection.send(GET)
    connection.score.answer(b"", stream=stream)
    assert connection.taken() == HEAD
    stream.pump()
    connection.loop.turn()
    assert connection.taken() == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"


def test_an_empty_stream(connection: Connection) -> None:
    connection.send(GET)
    connection.score.answer(b"", stream=pumped())
    assert connection.taken() == HEAD + b"0\r\n\r\n"


def test_http_1_0_gets_the_bytes_and_the_end_of_the_connection(connection: Connection) -> None:
    connection.send(b"GET /score HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    connection.score.answer(b"", stream=pumped(b"one", b"two"))
    head, body = connection.taken().split(b"\r\n\r\n")
    assert body == b"onetwo"
    assert b"Connection: close" in head
    assert b"Transfer-Encoding" not in head
    assert connection.transport.is_closed


def test_head_gets_no_body_and_the_connection_goes_on(connection: Connection) -> None:
    connection.send(GET.replace(b"GET", b"HEAD"))
    connection.score.answer(b"", stream=pumped(b"one"))
    assert connection.taken() == HEAD
    connection.send(GET)
    assert len(connection.score.requests) == 2


def test_a_generator_that_fails_leaves_the_answer_visibly_incomplete(connection: Connection) -> None:
    stream = Stream(failing())
    stream.pump()
    connection.send(GET * 2)
    connection.score.answer(b"", stream=stream)
    assert connection.taken() == HEAD + b"5\r\nbegun\r\n"
    assert connection.transport.is_closed
    assert len(connection.score.requests) == 1


def test_while_the_client_does_not_read_nothing_more_is_written(connection: Connection) -> None:
    stream = Stream(iter([b"one", b"two"]))
    connection.send(GET)
    connection.score.answer(b"", stream=stream)
    connection.protocol.pause_writing()
    stream.pump()
    connection.loop.turn()
    assert connection.taken() == HEAD
    connection.protocol.resume_writing()
    assert connection.taken() == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"


def test_the_generator_waits_while_its_chunks_are_not_taken(connection: Connection) -> None:
    made: list[int] = []
    is_full = threading.Event()

    def numbers() -> Iterator[bytes]:
        for number in range(3 * CAPACITY):
            made.append(number)
            if number == CAPACITY:
                is_full.set()
            yield b"x"

    stream = Stream(numbers())
    connection.send(GET)
    connection.protocol.pause_writing()
    connection.score.answer(b"", stream=stream)
    runner = threading.Thread(target=stream.pump, daemon=True)
    runner.start()
    assert is_full.wait(WAIT_S)
    assert runner.is_alive()
    assert len(made) == CAPACITY + 1
    connection.protocol.resume_writing()
    while not connection.transport.written.endswith(b"0\r\n\r\n"):
        connection.loop.turn()
    runner.join(WAIT_S)
    assert connection.taken().count(b"1\r\nx\r\n") == 3 * CAPACITY


@pytest.mark.parametrize("is_answered", [True, False], ids=["while streaming", "before the stream"])
def test_a_client_that_goes_stops_the_generator(connection: Connection, is_answered: bool) -> None:
    closed: list[bool] = []

    def endless() -> Iterator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            closed.append(True)

    stream = Stream(endless())
    connection.send(GET)
    if is_answered:
        connection.score.answer(b"", stream=stream)
        connection.protocol.connection_lost(None)
    else:
        connection.protocol.connection_lost(None)
        connection.score.answer(b"", stream=stream)
    stream.pump()
    assert closed == [True]
    assert stream.is_failed


def test_answers_wait_for_a_client_that_does_not_read(connection: Connection) -> None:
    connection.send(GET * 3)
    connection.protocol.pause_writing()
    connection.score.answer()
    assert len(connection.score.requests) == 1
    connection.protocol.resume_writing()
    assert len(connection.score.requests) == 2


def test_requests_of_a_client_that_does_not_read_are_not_taken_in_without_end(connection: Connection) -> None:
    connection.protocol.pause_writing()
    connection.send(GET)
    assert connection.score.requests == []
    assert connection.transport.is_read_paused


def test_access_line_of_a_stream_has_no_length(connection: Connection) -> None:
    connection.send(GET)
    connection.score.answer(b"", stream=pumped(b"one"))
    assert connection.access.answers == [("10.0.0.7", "GET", b"/score", "1.1", 200, None, None, None)]
