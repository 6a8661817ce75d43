"""The text of a scrape, read back by Prometheus's own parser."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from scoring_runtime import __version__
from scoring_runtime.telemetry.exposition import render
from scoring_runtime.telemetry.metrics import STAGES
from scoring_runtime.telemetry.readings import CpuThrottling
from tests.telemetry.metrics_engine import MetricsEngine

Samples = dict[tuple[str, ...], float]
MIB = 1024 * 1024


@pytest.fixture
def engine() -> MetricsEngine:
    return MetricsEngine()


def scraped(engine: MetricsEngine) -> Samples:
    """Values by name and label values."""
    body, content_type = render(engine.metrics.collect())
    assert content_type.startswith("text/plain; version=")
    samples = [each for family in text_string_to_metric_families(body.decode()) for each in family.samples]
    return {(each.name, *each.labels.values()): each.value for each in samples}


def test_requests_and_their_times(engine: MetricsEngine) -> None:
    for _ in range(3):
        engine.metrics.record(200, 0.15, 0.0, 20.0, 0.3, 4)
    engine.metrics.record(429, 0.15, 0.0, None, 0.0, 0)
    samples = scraped(engine)
    assert samples["scoring_requests_total", "200"] == 3
    assert samples["scoring_requests_total", "429"] == 1
    assert samples[("scoring_decode_seconds_count",)] == 4
    assert samples["scoring_decode_seconds_bucket", "0.0001"] == 0
    assert samples["scoring_decode_seconds_bucket", "0.0002"] == 4
    assert samples["scoring_run_seconds_bucket", "60.0"] == samples["scoring_run_seconds_bucket", "+Inf"] == 3
    assert samples[("scoring_run_seconds_sum",)] == pytest.approx(0.06)
    assert samples[("scoring_queue_seconds_count",)] == 0
    assert samples["scoring_batch_rows_bucket", "2.0"] == 0
    assert samples["scoring_batch_rows_bucket", "4.0"] == 3
    assert samples[("scoring_batch_rows_sum",)] == 12


def test_the_engine(engine: MetricsEngine) -> None:
    engine.metrics.reject("draining")
    engine.metrics.cancel("running")
    engine.metrics.worker_restarted("signal")
    samples = scraped(engine)
    gauges = {
        "scoring_requests_in_flight": 7,
        "scoring_queue_calls": 3,
        "scoring_queue_bytes": 4096,
        "scoring_stuck_threads": 1,
        "scoring_workers": 2,
        "scoring_core_budget_cores": 1.5,
    }
    assert {name: samples[(name,)] for name in gauges} == gauges
    assert samples["scoring_rejected_total", "draining"] == 1
    assert samples["scoring_rejected_total", "queue_full_calls"] == 0
    assert samples["scoring_cancelled_total", "running"] == 1
    assert samples["scoring_worker_restarts_total", "signal"] == 1
    assert samples["scoring_build_info", platform.python_version(), __version__] == 1


def test_throttling_is_there_only_when_it_can_be_read(engine: MetricsEngine) -> None:
    assert ("scoring_cpu_throttled_periods_total",) not in scraped(engine)
    engine.throttling = CpuThrottling(40, 10, 1.5)
    samples = scraped(engine)
    names = ("scoring_cpu_periods_total", "scoring_cpu_throttled_periods_total", "scoring_cpu_throttled_seconds_total")
    assert [samples[(name,)] for name in names] == [40, 10, 1.5]


def test_the_memory_of_the_server(engine: MetricsEngine) -> None:
    samples = scraped(engine)
    assert samples["scoring_resident_memory_bytes", "front"] > 5 * MIB
    assert ("scoring_resident_memory_bytes", "workers") not in samples


def test_the_memory_of_workers_is_their_sum_without_those_that_have_ended(engine: MetricsEngine) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    engine.snapshot = replace(engine.snapshot, worker_pids=(ended.pid,))
    assert scraped(engine)["scoring_resident_memory_bytes", "workers"] == 0
    engine.snapshot = replace(engine.snapshot, worker_pids=(ended.pid, os.getpid(), os.getpid()))
    samples = scraped(engine)
    front, workers = (samples["scoring_resident_memory_bytes", name] for name in ("front", "workers"))
    assert workers == pytest.approx(2 * front, rel=0.2)


def test_all_that_requests_can_do_leaves_a_bounded_text(engine: MetricsEngine) -> None:
    for status in range(-5, 1000):
        engine.metrics.record(abs(status), 1.0, 1.0, 1.0, 1.0, 1)
        engine.metrics.reject(f"reason {status}")
        engine.metrics.cancel(f"stage {status}")
    names = [name for name, *_ in scraped(engine)]
    assert names.count("scoring_requests_total") == 501
    assert names.count("scoring_rejected_total") == 8
    assert names.count("scoring_cancelled_total") == 3
    assert names.count("scoring_run_seconds_bucket") == 19
    assert all(f"scoring_{stage}_seconds_count" in names for stage in STAGES)
