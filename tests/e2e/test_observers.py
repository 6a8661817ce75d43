"""Capture, traces and Application Insights of a real server, with real collectors, with and without the extras."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.process import ServerProcess
from tests.telemetry.collector import Collector

KEY = "00000000-1111-2222-3333-444444444444"
BODY = b'{"data": [1, 2]}'
SCRIPT = Path(__file__).parents[1] / "scripts" / "sums_and_prints.py"


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


def insights_environment(collector: Collector) -> dict[str, str]:
    return {
        "AML_APP_INSIGHTS_ENABLED": "true",
        "AML_APP_INSIGHTS_KEY": KEY,
        "AML_MDC_STORAGE_ENABLED": "true",
        "APPLICATIONINSIGHTS_CONNECTION_STRING": f"IngestionEndpoint={collector.url}",
    }


def without(tmp_path: Path, module: str) -> dict[str, str]:
    """The environment of a process in which `module` cannot be imported."""
    folder = tmp_path / "without"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(f"import sys\nsys.modules[{module!r}] = None\n")
    return {"PYTHONPATH": str(folder)}


def test_capture(tmp_path: Path) -> None:
    folder = tmp_path / "captured"
    with ServerProcess(SCRIPT, "--capture-dir", str(folder)) as server:
        answers = [server.request("POST", "/score?key=s3cret", body) for body in (BODY, b'{"data": []}', b"\xff")]
        assert server.stop() == 0
    assert [answer.status for answer in answers] == [200, 500, 400]
    (path,) = folder.iterdir()
    assert "s3cret" not in path.read_text()
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert [record["request_id"] for record in records] == [answer.headers["x-ms-request-id"] for answer in answers]
    assert [record["body"] for record in records] == [BODY.decode(), '{"data": []}', {"b64": "/w=="}]
    assert [record["response"]["body"] for record in records] == [answer.text for answer in answers]
    assert records[0]["timings_ms"]["total"] >= records[0]["timings_ms"]["run"] > 0


def test_traces(collector: Collector) -> None:
    parent = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    with ServerProcess(SCRIPT, env={"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}) as server:
        server.request("POST", "/score", BODY, parent)
        assert server.stop() == 0
    ((path, body),) = collector.arrived()
    (resource,) = ExportTraceServiceRequest.FromString(body).resource_spans
    spans = resource.scope_spans[0].spans
    assert path == "/v1/traces"
    assert {span.trace_id.hex() for span in spans} == {"0af7651916cd43dd8448eb211c80319c"}
    assert {span.name for span in spans} >= {"POST /score", "decode", "run"}
    server_span = next(span for span in spans if span.name == "POST /score")
    for span in spans:
        assert server_span.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= server_span.end_time_unix_nano


def test_application_insights(collector: Collector) -> None:
    with ServerProcess(SCRIPT, env=insights_environment(collector)) as server:
        server.request("POST", "/score", BODY)
        server.request("POST", "/score", b'{"data": []}')
        assert server.stop() == 0
    posted = [envelope["data"] for _, body in collector.arrived() for envelope in json.loads(body)]
    requests = [data["baseData"]["properties"] for data in posted if data["baseType"] == "RequestData"]
    assert [each["resultCode"] for each in requests] == ["200", "500"]
    assert requests[0]["Response Value"] == "3"
    messages = [data["baseData"]["message"] for data in posted if data["baseType"] == "MessageData"]
    assert sorted(messages) == ["hello from init", "model_data_collection"]
    assert [data["baseType"] for data in posted].count("ExceptionData") == 1
    assert "Valid Application Insights instrumentation key provided." in server.log()
    assert KEY not in server.log()


def test_without_the_extra_the_server_serves_and_says_what_to_install(collector: Collector, tmp_path: Path) -> None:
    environment = insights_environment(collector) | without(tmp_path, "azure.monitor.opentelemetry.exporter")
    with ServerProcess(SCRIPT, env=environment) as server:
        assert server.request("POST", "/score", BODY).text == "3"
        assert server.stop() == 0
    assert "pip install 'scoring-runtime[insights]'" in server.log()
    assert collector.arrived() == []


def test_the_traces_option_without_the_extra_ends_the_start(tmp_path: Path) -> None:
    server = ServerProcess(SCRIPT, "--traces", "http://127.0.0.1:1", env=without(tmp_path, "opentelemetry.sdk.trace"))
    with pytest.raises(AssertionError, match="the server exited with 3"), server:
        raise AssertionError("the server has started")
    assert "pip install 'scoring-runtime[otel]'" in server.log()


def test_collectors_that_nobody_answers_for_do_not_keep_the_server(tmp_path: Path) -> None:
    gone = Collector()
    gone.close()
    environment = insights_environment(gone) | {"OTEL_EXPORTER_OTLP_ENDPOINT": gone.url}
    with ServerProcess(SCRIPT, env=environment) as server:
        assert server.request("POST", "/score", BODY).text == "3"
        assert server.stop() == 0
    assert KEY not in server.log()
