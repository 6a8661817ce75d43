"""The metrics as text for Prometheus.

Imported with the first scrape: prometheus_client and psutil take some 30 ms to load, which neither the start of the
server nor one that nobody scrapes shall pay.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping

import psutil
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from scoring_runtime import __version__
from scoring_runtime.telemetry.histogram import Distribution
from scoring_runtime.telemetry.metrics import MetricsState
from scoring_runtime.telemetry.readings import CpuThrottling, EngineSnapshot


def render(state: MetricsState) -> tuple[bytes, str]:
    """The text and its content type."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(StateCollector(state))
    return generate_latest(registry), CONTENT_TYPE_LATEST


class StateCollector(Collector):
    """The families of one state."""

    def __init__(self, state: MetricsState) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        state = self._state
        yield _counters("scoring_requests", "Answered requests to /score.", "status", state.requests)
        yield from _engine(state.engine)
        yield _histogram("scoring_batch_rows", "Rows of the run() that an answered call shared.", state.batch_rows)
        for stage, distribution in state.stages.items():
            yield _histogram(f"scoring_{stage}_seconds", f"Time of answered calls in {stage}.", distribution)
        yield _counters("scoring_rejected", "Requests refused without run().", "reason", state.rejected)
        yield _counters("scoring_cancelled", "Calls whose client has gone, by stage.", "stage", state.cancelled)
        yield _counters("scoring_worker_restarts", "Worker processes replaced.", "reason", state.worker_restarts)
        missed = state.engine.missed_records
        yield _counters("scoring_missed_records", "Requests that capture or telemetry had no room for.", "by", missed)
        yield _memory(state.engine.worker_pids)
        if state.core_budget_cores is not None:
            yield _gauge("scoring_core_budget_cores", "Cores that the server may use.", state.core_budget_cores)
        if state.throttling is not None:
            yield from _throttling(state.throttling)
        build = {"version": __version__, "python": platform.python_version()}
        yield InfoMetricFamily("scoring_build", "The server's version.", build)


def _engine(engine: EngineSnapshot) -> Iterator[Metric]:
    yield _gauge("scoring_requests_in_flight", "Calls accepted and not yet answered.", engine.in_flight_calls)
    yield _gauge("scoring_queue_calls", "Calls that wait for a runner.", engine.queued_calls)
    yield _gauge("scoring_queue_bytes", "Request bodies of the calls that wait for a runner.", engine.queued_bytes)
    yield _gauge("scoring_stuck_threads", "Runners with a call past its deadline.", engine.stuck_threads)
    yield _gauge("scoring_workers", "Worker processes.", engine.workers)


def _throttling(throttling: CpuThrottling) -> Iterator[Metric]:
    yield CounterMetricFamily("scoring_cpu_periods", "Periods of the cgroup's CPU limit.", throttling.periods)
    yield CounterMetricFamily(
        "scoring_cpu_throttled_periods", "Periods in which the limit was reached.", throttling.throttled_periods
    )
    yield CounterMetricFamily(
        "scoring_cpu_throttled_seconds", "Time for which the kernel stopped threads.", throttling.throttled_s
    )


def _memory(worker_pids: Iterable[int]) -> Metric:
    family = GaugeMetricFamily("scoring_resident_memory_bytes", "Resident memory.", labels=["process"])
    family.add_metric(["front"], _resident_bytes(psutil.Process().pid))
    pids = list(worker_pids)
    if pids:
        family.add_metric(["workers"], sum(map(_resident_bytes, pids)))
    return family


def _resident_bytes(pid: int) -> int:
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:  # it has ended since the snapshot
        return 0


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value)


def _counters(name: str, text: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, text, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def _histogram(name: str, text: str, distribution: Distribution) -> Metric:
    buckets, count = [], 0
    for bound, values in zip((*map(repr, distribution.bounds), "+Inf"), distribution.counts, strict=True):
        count += values
        buckets.append((bound, float(count)))
    return HistogramMetricFamily(name, text, buckets, distribution.total)
