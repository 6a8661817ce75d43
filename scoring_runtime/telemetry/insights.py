"""Application Insights: requests, exceptions, prints and model data through the Azure Monitor exporter.

A thread of its own makes one SERVER span per request, with the original's custom dimensions, a record for a
failed one, and one of its data where that is collected. Batches of up to 100 leave every 5 seconds; what
the service does not take in time is dropped, and nothing is kept on disk. The exporter's reports about itself
to its makers stay off. Import this only when it is wanted; it needs the extra `insights`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass

from azure.monitor.opentelemetry.exporter import AzureMonitorLogExporter, AzureMonitorTraceExporter
from opentelemetry._logs import Logger, LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

from scoring_runtime.telemetry import span_fields
from scoring_runtime.telemetry.exchange import Exchange
from scoring_runtime.telemetry.exchange_queue import ExchangeQueue, remaining_s, within
from scoring_runtime.telemetry.insights_fields import (
    MODEL_DATA,
    Fields,
    Place,
    exception_fields,
    model_data_fields,
    request_fields,
)
from scoring_runtime.telemetry.insights_prints import PrintForwarder
from scoring_runtime.telemetry.trace_context import parent_of

# What the exporter would otherwise send about itself, and ask its makers, from threads of its own.
_QUIET = (
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
)
_BATCH_RECORDS = 100
_BATCH_DELAY_MS = 5000
_WAITING_RECORDS = 2048
_MAX_DETAILS_CHARS = 32_768
_SCOPE = "azmlinfsrv"


@dataclass(frozen=True)
class InsightsOptions:
    """Where telemetry goes and what it holds."""

    connection: str
    logs_response: bool
    collects_model_data: bool


class Insights:
    """Observes exchanges and sends them to Application Insights. `takes_parameters` is the script's mode."""

    takes_parameters = False

    def __init__(self, options: InsightsOptions, place: Place) -> None:
        for name in _QUIET:
            os.environ.setdefault(name, "true")
        self._options = options
        self._place = place
        resource = Resource.create({"service.name": place.service_name})
        self._spans = _span_provider(options.connection, resource)
        self._tracer = self._spans.get_tracer(_SCOPE)
        self._records = _record_provider(options.connection, resource)
        self._logger: Logger = self._records.get_logger(_SCOPE)
        self._prints = PrintForwarder(self._logger)
        self._queue = ExchangeQueue("Application Insights", self._take)

    def __call__(self, exchange: Exchange) -> None:
        self._queue.put(exchange)

    @property
    def dropped_records(self) -> int:
        """How many requests were not reported because too many waited."""
        return self._queue.dropped_records

    def forward_prints(self) -> None:
        """Report from now on what the script prints; after logging has been configured."""
        self._prints.attach()

    def report_failed_start(self, details: str) -> None:
        """The script's init() has failed; `details` is its traceback."""
        fields: Fields = {"Container Id": self._place.container_id, "Request Id": "Unknown", "Client Request Id": ""}
        self._emit_failure(details, fields, time.time_ns(), Context())

    def close(self, timeout_s: float) -> None:
        """Send what waits, for at most `timeout_s`."""
        deadline_s = time.monotonic() + timeout_s
        self._prints.detach()
        if self._queue.close(timeout_s):
            within(remaining_s(deadline_s), self._shut_down, "scoring-insights-end")

    def _shut_down(self) -> None:
        self._spans.shutdown()
        self._records.shutdown()

    def _take(self, exchanges: Sequence[Exchange]) -> None:
        for exchange in exchanges:
            self._report(exchange)

    def _report(self, exchange: Exchange) -> None:
        context = self._report_request(exchange)
        end_ns = span_fields.end_ns(exchange)
        if exchange.status >= 500 and exchange.error is not None:
            self._emit_failure(exchange.error, exception_fields(exchange, self._place), end_ns, context)
        if self._options.collects_model_data and exchange.run_ms is not None:
            fields = model_data_fields(exchange, self._place, self.takes_parameters)
            self._emit(MODEL_DATA, SeverityNumber.INFO, fields, end_ns, context)

    def _report_request(self, exchange: Exchange) -> Context:
        fields = request_fields(exchange, self._place, self._options.logs_response)
        native: dict[str, str | int] = {
            "http.request.method": exchange.method,
            "http.response.status_code": exchange.status,
        }
        span = self._tracer.start_span(
            span_fields.ROUTE,
            context=parent_of(exchange),
            kind=SpanKind.SERVER,
            attributes={**fields, **native},
            start_time=span_fields.start_ns(exchange),
        )
        if exchange.status >= 500:
            span.set_status(Status(StatusCode.ERROR))
        span.end(span_fields.end_ns(exchange))
        return set_span_in_context(span, Context())

    def _emit_failure(self, details: str, fields: Fields, time_ns: int, context: Context) -> None:
        """`details` is a message, or a traceback whose last line is one."""
        details = details.strip()[-_MAX_DETAILS_CHARS:]
        message = span_fields.last_line(details)
        exception = {
            "exception.type": _kind(message),
            "exception.message": message,
            "exception.stacktrace": details,
        }
        self._emit(message, SeverityNumber.ERROR, {**fields, **exception}, time_ns, context)

    def _emit(self, body: str, severity: SeverityNumber, fields: Fields, time_ns: int, context: Context) -> None:
        record = LogRecord(
            timestamp=time_ns,
            observed_timestamp=time_ns,
            context=context,
            severity_number=severity,
            severity_text=severity.name,
            body=body,
            attributes=fields,
        )
        self._logger.emit(record)


def _span_provider(connection: str, resource: Resource) -> TracerProvider:
    # As in the original, every request is reported, whatever a client's traceparent says about sampling.
    provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
    exporter = AzureMonitorTraceExporter(
        connection_string=connection, disable_offline_storage=True, tracer_provider=provider
    )
    provider.add_span_processor(BatchSpanProcessor(exporter, _WAITING_RECORDS, _BATCH_DELAY_MS, _BATCH_RECORDS))
    return provider


def _record_provider(connection: str, resource: Resource) -> LoggerProvider:
    provider = LoggerProvider(resource=resource, shutdown_on_exit=False)
    exporter = AzureMonitorLogExporter(connection_string=connection, disable_offline_storage=True)
    provider.add_log_record_processor(
        BatchLogRecordProcessor(exporter, _BATCH_DELAY_MS, _BATCH_RECORDS, max_queue_size=_WAITING_RECORDS)
    )
    return provider


def _kind(message: str) -> str:
    """`ValueError` of `ValueError: boom`."""
    kind, colon, _ = message.partition(":")
    return kind if colon and kind.replace(".", "").isidentifier() else "ScoringError"
