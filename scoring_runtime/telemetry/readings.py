"""What the gauges of a scrape are read from: plain values, so that whoever gives them needs no library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EngineSnapshot:
    """The engine at one moment; `worker_pids` is empty where the script runs in the server's own process.

    `missed_records` counts by name what each of those who watch (capture, traces, insights) had no room for.
    """

    in_flight_calls: int
    queued_calls: int
    queued_bytes: int
    stuck_threads: int
    workers: int
    worker_pids: tuple[int, ...] = ()
    missed_records: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CpuThrottling:
    """How often, and for how long, the kernel has stopped the cgroup because its CPU quota was used up."""

    periods: int
    throttled_periods: int
    throttled_s: float
