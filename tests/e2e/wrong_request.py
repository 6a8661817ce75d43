"""A request as bytes, and what the server must make of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

JSON_TYPE = b"Content-Type: application/json"
OWN_WORDS = "..."
"""At the end of an expected message: the rest is the parser's own wording."""


@dataclass(frozen=True)
class WrongRequest:
    """`message` is that of the JSON body; `is_last` says that the connection must close after the answer."""

    name: str
    data: bytes
    status: int
    message: str
    is_last: bool = True

    @property
    def method(self) -> str:
        return self.data.split(b" ", 1)[0].decode("latin-1")

    def explains(self, message: str) -> bool:
        """Whether `message` is the one expected."""
        if self.message.endswith(OWN_WORDS):
            return message.startswith(self.message.removesuffix(OWN_WORDS))
        return message == self.message


def head(*lines: bytes, method: bytes = b"GET", target: bytes = b"/score", version: bytes = b" HTTP/1.1") -> bytes:
    """A head with these header lines and no other; CRLF ends each of them."""
    return b"".join(line + b"\r\n" for line in (method + b" " + target + version, *lines, b""))


def get(target: bytes, *lines: bytes, method: bytes = b"GET") -> bytes:
    """A request without a body."""
    return head(b"Host: h", *lines, method=method, target=target)


def post(body: bytes, *lines: bytes, target: bytes = b"/score") -> bytes:
    """A request with a body of the right length."""
    return head(b"Host: h", *lines, b"Content-Length: %d" % len(body), method=b"POST", target=target) + body


def chunked(*chunks: bytes) -> bytes:
    """A request whose body is these very bytes, announced as chunked."""
    return head(b"Host: h", b"Transfer-Encoding: chunked", method=b"POST") + b"".join(chunks)


def names(cases: Iterable[WrongRequest]) -> list[str]:
    return [case.name for case in cases]
