"""OpenTelemetry traces: one server span per request, with a child span for each of its stages.

A thread of its own turns exchanges into spans, so that the event loop pays an append per request; the SDK
samples, gathers and sends them, as its environment variables say (OTEL_TRACES_SAMPLER, OTEL_BSP_*,
OTEL_EXPORTER_OTLP_*, OTEL_RESOURCE_ATTRIBUTES). Nothing global is set: a script may have traces of its own.
Import this only when traces are wanted; it needs the extra `otel`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, set_span_in_context

from scoring_runtime import __version__
from scoring_runtime.telemetry import span_fields
from scoring_runtime.telemetry.exchange import Exchange
from scoring_runtime.telemetry.exchange_queue import ExchangeQueue, remaining_s, within
from scoring_runtime.telemetry.trace_context import parent_of


class Traces:
    """Observes exchanges and sends their spans to an OTLP endpoint; `endpoint` None is what the environment says."""

    def __init__(self, service: Resource, endpoint: str | None = None, exporter: SpanExporter | None = None) -> None:
        self._provider = TracerProvider(resource=service, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter(traces_url(endpoint))))
        self._tracer = self._provider.get_tracer("scoring_runtime", __version__)
        self._queue = ExchangeQueue("traces", self._take)

    def __call__(self, exchange: Exchange) -> None:
        self._queue.put(exchange)

    @property
    def dropped_records(self) -> int:
        """How many requests left no span because too many waited."""
        return self._queue.dropped_records

    def close(self, timeout_s: float) -> None:
        """Send what waits, for at most `timeout_s`."""
        deadline_s = time.monotonic() + timeout_s
        if self._queue.close(timeout_s):
            within(remaining_s(deadline_s), self._provider.shutdown, "scoring-traces-end")

    def _take(self, exchanges: Sequence[Exchange]) -> None:
        for exchange in exchanges:
            self._record(exchange)

    def _record(self, exchange: Exchange) -> None:
        span = self._tracer.start_span(
            span_fields.span_name(exchange),
            context=parent_of(exchange),
            kind=SpanKind.SERVER,
            attributes=span_fields.sampled_by(exchange),
            start_time=span_fields.start_ns(exchange),
        )
        if span.is_recording():
            span.set_attributes(span_fields.attributes(exchange))
            self._record_stages(exchange, span)
            if exchange.status >= 500:
                span.set_status(Status(StatusCode.ERROR, span_fields.last_line(exchange.error or "")))
        span.end(span_fields.end_ns(exchange))

    def _record_stages(self, exchange: Exchange, span: Span) -> None:
        context = set_span_in_context(span)
        for name, start_ns, end_ns in span_fields.stages(exchange):
            self._tracer.start_span(name, context=context, start_time=start_ns).end(end_ns)


def traces_url(endpoint: str | None) -> str | None:
    """Where spans go for a base URL, as the standard environment variable is read too."""
    return None if endpoint is None else f"{endpoint.rstrip('/')}/v1/traces"


def service_resource(service_name: str) -> Resource:
    """The service as the environment names it, else by `service_name`."""
    resource = Resource.create()
    # The SDK's own name for a service that has none.
    if str(resource.attributes.get("service.name", "")).startswith("unknown_service"):
        resource = resource.merge(Resource({"service.name": service_name}))
    return resource
