"""One HTTP request, complete with its body, as `http/protocol` or the ASGI endpoint read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Headers = list[tuple[bytes, bytes]]
Address = tuple[str, int]
_new = object.__new__


@dataclass(slots=True, eq=False)
class Request:
    """`target` is the path with its query as sent; header names are in lower case, values as received.

    `named` has the headers by name, several of one name joined by commas; made from `headers` unless it is given.
    `kept` is for what follows from the head and the client alone; requests of one connection whose heads are the same
    bytes share it, and `headers` and `named` too, which are never changed.
    """

    method: str
    target: bytes
    path: bytes
    query: bytes
    headers: Headers
    body: bytes = b""
    http_version: str = "1.1"
    scheme: str = "http"
    client: Address | None = None
    server: Address | None = None
    named: dict[bytes, bytes] = None  # type: ignore[assignment]  # never None once it is made
    kept: dict[str, Any] = None  # type: ignore[assignment]  # the same

    def __post_init__(self) -> None:
        if self.named is None:
            self.named = by_name(self.headers)
        if self.kept is None:
            self.kept = {}

    def again(self, body: bytes) -> Request:
        """The same request with another body; for every request of a client, so without `__init__`."""
        request: Request = _new(Request)
        request.method = self.method
        request.target = self.target
        request.path = self.path
        request.query = self.query
        request.headers = self.headers
        request.body = body
        request.http_version = self.http_version
        request.scheme = self.scheme
        request.client = self.client
        request.server = self.server
        request.named = self.named
        request.kept = self.kept
        return request


def address_of(name: Any) -> Address | None:
    """What a transport calls its peer or itself, if that is a network address."""
    return (str(name[0]), int(name[1])) if isinstance(name, tuple) else None


def by_name(headers: Headers) -> dict[bytes, bytes]:
    """The headers by name, several of one name joined by commas."""
    named = dict(headers)
    if len(named) == len(headers):
        return named
    named.clear()
    for name, value in headers:
        named[name] = named[name] + b"," + value if name in named else value
    return named
