"""Runs one group: both servers at once in the same folder, the same requests to each, the findings in order."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.compat.case import Case, Deviation, Group, Setup
from tests.compat.comparison import (
    Difference,
    Verdict,
    compare_answers,
    compare_output,
    differences,
    judge,
)
from tests.compat.server import Server

SCRIPTS = Path(__file__).parent / "scripts"
OUTPUT_TAIL_CHARS = 240

Commands = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Finding:
    """One comparison: an answer, or how a group's servers ended."""

    name: str
    verdict: Verdict
    differences: tuple[Difference, ...] = ()
    deviation: Deviation | None = None


def run_group(group: Group, commands: Commands) -> list[Finding]:
    """Compare the original (first command) with ours in everything that the group asks."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="compat-")))
        lay_out(group.setup, folder)
        theirs, ours = (stack.enter_context(Server(command, group.setup, folder)) for command in commands)
        if not group.serves:
            return [_finding("start", group.deviation, _endings(group, theirs, ours, (theirs.wait(), ours.wait())))]
        failed = [server.wait_until_ready() for server in (theirs, ours)].count(False)
        if failed:
            return [_finding("start", group.deviation, _failed_start(theirs, ours))]
        findings = [_compare(case, theirs, ours) for case in group.cases]
        endings = _endings(group, theirs, ours, (theirs.stop(), ours.stop()))
        return [*findings, _finding("stop", group.deviation, endings)]


def lay_out(setup: Setup, folder: Path) -> None:
    """Put the script and the other files where the setup wants them."""
    for name, content in setup.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    if setup.script:
        (folder / setup.place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SCRIPTS / setup.script, folder / setup.place)


def _compare(case: Case, theirs: Server, ours: Server) -> Finding:
    answers = (server.ask(case.request) for server in (theirs, ours))
    return _finding(case.name, case.deviation, compare_answers(case, *answers))


def _endings(group: Group, theirs: Server, ours: Server, exit_codes: tuple[int | None, int | None]) -> list[Difference]:
    first, second = ({"exit code": str(code)} for code in exit_codes)
    output = compare_output(group.lines, group.absent_lines, theirs.output(), ours.output())
    return [*differences(first, second), *output]


def _failed_start(theirs: Server, ours: Server) -> list[Difference]:
    theirs_end, ours_end = (_last_words(server) for server in (theirs, ours))
    return [Difference("start", theirs_end, ours_end)]


def _last_words(server: Server) -> str:
    if server.wait_until_ready():
        return "serves"
    return f"exit code {server.wait(0)} after {server.output()[-OUTPUT_TAIL_CHARS:]}"


def _finding(name: str, deviation: Deviation | None, found: list[Difference]) -> Finding:
    return Finding(name, judge(found, deviation), tuple(found), deviation)


def run_groups(groups: tuple[Group, ...], commands: Commands, jobs: int) -> Iterator[tuple[Group, list[Finding]]]:
    """The findings of every group in order, `jobs` pairs of servers at a time."""
    with ThreadPoolExecutor(jobs) as pool:
        findings = pool.map(lambda group: run_group(group, commands), groups)
        yield from zip(groups, findings, strict=True)
