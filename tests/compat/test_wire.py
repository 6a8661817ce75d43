"""Answers are read as they are framed, whole or cut."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.compat.wire import Answer, exchange


@contextmanager
def _serving(answer: bytes) -> Iterator[int]:
    """A port that gives `answer` to whatever is sent, and closes."""

    def give() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=give)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(timeout=10)


def _exchange(answer: bytes, method: str = "POST") -> Answer:
    with _serving(answer) as port:
        return exchange(port, b"request", method)


def test_body_with_length() -> None:
    answer = _exchange(b"HTTP/1.1 201 Created\r\nContent-Length: 3\r\nX-A:  b \r\n\r\nabcdef")
    assert (answer.status, answer.body, answer.is_complete) == (201, b"abc", True)
    assert answer.header("x-a") == "b"
    assert answer.header("none") is None


def test_body_up_to_the_end_of_the_connection() -> None:
    assert _exchange(b"HTTP/1.1 200 OK\r\n\r\nabc").body == b"abc"


def test_chunks() -> None:
    answer = _exchange(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1;x\r\nd\r\n0\r\n\r\n")
    assert (answer.chunks, answer.body, answer.is_complete) == ((b"abc", b"d"), b"abcd", True)


def test_cut_chunks() -> None:
    answer = _exchange(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
    assert (answer.body, answer.is_complete) == (b"abc", False)


def test_cut_body() -> None:
    answer = _exchange(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc")
    assert (answer.body, answer.is_complete) == (b"abc", False)


def test_interim_answers_are_passed_over() -> None:
    assert _exchange(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx").status == 200


def test_answers_without_a_body() -> None:
    assert _exchange(b"HTTP/1.1 204 No Content\r\n\r\n").body == b""
    assert _exchange(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD") == Answer(200, (("Content-Length", "5"),))


def test_a_connection_that_ends_without_an_answer() -> None:
    assert _exchange(b"") == Answer(0, is_complete=False)
