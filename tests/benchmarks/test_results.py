"""The tables: every server keeps its line, and only what stands between the markers is replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import results
from benchmarks.results import Result
from benchmarks.rounds import Row
from benchmarks.workloads import WORKLOADS

NOOP = next(workload for workload in WORKLOADS if workload.key == "noop")


def rendered() -> str:
    """A table of three servers: one measured twice, one that lost a run, one that could not be installed."""
    rows = [
        Row("azureml", [{"requests/s": 1000.0, "p50 ms": 10.0}, {"requests/s": 1200.0, "p50 ms": 8.0}]),
        Row("scoring_runtime", [{"requests/s": 22_000.0, "p50 ms": 0.5}], ["fails requests under load"]),
        Row("mosec", failures=["cannot be installed: no wheel"]),
    ]
    return results.render([Result(NOOP, rows)], {"machine": "a machine"})


@pytest.mark.parametrize(
    "line",
    [
        "| server | requests/s | ratio | p50 ms | runs |",
        "| azureml | 1,100 | 1.00x | 9.00 | 2 |",
        "| scoring_runtime | 22,000 | 20.00x | 0.50 | 1 |",
        "| mosec | - | - | - | 0 |",
        "- mosec: not measured: cannot be installed: no wheel",
        "- scoring_runtime: 1 run does not count: fails requests under load",
        "| No-op, 16 clients | scoring_runtime: requests/s against azureml | >= 18.00x | >= 35.00x | 20.00x | yes |",
        "- machine: a machine",
    ],
)
def test_shows(line: str) -> None:
    assert line in rendered().splitlines()


def test_a_table_without_any_figure_still_names_its_servers() -> None:
    shown = results.render([Result(NOOP, [Row("azureml", failures=["no wheel"])])], {})
    assert "- azureml: not measured: no wheel" in shown.splitlines()


def test_writes_between_the_markers(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{results.BEGIN}\nold\n{results.END}\nafter\n")
    results.write("new", readme)
    assert readme.read_text() == f"before\n{results.BEGIN}\nnew\n{results.END}\nafter\n"


def test_does_not_write_without_markers(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("text")
    with pytest.raises(SystemExit, match="needs the lines"):
        results.write("new", readme)
    assert readme.read_text() == "text"
