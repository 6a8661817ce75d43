"""What this server has to reach, as data, and whether the measured figures reach it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.figures import FIRST_ANSWER, HEALTHY, P50, P99, PSS, RATE, RSS
from benchmarks.rounds import Figures
from benchmarks.servers import MOSEC_BATCHED, NGINX_LIMIT

MERGED = "scoring_runtime --max-batch-rows 64"


@dataclass(frozen=True)
class Target:
    """A figure of one server, divided by `per` (a server's figure) if there is one, against limits.

    `must` and `aim` are the least values, or the largest where `is_at_most`.
    """

    workload: str
    server: str
    figure: str
    must: float | None
    aim: float
    per: tuple[str, str] | None = None
    is_at_most: bool = False

    def measured(self, tables: Mapping[str, Mapping[str, Figures]]) -> float | None:
        """The value that is compared; None where something of it was not measured."""
        table = tables.get(self.workload, {})
        value = table.get(self.server, {}).get(self.figure)
        if self.per is None or value is None:
            return value
        base = table.get(self.per[0], {}).get(self.per[1])
        return value / base if base else None

    def verdict(self, value: float | None) -> str:
        """How the value stands to the limits."""
        if value is None:
            return "not measured"
        if self._reaches(value, self.aim):
            return "yes, and the aim"
        if self.must is None:
            return "not the aim"
        return "yes" if self._reaches(value, self.must) else "**no**"

    def _reaches(self, value: float, limit: float) -> bool:
        return value <= limit if self.is_at_most else value >= limit

    def limit(self, value: float | None) -> str:
        """A limit or a measured value as text."""
        if value is None:
            return "-"
        return f"{value:.2f}x" if self.per else f"{value:.2f}"

    @property
    def subject(self) -> str:
        """What is compared with what."""
        if self.per is None:
            return f"{self.server}: {self.figure}"
        base = self.per[1] if self.per[0] == self.server else self.per[0]
        return f"{self.server}: {self.figure} against {base}"


TARGETS = (
    Target("ridge", MERGED, RATE, 20, 35, ("azureml", RATE)),
    Target("ridge", MERGED, RATE, 1.4, 2.0, (MOSEC_BATCHED, RATE)),
    Target("noop", "scoring_runtime", RATE, 18, 35, ("azureml", RATE)),
    Target("noop", "scoring_runtime", RATE, 1.3, 2.0, (MOSEC_BATCHED, RATE)),
    Target("noop", "scoring_runtime", RATE, None, 0.4, (NGINX_LIMIT, RATE)),
    Target("one-client", MERGED, P50, 1.1, 0.9, ("mosec", P50), is_at_most=True),
    Target("ridge", MERGED, P99, 3, 2, (MERGED, P50), is_at_most=True),
    Target("images", "scoring_runtime, plain script", P99, 5, 2, is_at_most=True),
    Target("images", "scoring_runtime, numpy schema", P99, 5, 2, is_at_most=True),
    Target("workers", "scoring_runtime --workers 2", RATE, 1.8, 1.9, ("scoring_runtime --workers 1", RATE)),
    Target("startup", "scoring_runtime", HEALTHY, 1, 0.7, ("azureml", HEALTHY), is_at_most=True),
    Target("startup", "scoring_runtime", FIRST_ANSWER, 1, 0.7, ("azureml", FIRST_ANSWER), is_at_most=True),
    Target("memory", "scoring_runtime", PSS, 1, 0.8, ("azureml", PSS), is_at_most=True),
    Target("memory", "scoring_runtime", RSS, 1, 0.8, ("azureml", RSS), is_at_most=True),
)
