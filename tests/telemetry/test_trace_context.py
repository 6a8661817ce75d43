"""The trace that a request names."""

from __future__ import annotations

import pytest
from opentelemetry.trace import get_current_span

from scoring_runtime.telemetry.trace_context import parent_of
from tests.telemetry.exchanges import with_headers

PARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_the_client_s_span() -> None:
    span = get_current_span(parent_of(with_headers((b"traceparent", PARENT), (b"tracestate", b"a=1,b=2"))))
    context = span.get_span_context()
    assert f"{context.trace_id:032x}-{context.span_id:016x}" == PARENT[3:-3].decode()
    assert dict(context.trace_state) == {"a": "1", "b": "2"}
    assert context.is_remote


@pytest.mark.parametrize(
    "value", [b"", b"nonsense", b"\xff", PARENT[:-3], b"00-" + b"0" * 32 + b"-b7ad6b7169203331-01"]
)
def test_what_is_none(value: bytes) -> None:
    span = get_current_span(parent_of(with_headers((b"traceparent", value))))
    assert not span.get_span_context().is_valid
