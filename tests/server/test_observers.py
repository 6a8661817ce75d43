"""Which observers the settings switch on, and what happens without the extras."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from scoring_runtime.errors import StartError
from scoring_runtime.server.observers import Observers, build_observers, wants_traces
from scoring_runtime.settings import Settings
from scoring_runtime.telemetry.exchange import Exchange
from tests.process import clean_environment
from tests.telemetry.collector import Collector
from tests.telemetry.exchanges import exchange

KEY = "00000000-1111-2222-3333-444444444444"
WAIT_S = 30.0


@pytest.fixture(autouse=True)
def _quiet_exporter(monkeypatch: pytest.MonkeyPatch) -> None:
    # What the exporter is told through os.environ, but undone afterwards.
    for name in ("STATSBEAT_DISABLED_ALL", "SDKSTATS_DISABLED", "CONTROLPLANE_DISABLED"):
        monkeypatch.setenv(f"APPLICATIONINSIGHTS_{name}", "true")


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


def insights_settings(url: str) -> Settings:
    connection = f"InstrumentationKey={KEY};IngestionEndpoint={url}"
    return Settings(has_app_insights=True, app_insights_connection_string=connection)


def without(monkeypatch: pytest.MonkeyPatch, module: str, user: str) -> None:
    """`module` is not installed, and `user`, which needs it, was not imported yet."""
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, user, raising=False)


def test_nothing_is_on_by_default() -> None:
    observers = build_observers(Settings(), {})
    assert not observers
    observers(exchange())
    observers.close(WAIT_S)
    assert observers.dropped_records() == {}


def test_capture(tmp_path: Path) -> None:
    observers = build_observers(Settings(capture_dir=str(tmp_path)), {})
    assert observers
    observers(exchange())
    observers.close(WAIT_S)
    (path,) = tmp_path.iterdir()
    assert json.loads(path.read_bytes())["request_id"] == "id-1"
    assert observers.dropped_records() == {"capture": 0}


def test_traces_of_the_option(collector: Collector) -> None:
    observers = build_observers(Settings(traces_endpoint=collector.url), {})
    observers(exchange())
    observers.close(WAIT_S)
    assert [path for path, _ in collector.arrived()] == ["/v1/traces"]


@pytest.mark.parametrize(
    ("environ", "is_wanted"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://h"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_traces_of_the_environment(environ: dict[str, str], is_wanted: bool) -> None:
    assert wants_traces(environ) is is_wanted


def test_insights(collector: Collector) -> None:
    observers = build_observers(insights_settings(collector.url), {})
    observers.script_loaded(takes_parameters=True)
    observers(exchange())
    observers.start_failed("KeyError: 'x'")
    observers.close(WAIT_S)
    posted = [envelope for _, body in collector.arrived() for envelope in json.loads(body)]
    kinds = {envelope["data"]["baseType"] for envelope in posted}
    assert kinds >= {"RequestData", "ExceptionData"}


def test_a_connection_string_that_the_exporter_refuses_is_told(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(has_app_insights=True, app_insights_connection_string=f"InstrumentationKey={KEY};a=b=c")
    assert not build_observers(settings, {})
    assert caplog.messages == ["Nothing is sent to Application Insights: Invalid connection string"]


def test_the_option_without_its_extra_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "opentelemetry.sdk.trace", "scoring_runtime.telemetry.traces")
    with pytest.raises(StartError, match=r"pip install 'scoring-runtime\[otel\]'$"):
        build_observers(Settings(traces_endpoint="http://127.0.0.1:1"), {})


def test_the_environment_without_the_extra_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    without(monkeypatch, "opentelemetry.sdk.trace", "scoring_runtime.telemetry.traces")
    assert not build_observers(Settings(), {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"})
    (message,) = caplog.messages
    assert message.endswith("pip install 'scoring-runtime[otel]'")


def test_insights_without_the_extra_are_a_warning_that_names_the_remedy(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    without(monkeypatch, "azure.monitor.opentelemetry.exporter", "scoring_runtime.telemetry.insights")
    assert not build_observers(insights_settings("http://127.0.0.1:1"), {})
    (message,) = caplog.messages
    assert message.startswith("No telemetry for Application Insights can be sent: ")
    assert message.endswith("Install what is missing: pip install 'scoring-runtime[insights]'")
    assert KEY not in caplog.text


def test_the_extras_are_loaded_only_when_they_are_switched_on() -> None:
    code = """
        import sys
        from scoring_runtime.server.observers import build_observers
        from scoring_runtime.settings import Settings
        build_observers(Settings(), {})
        print([name for name in sys.modules if name.startswith(("opentelemetry", "azure", "google.protobuf"))])
    """
    command = [sys.executable, "-c", dedent(code)]
    done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


class Slow:
    """Takes all the time that it is given."""

    dropped_records = 3

    def __init__(self) -> None:
        self.given_s: list[float] = []

    def __call__(self, exchange: Exchange) -> None:
        raise AssertionError("nothing is observed here")

    def close(self, timeout_s: float) -> None:
        self.given_s.append(timeout_s)


def test_all_together_end_within_the_time_given() -> None:
    slow = Slow()
    observers = Observers({"one": slow, "two": slow})
    observers.close(5.0)
    first_s, second_s = slow.given_s
    assert 5.0 >= first_s >= second_s >= 0
    assert observers.dropped_records() == {"one": 3, "two": 3}


def test_a_collector_of_another_protocol_is_told(collector: Collector, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    observers = build_observers(Settings(traces_endpoint=collector.url), {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"})
    observers.close(WAIT_S)
    assert caplog.messages == ["OTEL_EXPORTER_OTLP_PROTOCOL is grpc, but traces are sent as http/protobuf."]
