"""One line of a capture file: a request as a load generator replays it, and beside it its answer (pure).

`path` (with the query), `method`, `headers`, `content_type`, `body` and `at` are what a replay reads; the other
names are for those who look at inputs and outputs. A body is text if it is valid UTF-8, else {"b64": ...}.
"""

from __future__ import annotations

import base64
from datetime import datetime, timezone
from typing import Any

import orjson

from scoring_runtime.telemetry.exchange import Exchange
from scoring_runtime.telemetry.redaction import shown_headers, shown_target

VERSION = 1


def capture_line(exchange: Exchange) -> bytes:
    """The exchange as one line of JSON, with its end."""
    return orjson.dumps(_record(exchange), option=orjson.OPT_APPEND_NEWLINE)


def _record(exchange: Exchange) -> dict[str, Any]:
    headers = shown_headers(exchange.request_headers)
    return {
        "version": VERSION,
        "time": datetime.fromtimestamp(exchange.started_s, timezone.utc).isoformat(timespec="microseconds"),
        "at": exchange.started_s,
        "request_id": exchange.request_id,
        "method": exchange.method,
        "path": shown_target(exchange.target),
        "headers": headers,
        "content_type": headers.get("content-type"),
        "body": _body(exchange.request_body),
        "response": _response(exchange),
        "timings_ms": _timings(exchange),
        "batch_rows": exchange.batch_rows,
    }


def _response(exchange: Exchange) -> dict[str, Any]:
    is_streamed = exchange.response_body is None
    return {
        "status": exchange.status,
        "headers": shown_headers(exchange.response_headers),
        "body": None if exchange.response_body is None else _body(exchange.response_body),
        "is_streamed": is_streamed,
        "error": exchange.error,
    }


def _timings(exchange: Exchange) -> dict[str, float | None]:
    return {
        "total": exchange.total_ms,
        "decode": exchange.decode_ms,
        "queue": exchange.queue_ms,
        "run": exchange.run_ms,
        "encode": exchange.encode_ms,
    }


def _body(body: bytes) -> str | dict[str, str]:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(body).decode("ascii")}
