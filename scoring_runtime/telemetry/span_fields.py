"""An exchange as spans see it: attributes in OpenTelemetry's names, and when each stage began and ended (pure)."""

from __future__ import annotations

from collections.abc import Iterator

from scoring_runtime.telemetry.exchange import Exchange
from scoring_runtime.telemetry.redaction import shown_headers, shown_target

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"})
ROUTE = "/score"
_NS_PER_S, _NS_PER_MS = 1_000_000_000, 1_000_000

AttributeValue = str | int
Stage = tuple[str, int, int]


def span_name(exchange: Exchange) -> str:
    """`POST /score`; HTTP for a method that nobody knows."""
    return f"{exchange.method if exchange.method in METHODS else 'HTTP'} {ROUTE}"


def sampled_by(exchange: Exchange) -> dict[str, AttributeValue]:
    """The attributes that a sampler may look at; the others are not worth their time before it has said yes."""
    return {"http.request.method": exchange.method if exchange.method in METHODS else "_OTHER", "http.route": ROUTE}


def attributes(exchange: Exchange) -> dict[str, AttributeValue]:
    """The attributes of the server span."""
    path, _, query = shown_target(exchange.target).partition("?")
    headers = shown_headers(exchange.request_headers)
    host, port = _host_and_port(headers.get("host", ""))
    values: dict[str, AttributeValue | None] = {
        **sampled_by(exchange),
        "http.request.method_original": None if exchange.method in METHODS else exchange.method,
        "http.response.status_code": exchange.status,
        "url.scheme": "http",
        "url.path": path,
        "url.query": query or None,
        "server.address": host or None,
        "server.port": port,
        "user_agent.original": headers.get("user-agent"),
        "http.request.body.size": len(exchange.request_body),
        "http.response.body.size": None if exchange.response_body is None else len(exchange.response_body),
        "error.type": str(exchange.status) if exchange.status >= 500 else None,
        "scoring.request_id": exchange.request_id,
        "scoring.batch_rows": exchange.batch_rows,
    }
    return {name: value for name, value in values.items() if value is not None}


def start_ns(exchange: Exchange) -> int:
    """When the request was complete, in nanoseconds since the epoch."""
    return int(exchange.started_s * _NS_PER_S)


def end_ns(exchange: Exchange) -> int:
    """When the answer was."""
    return start_ns(exchange) + int(exchange.total_ms * _NS_PER_MS)


def stages(exchange: Exchange) -> Iterator[Stage]:
    """Name, start and end in nanoseconds of each stage that the request reached: one follows the other."""
    begin_ns = start_ns(exchange)
    durations_ms = {
        "decode": exchange.decode_ms,
        "queue": exchange.queue_ms,
        "run": exchange.run_ms or 0.0,
        "encode": exchange.encode_ms,
    }
    for name, duration_ms in durations_ms.items():
        finish_ns = begin_ns + int(duration_ms * _NS_PER_MS)
        if duration_ms > 0:
            yield name, begin_ns, finish_ns
        begin_ns = finish_ns


def last_line(details: str) -> str:
    """The message of an error: all of it, or the last line of its traceback."""
    return details.strip().rpartition("\n")[2]


def _host_and_port(host: str) -> tuple[str, int | None]:
    name, colon, port = host.rpartition(":")
    if colon and port.isascii() and port.isdigit() and not name.endswith(":"):
        return name, int(port)
    return host, None
