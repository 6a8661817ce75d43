"""Traces as a collector receives them over HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from scoring_runtime.telemetry.span_fields import end_ns, start_ns
from scoring_runtime.telemetry.traces import Traces, service_resource, traces_url
from tests.telemetry.collector import Collector
from tests.telemetry.exchanges import exchange, with_headers

WAIT_S = 30.0
TRACE_ID, PARENT_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture
def traces(collector: Collector) -> Traces:
    return Traces(service_resource("my service"), collector.url)


def requests_of(collector: Collector) -> list[ExportTraceServiceRequest]:
    posted = collector.arrived()
    assert {path for path, _ in posted} == {"/v1/traces"}
    return [ExportTraceServiceRequest.FromString(body) for _, body in posted]


def spans_of(collector: Collector) -> list[Span]:
    return [
        span
        for request in requests_of(collector)
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def parent_header(flags: bytes) -> tuple[bytes, bytes]:
    return b"traceparent", f"00-{TRACE_ID}-{PARENT_ID}-".encode() + flags


def test_a_request_is_a_server_span_with_its_stages_below(collector: Collector, traces: Traces) -> None:
    observed = exchange(batch_rows=5)
    traces(observed)
    traces.close(WAIT_S)
    *children, server = spans_of(collector)
    assert (server.name, server.kind, server.parent_span_id) == ("POST /score", Span.SPAN_KIND_SERVER, b"")
    assert (server.start_time_unix_nano, server.end_time_unix_nano) == (start_ns(observed), end_ns(observed))
    values = {each.key: each.value for each in server.attributes}
    assert values["http.response.status_code"].int_value == 200
    assert values["scoring.batch_rows"].int_value == 5
    assert [child.name for child in children] == ["decode", "queue", "run", "encode"]
    assert {child.parent_span_id for child in children} == {server.span_id}
    assert {child.trace_id for child in children} == {server.trace_id}
    assert children[2].start_time_unix_nano == start_ns(observed) + 3_000_000
    assert children[2].end_time_unix_nano == start_ns(observed) + 7_000_000
    assert server.status.code == Status.STATUS_CODE_UNSET


def test_the_clients_trace_goes_on(collector: Collector, traces: Traces) -> None:
    traces(with_headers(parent_header(b"01"), (b"tracestate", b"vendor=1")))
    traces.close(WAIT_S)
    server = spans_of(collector)[-1]
    assert (server.trace_id.hex(), server.parent_span_id.hex()) == (TRACE_ID, PARENT_ID)
    assert server.trace_state == "vendor=1"


def test_what_the_client_does_not_sample_is_not_sent(collector: Collector, traces: Traces) -> None:
    traces(with_headers(parent_header(b"00")))
    traces(with_headers((b"traceparent", b"nonsense"), request_id="seen"))
    traces.close(WAIT_S)
    servers = [span for span in spans_of(collector) if span.kind == Span.SPAN_KIND_SERVER]
    assert len(servers) == 1
    assert servers[0].trace_id.hex() != TRACE_ID


def test_the_sampler_is_the_environments(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_always_off")
    traces = Traces(service_resource("s"), collector.url)
    traces(exchange())
    traces(with_headers(parent_header(b"01")))
    traces.close(WAIT_S)
    assert {span.trace_id.hex() for span in spans_of(collector)} == {TRACE_ID}


@pytest.mark.parametrize(("status", "is_error"), [(200, False), (404, False), (500, True), (503, True)])
def test_only_a_fault_of_the_server_is_an_error(
    collector: Collector, traces: Traces, status: int, is_error: bool
) -> None:
    traces(exchange(status=status, error="Traceback ...\nValueError: boom\n"))
    traces.close(WAIT_S)
    server = spans_of(collector)[-1]
    assert (server.status.code == Status.STATUS_CODE_ERROR) is is_error
    assert server.status.message == ("ValueError: boom" if is_error else "")


def test_the_endpoint_is_the_environments(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    traces = Traces(service_resource("s"))
    traces(exchange())
    traces.close(WAIT_S)
    assert len(spans_of(collector)) == 5


def test_traces_leave_before_the_end(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "1")
    traces = Traces(service_resource("s"), collector.url)
    traces(exchange())
    assert collector.next_post()[0] == "/v1/traces"
    traces.close(WAIT_S)


def test_the_service_is_named_by_the_environment_or_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert service_resource("mine").attributes["service.name"] == "mine"
    monkeypatch.setenv("OTEL_SERVICE_NAME", "theirs")
    assert service_resource("mine").attributes["service.name"] == "theirs"


@pytest.mark.parametrize("base", ["http://h:4318", "http://h:4318/"])
def test_the_path_is_put_behind_the_base(base: str) -> None:
    assert traces_url(base) == "http://h:4318/v1/traces"
    assert traces_url(None) is None


class StuckExporter(SpanExporter):
    """Never comes back until it is released."""

    def __init__(self) -> None:
        self.released = threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        assert self.released.wait(WAIT_S)
        return SpanExportResult.SUCCESS


def test_a_collector_that_does_not_answer_delays_neither_requests_nor_the_end() -> None:
    exporter = StuckExporter()
    traces = Traces(service_resource("s"), exporter=exporter)
    began_s = time.monotonic()
    for _ in range(100):
        traces(exchange())
    traces.close(0.2)
    assert time.monotonic() - began_s < WAIT_S / 2
    exporter.released.set()
