"""Application Insights as its ingestion endpoint receives it, over HTTP."""

from __future__ import annotations

import ast
import json
import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from scoring_runtime.telemetry.insights import Insights, InsightsOptions
from scoring_runtime.telemetry.insights_fields import Place
from scoring_runtime.telemetry.loggers import PRINT_LOGGER, TRACE_LOGGER
from tests.telemetry.collector import Collector
from tests.telemetry.exchanges import exchange, with_headers

KEY = "00000000-1111-2222-3333-444444444444"
PLACE = Place("box", "workspace", "service", ["m:1"])
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
TRACEBACK = 'Traceback (most recent call last):\n  File "score.py", line 6, in run\nValueError: boom'
WAIT_S = 30.0


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    # What the exporter is told through os.environ is undone afterwards.
    for name in ("STATSBEAT_DISABLED_ALL", "SDKSTATS_DISABLED", "CONTROLPLANE_DISABLED"):
        monkeypatch.setenv(f"APPLICATIONINSIGHTS_{name}", "")
        monkeypatch.delenv(f"APPLICATIONINSIGHTS_{name}")
    collector = Collector()
    yield collector
    collector.close()


def insights(collector: Collector, logs_response: bool = True, collects_model_data: bool = False) -> Insights:
    connection = f"InstrumentationKey={KEY};IngestionEndpoint={collector.url}"
    return Insights(InsightsOptions(connection, logs_response, collects_model_data), PLACE)


def envelopes(collector: Collector, kind: str) -> list[dict[str, Any]]:
    """What arrived of one kind, in any batch; every envelope carries the key."""
    posted = [envelope for _, body in collector.arrived() for envelope in json.loads(body)]
    assert {envelope["iKey"] for envelope in posted} == {KEY}
    return [envelope for envelope in posted if envelope["data"]["baseType"] == kind]


def test_requests_arrive_with_the_originals_dimensions_and_the_true_duration(collector: Collector) -> None:
    client = insights(collector)
    client(exchange(total_ms=1234.0))
    client.close(WAIT_S)
    (envelope,) = envelopes(collector, "RequestData")
    data = envelope["data"]["baseData"]
    assert (data["name"], data["duration"], data["responseCode"]) == ("/score", "0.00:00:01.234", "200")
    assert data["success"] is True
    assert envelope["tags"]["ai.cloud.role"] == "service"
    assert envelope["time"] == "2026-01-01T00:00:00.250000Z"
    assert data["properties"] == {
        "Container Id": "box",
        "Request Id": "id-1",
        "Client Request Id": "",
        "Response Value": '{"sum": 1}',
        "name": "/score",
        "url": "http://127.0.0.1:5001/score",
        "start_time": "2026-01-01T00:00:00.250000Z",
        "duration": "00:00:01.234",
        "resultCode": "200",
        "success": "True",
        "http_method": "POST",
        "Workspace Name": "workspace",
        "Service Name": "service",
    }


def test_the_response_stays_here_when_it_is_not_to_be_logged(collector: Collector) -> None:
    client = insights(collector, logs_response=False)
    client(exchange(response_body=b'"confidential"'))
    client.close(WAIT_S)
    posted = collector.arrived()
    assert posted
    assert b"confidential" not in b"".join(body for _, body in posted)


def test_model_data_is_sent_only_when_it_is_collected_and_run_has_returned(collector: Collector) -> None:
    silent = insights(collector)
    silent(exchange())
    silent.close(WAIT_S)
    assert envelopes(collector, "MessageData") == []
    client = insights(collector, collects_model_data=True)
    client(exchange())
    client(exchange(status=500, run_ms=None))
    client.close(WAIT_S)
    (envelope,) = envelopes(collector, "MessageData")
    data = envelope["data"]["baseData"]
    assert data["message"] == "model_data_collection"
    fields = ast.literal_eval(data["properties"]["custom_dimensions"])
    assert fields["Input"] == json.dumps('{"data": [1]}')
    assert fields["Prediction"] == data["properties"]["Prediction"] == '{"sum": 1}'


def test_the_input_of_a_script_with_parameters_is_their_object(collector: Collector) -> None:
    client = insights(collector, collects_model_data=True)
    client.takes_parameters = True
    client(exchange())
    client.close(WAIT_S)
    (envelope,) = envelopes(collector, "MessageData")
    assert envelope["data"]["baseData"]["properties"]["Input"] == '{"data": [1]}'


def test_a_failed_request_is_an_exception_too(collector: Collector) -> None:
    client = insights(collector)
    client(exchange(status=500, error=TRACEBACK, run_ms=None))
    client(exchange(status=400, error="the client's"))
    client.close(WAIT_S)
    arrived = [envelope for _, body in collector.arrived() for envelope in json.loads(body)]
    requests = [each["data"]["baseData"] for each in arrived if each["data"]["baseType"] == "RequestData"]
    assert [(each["responseCode"], each["success"]) for each in requests] == [("500", False), ("400", False)]
    (exception,) = [each["data"]["baseData"] for each in arrived if each["data"]["baseType"] == "ExceptionData"]
    assert exception["properties"]["Request Id"] == "id-1"
    (details,) = exception["exceptions"]
    assert (details["typeName"], details["message"]) == ("ValueError", "ValueError: boom")
    assert details["stack"] == TRACEBACK


def test_a_failed_start_is_an_exception_of_no_request(collector: Collector) -> None:
    client = insights(collector)
    client.report_failed_start("a message without a type")
    client.close(WAIT_S)
    (envelope,) = envelopes(collector, "ExceptionData")
    data = envelope["data"]["baseData"]
    assert (data["properties"]["Request Id"], data["properties"]["Container Id"]) == ("Unknown", "box")
    assert data["exceptions"][0]["typeName"] == "ScoringError"


def test_the_clients_trace_goes_on_and_its_sampling_hides_nothing(collector: Collector) -> None:
    client = insights(collector, collects_model_data=True)
    client(with_headers((b"traceparent", f"00-{TRACE_ID}-b7ad6b7169203331-00".encode())))
    client.close(WAIT_S)
    arrived = [envelope for _, body in collector.arrived() for envelope in json.loads(body)]
    ours = [each for each in arrived if each["data"]["baseType"] in ("RequestData", "MessageData")]
    assert [each["tags"]["ai.operation.id"] for each in ours] == [TRACE_ID] * 2


def test_prints_and_traces_are_forwarded_until_the_end(collector: Collector) -> None:
    client = insights(collector)
    loggers = [logging.getLogger(name) for name in (PRINT_LOGGER, TRACE_LOGGER)]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    client.forward_prints()
    loggers[0].info("printed %d", 1)
    loggers[1].warning("traced")
    loggers[1].debug("below INFO")
    client.close(WAIT_S)
    loggers[0].info("too late")
    messages = [envelope["data"]["baseData"] for envelope in envelopes(collector, "MessageData")]
    assert [(each["message"], each["severityLevel"]) for each in messages] == [("printed 1", 1), ("traced", 2)]


def test_no_thread_is_left_and_nothing_else_is_asked(collector: Collector) -> None:
    before = set(threading.enumerate())
    client = insights(collector)
    client(exchange())
    client.close(WAIT_S)
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert {name for name in left if "process_request_thread" not in name} == set()
    assert {path for path, _ in collector.arrived()} == {"/v2.1/track"}


def test_the_key_reaches_no_log(collector: Collector, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = insights(collector)
    client(exchange(status=500, error=TRACEBACK))
    client.close(WAIT_S)
    assert caplog.records
    assert KEY not in caplog.text


def test_an_endpoint_that_refuses_delays_neither_requests_nor_the_end(caplog: pytest.LogCaptureFixture) -> None:
    gone = Collector()
    gone.close()
    client = insights(gone)
    for _ in range(100):
        client(exchange())
    client.close(0.2)
    assert client.dropped_records == 0
    assert KEY not in caplog.text
