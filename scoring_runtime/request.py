"""One HTTP request, complete with its body, as `http/protocol` or the ASGI endpoint read it."""

from __future__ import annotations

from dataclasses import dataclass, field

Headers = list[tuple[bytes, bytes]]
Address = tuple[str, int]


@dataclass(slots=True, eq=False)
class Request:
    """`target` is the path with its query as sent; header names are in lower case, values as received."""

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
    _by_name: dict[bytes, bytes] | None = field(default=None, repr=False)

    def header(self, name: bytes) -> bytes | None:
        """The value of the header `name` (lower case), the first of several, or None."""
        if self._by_name is None:
            self._by_name = dict(reversed(self.headers))
        return self._by_name.get(name)
