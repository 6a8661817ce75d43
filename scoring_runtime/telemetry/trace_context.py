"""The trace that a request belongs to, as its W3C headers say."""

from __future__ import annotations

from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from scoring_runtime.telemetry.exchange import Exchange

_PROPAGATOR = TraceContextTextMapPropagator()
_HEADERS = ("traceparent", "tracestate")


def parent_of(exchange: Exchange) -> Context:
    """The client's span if it names one. The context is a fresh one: no other tracing is above ours."""
    carrier: dict[str, list[str]] = {}
    for raw_name, value in exchange.request_headers:
        name = raw_name.decode("latin-1").lower()
        if name in _HEADERS:
            carrier.setdefault(name, []).append(value.decode("latin-1"))
    return _PROPAGATOR.extract(carrier, Context())
