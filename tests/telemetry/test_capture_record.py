"""A line of a capture file."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from scoring_runtime.telemetry.capture_record import capture_line
from scoring_runtime.telemetry.exchange import Exchange
from tests.telemetry.exchanges import STARTED_S, exchange, with_headers


def record(captured: Exchange) -> dict[str, Any]:
    line = capture_line(captured)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    parsed: dict[str, Any] = json.loads(line)
    return parsed


def test_a_plain_request() -> None:
    assert record(exchange()) == {
        "version": 1,
        "time": "2026-01-01T00:00:00.250000+00:00",
        "at": STARTED_S,
        "request_id": "id-1",
        "method": "POST",
        "path": "/score",
        "headers": {"host": "127.0.0.1:5001", "content-type": "application/json"},
        "content_type": "application/json",
        "body": '{"data": [1]}',
        "response": {
            "status": 200,
            "headers": {"content-type": "application/json"},
            "body": '{"sum": 1}',
            "is_streamed": False,
            "error": None,
        },
        "timings_ms": {"total": 10.0, "decode": 1.0, "queue": 2.0, "run": 4.0, "encode": 3.0},
        "batch_rows": 1,
    }


@pytest.mark.parametrize("body", [b"", b"line\nline\r\n\x00", "ü€\U0001f600".encode(), b'{"a": "\\u00e9"}'])
def test_text_is_kept_as_it_is(body: bytes) -> None:
    captured = record(exchange(request_body=body, response_body=body))
    assert captured["body"].encode() == body
    assert captured["response"]["body"].encode() == body


@pytest.mark.parametrize("body", [b"\xff\xd8\xff", b"\x80", "é".encode("latin-1")])
def test_what_is_no_text_is_marked_and_kept(body: bytes) -> None:
    captured = record(exchange(request_body=body, response_body=body))
    assert base64.b64decode(captured["body"]["b64"]) == body
    assert base64.b64decode(captured["response"]["body"]["b64"]) == body


def test_a_streamed_answer_has_no_body() -> None:
    response = record(exchange(response_body=None))["response"]
    assert (response["body"], response["is_streamed"]) == (None, True)


def test_no_credential_is_in_it() -> None:
    captured = with_headers(
        (b"authorization", b"Bearer s3cret"),
        (b"cookie", b"s3cret"),
        (b"x-api-key", b"s3cret"),
        (b"proxy-authorization", b"s3cret"),
        target=b"/score?x=1&access_token=s3cret",
        response_headers=[(b"Set-Cookie", b"s3cret")],
    )
    line = capture_line(captured)
    assert b"s3cret" not in line
    assert json.loads(line)["path"] == "/score?x=1&access_token=***"


def test_a_failure() -> None:
    captured = record(exchange(status=500, error="boom", run_ms=None))
    assert (captured["response"]["error"], captured["timings_ms"]["run"]) == ("boom", None)
