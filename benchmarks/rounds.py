"""Runs that alternate: each round measures every server once, so that a slow moment of the machine hits all alike.

A server is started for each of its runs and ended after it: nothing else is alive while one is measured. A run
that fails does not count; a server that fails before any run of its own counted is out after the second failure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.servers import Server
from benchmarks.unmeasured import Unmeasured

Figures = Mapping[str, float]
MAX_FAILURES = 2


@dataclass
class Row:
    """What the runs of one server gave, and the reasons of those that do not count."""

    server: str
    runs: list[Figures] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def is_out(self) -> bool:
        """Whether there is no sense in further runs."""
        return not self.runs and len(self.failures) >= MAX_FAILURES

    def figures(self) -> Figures:
        """The median of each figure; empty if no run counts."""
        return {name: median(run[name] for run in self.runs) for name in self.runs[0]} if self.runs else {}


def alternate(servers: Sequence[Server], rounds: int, run: Callable[[Server], Figures], key: str) -> list[Row]:
    """A row for each server, in their order."""
    rows = [(server, Row(server.name)) for server in servers]
    for _ in range(rounds):
        for server, row in rows:
            if not row.is_out:
                _run_once(server, row, run)
                print(f"{key:<12}{_last(row)}", flush=True)
    return [row for _, row in rows]


def _run_once(server: Server, row: Row, run: Callable[[Server], Figures]) -> None:
    try:
        row.runs.append(run(server))
    except Unmeasured as reason:
        row.failures.append(str(reason))
    except Exception as error:  # whatever a server does to its client, the others are still to be measured
        row.failures.append(f"{type(error).__name__}: {error}")


def _last(row: Row) -> str:
    figures = "  ".join(f"{name} {value:,.2f}" for name, value in row.runs[-1].items()) if row.runs else ""
    return f"{row.server:<40}{figures}{'  ' + row.failures[-1] if row.failures else ''}"
