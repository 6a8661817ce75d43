"""The table of benchmarks/README.md: figures, ratios, machine and versions, between two markers."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Measurement

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- serving: begin -->", "<!-- serving: end -->"


@dataclass(frozen=True)
class Row:
    """The medians of one server at one workload; the first row of a workload is what others are compared with."""

    workload: str
    server: str
    figures: Measurement


def render(rows: Sequence[Row], facts: Mapping[str, str]) -> str:
    """The Markdown between the markers."""
    head = ["| workload | server | requests/s | ratio | p50 ms | p99 ms |", "|---|---|---:|---:|---:|---:|"]
    first = {row.workload: row.figures for row in reversed(rows)}
    table = [_line(row, row.figures.requests_per_s / first[row.workload].requests_per_s) for row in rows]
    return "\n".join([*head, *table, "", *(f"- {name}: {value}" for name, value in facts.items())])


def _line(row: Row, ratio: float) -> str:
    figures = row.figures
    latency = f"{figures.p50_ms:.2f} | {figures.p99_ms:.2f}"
    return f"| {row.workload} | {row.server} | {figures.requests_per_s:,.0f} | {ratio:.1f}x | {latency} |"


def write(text: str, readme: Path = README) -> None:
    """Replace what stands between the markers."""
    before, begin, rest = readme.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{readme} needs the lines {BEGIN} and {END} around the table.")
    readme.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def machine() -> str:
    """CPU model, number of cores and kernel."""
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    model = found[1] if found else platform.processor()
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"
