"""Targets name what is measured, and their verdicts follow the limits."""

from __future__ import annotations

import pytest

from benchmarks.targets import TARGETS, Target
from benchmarks.workloads import WORKLOADS

FASTER = Target("noop", "ours", "requests/s", must=1.5, aim=2.0, per=("theirs", "requests/s"))
SOONER = Target("images", "ours", "p99 ms", must=5, aim=2, is_at_most=True)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: f"{target.workload}-{target.subject}")
def test_compares_servers_of_its_workload(target: Target) -> None:
    servers = {workload.key: {server.name for server in workload.servers} for workload in WORKLOADS}
    assert target.server in servers[target.workload]
    assert target.per is None or target.per[0] in servers[target.workload]


@pytest.mark.parametrize(
    ("target", "value", "verdict"),
    [
        (FASTER, 2.0, "yes, and the aim"),
        (FASTER, 1.5, "yes"),
        (FASTER, 1.49, "**no**"),
        (SOONER, 2.0, "yes, and the aim"),
        (SOONER, 5.0, "yes"),
        (SOONER, 5.01, "**no**"),
        (SOONER, None, "not measured"),
        (Target("noop", "ours", "requests/s", must=None, aim=2.0), 1.0, "not the aim"),
    ],
)
def test_verdict_follows_the_limits(target: Target, value: float | None, verdict: str) -> None:
    assert target.verdict(value) == verdict


def test_measures_the_ratio_of_two_servers() -> None:
    tables = {"noop": {"ours": {"requests/s": 30.0}, "theirs": {"requests/s": 20.0}}}
    assert FASTER.measured(tables) == 1.5


@pytest.mark.parametrize("tables", [{}, {"noop": {"ours": {"requests/s": 30.0}, "theirs": {}}}])
def test_measures_nothing_where_a_server_has_no_figures(tables: dict[str, dict[str, dict[str, float]]]) -> None:
    assert FASTER.measured(tables) is None
