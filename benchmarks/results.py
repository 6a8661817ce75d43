"""The tables of benchmarks/README.md: targets, figures, machine and versions, between two markers."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rounds import Figures, Row
from benchmarks.targets import TARGETS, Target
from benchmarks.workloads import Workload

README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- serving: begin -->", "<!-- serving: end -->"


@dataclass(frozen=True)
class Result:
    """A workload and the rows it gave."""

    workload: Workload
    rows: Sequence[Row]

    def figures(self) -> dict[str, Figures]:
        """The medians by server."""
        return {row.server: row.figures() for row in self.rows}


def render(results: Sequence[Result], facts: Mapping[str, str]) -> str:
    """The Markdown between the markers."""
    tables = [_table(result) for result in results]
    return "\n\n".join([_targets(results), *tables, "\n".join(f"- {name}: {value}" for name, value in facts.items())])


def _targets(results: Sequence[Result]) -> str:
    tables = {result.workload.key: result.figures() for result in results}
    titles = {result.workload.key: result.workload.title for result in results}
    head = ["| workload | compared | must | aim | measured | met |", "|---|---|---:|---:|---:|---|"]
    shown = [target for target in TARGETS if target.workload in tables]
    return "\n".join([*head, *(_target(target, titles[target.workload], target.measured(tables)) for target in shown)])


def _target(target: Target, title: str, value: float | None) -> str:
    sign = "<=" if target.is_at_most else ">="
    must = f"{sign} {target.limit(target.must)}" if target.must is not None else "-"
    limits = f"{must} | {sign} {target.limit(target.aim)} | {target.limit(value)}"
    return f"| {title} | {target.subject} | {limits} | {target.verdict(value)} |"


def _table(result: Result) -> str:
    figures = result.figures()
    names = next((list(found) for found in figures.values() if found), [])
    head = f"| server | {' | '.join([*names[:1], 'ratio', *names[1:]])} | runs |"
    rule = "|---|" + "---:|" * (head.count("|") - 2)
    base = next(iter(figures.values())).get(names[0]) if names else None
    lines = [_line(row, names, base) for row in result.rows]
    return "\n".join(
        [f"**{result.workload.title}.** {result.workload.method}", "", head, rule, *lines, *_failures(result)]
    )


def _line(row: Row, names: Sequence[str], base: float | None) -> str:
    figures = row.figures()
    cells = [_number(figures[name]) if figures else "-" for name in names]
    ratio = f"{figures[names[0]] / base:.2f}x" if figures and base else "-"
    return f"| {row.server} | {' | '.join([*cells[:1], ratio, *cells[1:]])} | {len(row.runs)} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def _failures(result: Result) -> list[str]:
    """The reasons of runs that do not count, each once."""
    told = [
        f"- {row.server}: {_kind(row)}: {'; '.join(dict.fromkeys(row.failures))}" for row in result.rows if row.failures
    ]
    return ["", *told] if told else []


def _kind(row: Row) -> str:
    if not row.runs:
        return "not measured"
    return f"{len(row.failures)} runs do not count" if len(row.failures) > 1 else "1 run does not count"


def write(text: str, readme: Path = README) -> None:
    """Replace what stands between the markers."""
    before, begin, rest = readme.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"{readme} needs the lines {BEGIN} and {END} around the tables.")
    readme.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def machine() -> str:
    """CPU model, number of cores and kernel."""
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    model = found[1] if found else platform.processor()
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"
