"""One TCP connection to a server under test: whatever bytes the test wants out, whole answers in."""

from __future__ import annotations

import http.client
import socket
from types import TracebackType

from tests.process import LOOPBACK, Answer

TIMEOUT_S = 10.0


class IncompleteAnswerError(Exception):
    """The server closed the connection in the middle of an answer; `body` is what came of it."""

    def __init__(self, body: bytes) -> None:
        super().__init__(f"the connection closed after {len(body)} bytes of the body")
        self.body = body


class Connection:
    """Reads answers by their framing, so that several on one connection can be told apart."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection((LOOPBACK, port), timeout=TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def close_sending(self) -> None:
        """Half-close: the server sees the end, and can still answer."""
        self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def answer(self, method: str = "GET") -> Answer:
        """The next answer, interim ones (100) included; `method` is the request's."""
        line = self._file.readline()
        if not line:
            raise IncompleteAnswerError(b"")
        status = int(line.split()[1])
        headers = http.client.parse_headers(self._file)
        if method == "HEAD" or status < 200 or status in (204, 304):
            return Answer(status, headers, b"")
        if headers.get("Transfer-Encoding") == "chunked":
            return Answer(status, headers, self._chunked_body())
        length = headers.get("Content-Length")
        return Answer(status, headers, self._file.read() if length is None else self._exactly(int(length)))

    def receive(self, size_bytes: int) -> bytes:
        """This many bytes of whatever comes; fewer when the server closes the connection before."""
        return self._file.read(size_bytes)

    def rest(self) -> bytes:
        """All that comes until the server closes the connection."""
        return self._file.read()

    def _chunked_body(self) -> bytes:
        body = b""
        while line := self._file.readline():
            try:
                chunk = self._exactly(int(line, 16) + 2)
            except IncompleteAnswerError as error:
                raise IncompleteAnswerError(body + error.body) from None
            if line == b"0\r\n":
                return body
            body += chunk[:-2]
        raise IncompleteAnswerError(body)

    def _exactly(self, size_bytes: int) -> bytes:
        data = self._file.read(size_bytes)
        if len(data) < size_bytes:
            raise IncompleteAnswerError(data)
        return data
