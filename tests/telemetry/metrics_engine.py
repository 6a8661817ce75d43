"""ScoringMetrics over an engine and a cgroup whose values a test sets."""

from __future__ import annotations

from scoring_runtime.telemetry.metrics import ScoringMetrics
from scoring_runtime.telemetry.readings import CpuThrottling, EngineSnapshot


class MetricsEngine:
    """`metrics` asks for `snapshot` and `throttling` at each scrape."""

    def __init__(self) -> None:
        self.snapshot = EngineSnapshot(
            in_flight_calls=7, queued_calls=3, queued_bytes=4096, stuck_threads=1, workers=2, worker_pids=()
        )
        self.throttling: CpuThrottling | None = None
        self.metrics = ScoringMetrics(lambda: self.snapshot, 1.5, lambda: self.throttling)
