"""What is counted and measured while the server runs, for Prometheus.

`record` is on the way of every answer, so it only puts numbers into a buffer; 1,024 records at a time, and what is left
at a scrape, are folded into histograms. `collect` takes everything at one moment as plain values; the text is made of
those (`exposition`), on whichever thread. Labels come from fixed sets: nothing here grows with the requests. Only for
the event loop's thread, which also sees all that worker processes have answered.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from scoring_runtime.telemetry.histogram import Distribution, Histogram
from scoring_runtime.telemetry.readings import CpuThrottling, EngineSnapshot

FOLDED_RECORDS = 1024
# A 1-2-5 series from 100 us to 60 s.
TIME_BOUNDS_S = (
    *(0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05),
    *(0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0),
)
ROW_BOUNDS = tuple(2.0**power for power in range(11))
STAGES = ("decode", "queue", "run", "encode")
REJECT_REASONS = ("queue_full_calls", "queue_full_bytes", "starting", "draining", "stuck", "deadline", "connections")
CANCEL_STAGES = ("queued", "running")
RESTART_REASONS = ("init", "hang", "signal", "exit")
OTHER = "other"

_COLUMNS = 2 + len(STAGES)
_RECORD = struct.Struct(f"{_COLUMNS}d")
_pack_record = _RECORD.pack_into
_RECORD_BYTES = _RECORD.size
_VALUE_BYTES = _RECORD_BYTES // _COLUMNS
_BUFFER_BYTES = FOLDED_RECORDS * _RECORD_BYTES
_END_OF_STATUSES = 600


@dataclass(frozen=True, slots=True)
class MetricsState:
    """All values at one moment. `stages` holds seconds by name of STAGES."""

    requests: dict[str, int]
    stages: dict[str, Distribution]
    batch_rows: Distribution
    rejected: dict[str, int]
    cancelled: dict[str, int]
    worker_restarts: dict[str, int]
    engine: EngineSnapshot
    core_budget_cores: float | None
    throttling: CpuThrottling | None


class Tally:
    """Counts by label; a label that is not `known` counts as OTHER."""

    def __init__(self, known: Iterable[str]) -> None:
        self._counts = dict.fromkeys(known, 0)

    def add(self, label: str, count: int = 1) -> None:
        label = label if label in self._counts else OTHER
        self._counts[label] = self._counts.get(label, 0) + count

    def counts(self) -> dict[str, int]:
        return dict(self._counts)


class ScoringMetrics:
    """`snapshot` tells the state of the engine and `throttling` the cgroup's counts; both are asked at each scrape."""

    def __init__(
        self,
        snapshot: Callable[[], EngineSnapshot],
        core_budget_cores: float | None = None,
        throttling: Callable[[], CpuThrottling | None] = lambda: None,
    ) -> None:
        self._snapshot = snapshot
        self._core_budget_cores = core_budget_cores
        self._throttling = throttling
        self._records = bytearray(_BUFFER_BYTES)
        self._end_bytes = 0
        self._requests: dict[str, int] = {}
        self._stages = [Histogram(TIME_BOUNDS_S) for _ in STAGES]
        self._batch_rows = Histogram(ROW_BOUNDS)
        self._rejected = Tally(REJECT_REASONS)
        self._cancelled = Tally(CANCEL_STAGES)
        self._worker_restarts = Tally(RESTART_REASONS)

    def record(
        self, status: int, decode_ms: float, queue_ms: float, run_ms: float | None, encode_ms: float, batch_rows: int
    ) -> None:
        """A request to /score has been answered; what it did not come to is 0 (or None)."""
        _pack_record(self._records, self._end_bytes, status, decode_ms, queue_ms, run_ms or 0.0, encode_ms, batch_rows)
        self._end_bytes += _RECORD_BYTES
        if self._end_bytes == _BUFFER_BYTES:
            self._fold()

    def reject(self, reason: str) -> None:
        """A request has been refused; one of REJECT_REASONS."""
        self._rejected.add(reason)

    def cancel(self, stage: str) -> None:
        """A client has gone before its answer; one of CANCEL_STAGES."""
        self._cancelled.add(stage)

    def worker_restarted(self, reason: str) -> None:
        """A worker process has been replaced; one of RESTART_REASONS."""
        self._worker_restarts.add(reason)

    def collect(self) -> MetricsState:
        """Everything up to now."""
        self._fold()
        return MetricsState(
            requests=dict(self._requests),
            stages={name: each.distribution() for name, each in zip(STAGES, self._stages, strict=True)},
            batch_rows=self._batch_rows.distribution(),
            rejected=self._rejected.counts(),
            cancelled=self._cancelled.counts(),
            worker_restarts=self._worker_restarts.counts(),
            engine=self._snapshot(),
            core_budget_cores=self._core_budget_cores,
            throttling=self._throttling(),
        )

    def _fold(self) -> None:
        values = np.frombuffer(self._records, float, self._end_bytes // _VALUE_BYTES)
        self._end_bytes = 0
        statuses, *stages_ms, rows = np.ascontiguousarray(values.reshape(-1, _COLUMNS).T)
        for histogram, times_ms in zip(self._stages, stages_ms, strict=True):
            histogram.add(times_ms / 1000)
        self._batch_rows.add(rows)
        counts = np.bincount(statuses.clip(0, _END_OF_STATUSES).astype(int))
        for status in counts.nonzero()[0].tolist():
            label = str(status) if 100 <= status < _END_OF_STATUSES else OTHER
            self._requests[label] = self._requests.get(label, 0) + int(counts[status])
