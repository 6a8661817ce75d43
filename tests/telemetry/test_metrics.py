"""What is counted: each record once, whenever it is folded, under labels from fixed sets."""

from __future__ import annotations

import random

import pytest

from scoring_runtime.telemetry.metrics import (
    CANCEL_STAGES,
    FOLDED_RECORDS,
    REJECT_REASONS,
    RESTART_REASONS,
    ROW_BOUNDS,
    STAGES,
    TIME_BOUNDS_S,
    ScoringMetrics,
)
from scoring_runtime.telemetry.readings import CpuThrottling
from tests.telemetry.metrics_engine import MetricsEngine


@pytest.fixture
def engine() -> MetricsEngine:
    return MetricsEngine()


@pytest.fixture
def metrics(engine: MetricsEngine) -> ScoringMetrics:
    return engine.metrics


def test_before_the_first_request(engine: MetricsEngine) -> None:
    state = engine.metrics.collect()
    assert state.requests == {}
    assert state.rejected == dict.fromkeys(REJECT_REASONS, 0)
    assert state.cancelled == dict.fromkeys(CANCEL_STAGES, 0)
    assert state.worker_restarts == dict.fromkeys(RESTART_REASONS, 0)
    assert (state.engine, state.core_budget_cores, state.throttling) == (engine.snapshot, 1.5, None)
    assert {name: sum(each.counts) for name, each in state.stages.items()} == dict.fromkeys(STAGES, 0)


def test_times_are_in_seconds_and_each_in_its_histogram(metrics: ScoringMetrics) -> None:
    metrics.record(200, 0.05, 3.0, 250.0, 70_000.0, 8)
    state = metrics.collect()
    totals = {name: each.total for name, each in state.stages.items()}
    assert totals == pytest.approx({"decode": 0.00005, "queue": 0.003, "run": 0.25, "encode": 70.0})
    places = {name: each.counts.index(1) for name, each in state.stages.items()}
    assert places == {"decode": 0, "queue": TIME_BOUNDS_S.index(0.005), "run": TIME_BOUNDS_S.index(0.5), "encode": 18}
    assert (state.batch_rows.counts.index(1), state.batch_rows.total) == (ROW_BOUNDS.index(8), 8)


def test_stages_that_were_not_reached_are_not_counted(metrics: ScoringMetrics) -> None:
    metrics.record(400, 1.0, 0, None, 0.0, 0)
    state = metrics.collect()
    assert state.requests == {"400": 1}
    assert {name: sum(each.counts) for name, each in state.stages.items()} == dict.fromkeys(STAGES, 0) | {"decode": 1}
    assert sum(state.batch_rows.counts) == 0


@pytest.mark.parametrize("count", [1, FOLDED_RECORDS - 1, FOLDED_RECORDS, FOLDED_RECORDS + 1, 3 * FOLDED_RECORDS + 5])
def test_each_record_counts_once(count: int, metrics: ScoringMetrics) -> None:
    statuses = random.Random(count).choices([200, 429, 503], k=count)
    for number, status in enumerate(statuses):
        metrics.record(status, 1.0, 1.0, 1.0, 1.0, 1)
        if number % 1000 == 0:
            metrics.collect()
    state = metrics.collect()
    assert state.requests == {str(status): statuses.count(status) for status in set(statuses)}
    assert [sum(each.counts) for each in state.stages.values()] == [count] * 4
    assert metrics.collect() == state


def test_what_waits_to_be_folded_takes_no_more_room(metrics: ScoringMetrics) -> None:
    size_bytes = len(metrics._records)
    for _ in range(10 * FOLDED_RECORDS):
        metrics.record(200, 1.0, 1.0, 1.0, 1.0, 1)
    assert len(metrics._records) == size_bytes
    assert metrics.collect().requests == {"200": 10 * FOLDED_RECORDS}


@pytest.mark.parametrize("status", [0, 99, 600, 999, 10**6])
def test_statuses_that_http_does_not_have_share_a_label(status: int, metrics: ScoringMetrics) -> None:
    for known in (100, 599, status):
        metrics.record(known, 1.0, 1.0, 1.0, 1.0, 1)
    assert metrics.collect().requests == {"100": 1, "599": 1, "other": 1}


def test_reasons_and_stages(metrics: ScoringMetrics) -> None:
    for reason in ("draining", "draining", "odd", "odder"):
        metrics.reject(reason)
    metrics.cancel("queued")
    metrics.worker_restarted("signal")
    state = metrics.collect()
    assert state.rejected == dict.fromkeys(REJECT_REASONS, 0) | {"draining": 2, "other": 2}
    assert state.cancelled == {"queued": 1, "running": 0}
    assert state.worker_restarts == dict.fromkeys(RESTART_REASONS, 0) | {"signal": 1}


def test_gauges_are_asked_at_each_scrape(engine: MetricsEngine) -> None:
    engine.throttling = CpuThrottling(10, 3, 0.5)
    assert engine.metrics.collect().throttling == CpuThrottling(10, 3, 0.5)
    engine.throttling = CpuThrottling(11, 3, 0.5)
    assert engine.metrics.collect().throttling == CpuThrottling(11, 3, 0.5)
