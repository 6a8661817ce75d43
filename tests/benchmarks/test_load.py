"""What a run's last line says: figures, or the reason why the run does not count."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks import load
from benchmarks.load import Load, Measurement
from benchmarks.unmeasured import Unmeasured

CLEAN = {"requests": 3000, "duration_us": 2_000_000, "p50_us": 500, "p99_us": 900}
COUNTS = {"bad_answers": 0, "broken_connections": 0}
RUN = Load(clients=16, seconds=2, cores="0")


def ended(program: str) -> subprocess.Popen[str]:
    """A program in the place of wrk."""
    return subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def said(figures: dict[str, int]) -> str:
    """A program that prints some text and, last, the figures."""
    return f"print('Running 2s test'); print({json.dumps(figures)!r})"


def test_reads_the_last_line() -> None:
    assert load.result(ended(said({**CLEAN, **COUNTS})), RUN) == Measurement(1500.0, 0.5, 0.9)


@pytest.mark.parametrize("wrong", [{"bad_answers": 1}, {"broken_connections": 1}, {"requests": 0}])
def test_a_single_failure_and_the_run_does_not_count(wrong: dict[str, int]) -> None:
    with pytest.raises(Unmeasured, match="fails requests"):
        load.result(ended(said({**CLEAN, **COUNTS, **wrong})), RUN)


def test_a_run_that_could_not_start_does_not_count() -> None:
    with pytest.raises(Unmeasured, match="code 1: unable to connect"):
        load.result(ended("print('unable to connect'); raise SystemExit(1)"), RUN)
