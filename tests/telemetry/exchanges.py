"""Exchanges to observe: one of a plain request, changed as a test wants it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scoring_runtime.telemetry.exchange import Exchange

STARTED_S = 1_767_225_600.25  # 2026-01-01T00:00:00.250Z

PLAIN = Exchange(
    request_id="id-1",
    method="POST",
    target=b"/score",
    request_headers=[(b"host", b"127.0.0.1:5001"), (b"content-type", b"application/json")],
    request_body=b'{"data": [1]}',
    status=200,
    response_headers=[(b"content-type", b"application/json")],
    response_body=b'{"sum": 1}',
    error=None,
    started_s=STARTED_S,
    total_ms=10.0,
    decode_ms=1.0,
    queue_ms=2.0,
    run_ms=4.0,
    encode_ms=3.0,
    batch_rows=1,
)


def exchange(**changes: Any) -> Exchange:
    """A plain exchange with `changes`."""
    return replace(PLAIN, **changes)


def with_headers(*headers: tuple[bytes, bytes], **changes: Any) -> Exchange:
    """A plain exchange whose request has these headers besides its own."""
    return exchange(request_headers=[*PLAIN.request_headers, *headers], **changes)
