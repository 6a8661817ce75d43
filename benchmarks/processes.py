"""A server and all it started, out of /proc: who they are and what memory they hold. Linux only."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """A process by its number and its start, because numbers are used again."""

    pid: int
    started_ticks: int


@dataclass(frozen=True)
class Memory:
    """Resident memory, and the same with each shared page divided among those that share it."""

    rss_bytes: int
    pss_bytes: int


def tree(root: int) -> list[Process]:
    """The process and its descendants."""
    parents = {entry: found for entry in PROC.glob("[0-9]*") if (found := _stat(int(entry.name)))}
    members, found_more = {root}, True
    while found_more:
        more = {process.pid for process, parent in parents.values() if parent in members} - members
        members, found_more = members | more, bool(more)
    return [process for process, _ in parents.values() if process.pid in members]


def _stat(pid: int) -> tuple[Process, int] | None:
    """The process and its parent's number; None once it is gone."""
    try:
        text = (PROC / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The name, in brackets, may itself hold spaces and brackets.
    fields = text.rpartition(")")[2].split()
    return Process(pid, int(fields[19])), int(fields[1])


def kill(processes: Iterable[Process]) -> None:
    """End those that are still there."""
    for process in processes:
        found = _stat(process.pid)
        if found and found[0] == process:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)


def memory(processes: Iterable[Process]) -> Memory:
    """What they hold together."""
    texts = [(PROC / str(process.pid) / "smaps_rollup").read_text() for process in processes]
    return Memory(sum(_bytes("Rss", text) for text in texts), sum(_bytes("Pss", text) for text in texts))


def _bytes(name: str, rollup: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0
