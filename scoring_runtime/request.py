"""One HTTP request, complete with its body, as `http/protocol` or the ASGI endpoint read it."""

from __future__ import annotations

from dataclasses import dataclass, field

Headers = list[tuple[bytes, bytes]]
Address = tuple[str, int]


@dataclass(slots=True, eq=False)
class Request:
    """`target` is the path with its query as sent; header names are in lower case, values as received.

    `named` has the headers by name, several of one name joined by commas.
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
    named: dict[bytes, bytes] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.named = dict(self.headers)
        if len(self.named) != len(self.headers):
            self.named = _joined(self.headers)


def _joined(headers: Headers) -> dict[bytes, bytes]:
    named: dict[bytes, bytes] = {}
    for name, value in headers:
        named[name] = named[name] + b"," + value if name in named else value
    return named
