"""One exchange over a plain socket, so that nothing between the servers and the comparison repairs an answer."""

from __future__ import annotations

import contextlib
import socket
from dataclasses import dataclass, field

ANSWER_TIMEOUT_S = 30.0
BODYLESS_STATUSES = frozenset({204, 304})


@dataclass(frozen=True)
class Answer:
    """A response as received. Status 0 stands for a connection that ended without one."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    chunks: tuple[bytes, ...] = ()
    is_complete: bool = True
    body: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "body", b"".join(self.chunks))

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name), None)


class _Stream:
    """Buffered reads from a socket; a cut or a time-out ends the stream."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = b""

    def _fill(self) -> bool:
        with contextlib.suppress(OSError):
            received = self._connection.recv(65536)
            self._buffer += received
            return bool(received)
        return False

    def until(self, mark: bytes) -> bytes | None:
        while mark not in self._buffer:
            if not self._fill():
                return None
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    def exactly(self, size_bytes: int) -> bytes:
        while len(self._buffer) < size_bytes and self._fill():
            pass
        found, self._buffer = self._buffer[:size_bytes], self._buffer[size_bytes:]
        return found

    def rest(self) -> bytes:
        while self._fill():
            pass
        return self._buffer


def exchange(port: int, request: bytes, method: str = "POST") -> Answer:
    """Send `request` on a connection of its own and read the answer to it."""
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_TIMEOUT_S) as connection:
        with contextlib.suppress(OSError):  # A server may refuse before it has read everything.
            connection.sendall(request)
        return _read_answer(_Stream(connection), method)


def _read_answer(stream: _Stream, method: str) -> Answer:
    head = stream.until(b"\r\n\r\n")
    if head is None:
        return Answer(0, is_complete=False)
    status_line, *lines = head.decode("latin-1").split("\r\n")
    status = int(status_line.split(" ", 2)[1])
    if status < 200:
        return _read_answer(stream, method)
    headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
    if method == "HEAD" or status in BODYLESS_STATUSES:
        return Answer(status, headers)
    return _with_body(stream, Answer(status, headers))


def _with_body(stream: _Stream, head: Answer) -> Answer:
    if (head.header("transfer-encoding") or "").lower() == "chunked":
        chunks, is_complete = _read_chunks(stream)
        return Answer(head.status, head.headers, chunks, is_complete)
    length = head.header("content-length")
    if length is None:
        return Answer(head.status, head.headers, (stream.rest(),))
    body = stream.exactly(int(length))
    return Answer(head.status, head.headers, (body,), len(body) == int(length))


def _read_chunks(stream: _Stream) -> tuple[tuple[bytes, ...], bool]:
    chunks: list[bytes] = []
    while (size := stream.until(b"\r\n")) is not None:
        size_bytes = int(size.split(b";")[0], 16)
        if size_bytes == 0:
            return tuple(chunks), True
        chunks.append(stream.exactly(size_bytes))
        stream.exactly(2)
    return tuple(chunks), False
