"""A Request on its way to a worker process: its head as JSON, its body as it is."""

from __future__ import annotations

from typing import Any

from scoring_runtime.call import Arguments
from scoring_runtime.request import Request


def pack(arguments: Arguments) -> tuple[list[Any], bytes]:
    """The parts of the one argument `request`."""
    request: Request = arguments["request"]
    names, values = [], []
    for name, value in request.headers:
        names.append(name.decode("latin-1"))
        values.append(value.decode("latin-1"))
    texts = (request.target, request.path, request.query)
    head = [request.method, *[text.decode("latin-1") for text in texts], names, values]
    return [*head, request.http_version, request.scheme, request.client, request.server], request.body


def unpack(meta: Any, body: bytes) -> Request:
    """The request that `pack` was given."""
    method, target, path, query, names, values, http_version, scheme, client, server = meta
    return Request(
        method,
        target.encode("latin-1"),
        path.encode("latin-1"),
        query.encode("latin-1"),
        [(name.encode("latin-1"), value.encode("latin-1")) for name, value in zip(names, values, strict=True)],
        body,
        http_version,
        scheme,
        None if client is None else (client[0], client[1]),
        None if server is None else (server[0], server[1]),
    )
