"""A server of ours under the instruments that need no wrk: start, memory, steady pace."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import figures, pace
from benchmarks import serving as serving_module
from benchmarks.environments import Peer
from benchmarks.servers import Server, scoring_runtime
from benchmarks.serving import check, serving
from benchmarks.unmeasured import Unmeasured
from benchmarks.workloads import NOOP

OURS = scoring_runtime("noop.py", NOOP)
CORE = str(min(os.sched_getaffinity(0)))


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A core that this machine allows, and a folder for the output of servers."""
    monkeypatch.setattr(figures, "SERVER_CORE", CORE)
    monkeypatch.setattr(serving_module, "ENVIRONMENTS", tmp_path)


def test_start_is_healthy_before_the_first_answer() -> None:
    found = figures.start(OURS, 1)
    assert 0 < found[figures.HEALTHY] < found[figures.FIRST_ANSWER]


def test_memory_counts_at_least_an_interpreter() -> None:
    found = figures.memory(OURS, 1)
    assert 5 < found[figures.PSS] <= found[figures.RSS]


def test_pace_times_every_request() -> None:
    with serving(OURS, CORE) as running:
        latencies = pace.latencies_ms(running.port, NOOP, 1, core=int(CORE))
    assert len(latencies) == pace.PER_SECOND
    assert min(latencies) > 0


def test_pace_refuses_an_answer_that_is_no_success() -> None:
    with serving(OURS, CORE) as running, pytest.raises(Unmeasured, match="404"):
        pace.latencies_ms(running.port, replace(NOOP, path="/nowhere"), 1, core=int(CORE))


def test_a_wrong_answer_is_not_measured() -> None:
    with serving(OURS, CORE) as running, pytest.raises(Unmeasured, match="answers wrongly"):
        check(running.port, replace(NOOP, answer="y"))


def test_a_server_that_ends_at_once_is_not_measured() -> None:
    ending = Server("ends", Peer("ends"), lambda _programs, _port: ("false",), NOOP)
    with pytest.raises(Unmeasured, match="ended with code 1"), serving(ending, CORE):
        pass


@pytest.mark.parametrize(("percent", "value"), [(50, 2.0), (99, 4.0), (25, 1.0), (0, 1.0)])
def test_percentile_is_one_of_the_values(percent: float, value: float) -> None:
    assert pace.percentile([3.0, 1.0, 4.0, 2.0], percent) == value
