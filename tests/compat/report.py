"""The comparison as text: a line per group, a table of differences, the totals."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile

from tests.compat.comparison import Verdict
from tests.compat.pair import Finding

CELL_CHARS = 240


class Report:
    """Collects findings and prints them as they come."""

    def __init__(self) -> None:
        self._findings: list[tuple[str, Finding]] = []

    def add(self, group: str, findings: Iterable[Finding]) -> None:
        """Take a group's findings in and print its line."""
        found = list(findings)
        self._findings += [(group, finding) for finding in found]
        different, declared = (_count(found, verdict) for verdict in (Verdict.DIFFERENT, Verdict.DECLARED))
        print(f"{group:<44}{len(found):>4} compared {different:>4} differ {declared:>4} declared", flush=True)

    @property
    def has_differences(self) -> bool:
        """Whether anything differs that was not declared."""
        return any(finding.verdict is Verdict.DIFFERENT for _, finding in self._findings)

    def lines(self) -> list[str]:
        """The undeclared differences, field by field, and the totals."""
        found = [finding for _, finding in self._findings]
        table = [line for group, finding in self._findings for line in _rows(group, finding)]
        different, declared = (_count(found, verdict) for verdict in (Verdict.DIFFERENT, Verdict.DECLARED))
        return [
            *table,
            f"{len(found)} answers compared, {different} differences, {declared} declared deviations",
        ]


def _count(findings: Iterable[Finding], verdict: Verdict) -> int:
    return sum(finding.verdict is verdict for finding in findings)


def _start_of_difference(theirs: str, ours: str) -> int:
    equal = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(theirs, ours, strict=False)))
    return max(0, equal - CELL_CHARS // 4)


def _rows(group: str, finding: Finding) -> list[str]:
    if finding.verdict is not Verdict.DIFFERENT:
        return []
    declared = f"  (declared: {finding.deviation.sentence})" if finding.deviation else ""
    rows = [f"{group} / {finding.name}{declared}"]
    for difference in finding.differences:
        start = _start_of_difference(difference.theirs, difference.ours)
        rows.append(f"    {difference.field}")
        rows.append(f"        original {difference.theirs[start : start + CELL_CHARS]!r}")
        rows.append(f"        ours     {difference.ours[start : start + CELL_CHARS]!r}")
    return rows if finding.differences else [*rows, "    a declared deviation is gone: no field differs"]
