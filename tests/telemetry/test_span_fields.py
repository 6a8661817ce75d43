"""An exchange in OpenTelemetry's names."""

from __future__ import annotations

from typing import Any

import pytest

from scoring_runtime.telemetry.span_fields import attributes, end_ns, span_name, stages, start_ns
from tests.telemetry.exchanges import STARTED_S, exchange, with_headers

START_NS = int(STARTED_S * 1_000_000_000)
MS = 1_000_000


def test_attributes() -> None:
    plain = with_headers((b"user-agent", b"curl/8"), target=b"/score?x=1&key=secret", batch_rows=7)
    assert attributes(plain) == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "http.route": "/score",
        "url.scheme": "http",
        "url.path": "/score",
        "url.query": "x=1&key=***",
        "server.address": "127.0.0.1",
        "server.port": 5001,
        "user_agent.original": "curl/8",
        "http.request.body.size": 13,
        "http.response.body.size": 10,
        "scoring.request_id": "id-1",
        "scoring.batch_rows": 7,
    }


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"status": 503}, "error.type", "503"),
        ({"status": 499}, "error.type", None),
        ({"method": "BREW"}, "http.request.method", "_OTHER"),
        ({"method": "BREW"}, "http.request.method_original", "BREW"),
        ({"response_body": None}, "http.response.body.size", None),
        ({"request_headers": []}, "server.address", None),
        ({"request_headers": [(b"host", b"[::1]:80")]}, "server.address", "[::1]"),
        ({"request_headers": [(b"host", b"[::1]:80")]}, "server.port", 80),
        ({"request_headers": [(b"host", b"name")]}, "server.address", "name"),
        ({"request_headers": [(b"host", b"::1")]}, "server.port", None),
    ],
)
def test_attributes_that_depend(changes: dict[str, Any], name: str, value: object) -> None:
    assert attributes(exchange(**changes)).get(name) == value


def test_names() -> None:
    assert span_name(exchange()) == "POST /score"
    assert span_name(exchange(method="BREW")) == "HTTP /score"


def test_stages_follow_each_other_from_the_start_to_the_end() -> None:
    assert (start_ns(exchange()), end_ns(exchange())) == (START_NS, START_NS + 10 * MS)
    assert list(stages(exchange())) == [
        ("decode", START_NS, START_NS + MS),
        ("queue", START_NS + MS, START_NS + 3 * MS),
        ("run", START_NS + 3 * MS, START_NS + 7 * MS),
        ("encode", START_NS + 7 * MS, START_NS + 10 * MS),
    ]


def test_a_stage_that_was_not_reached_is_left_out() -> None:
    rejected = exchange(status=429, decode_ms=0.5, queue_ms=0.0, run_ms=None, encode_ms=0.0)
    assert [name for name, _, _ in stages(rejected)] == ["decode"]
