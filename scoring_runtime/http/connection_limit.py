"""How many connections are held at once, and which of them makes room for a new one.

Beyond the limit the first to go is one that was refused and only lingers, then the connection that has been idle for
longest, then the one whose request's head is the longest overdue. When all others have a request under way, the new
one is refused. Who could go is looked up once for KEPT_SPARES newcomers; if nobody can, no sooner again than
SEARCH_INTERVAL_S later.

Each connection is one file descriptor. The automatic limit leaves as many again for clients that are being refused or
have not been closed yet, for the script, and for logs and workers: so accept() never runs out of them.
"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable
from enum import IntEnum
from heapq import nsmallest
from typing import Protocol

MAX_AUTOMATIC = 10_000
RESERVED_FILES = 256
# Enough to serve with, however few files the process may open.
MIN_AUTOMATIC = 16
KEPT_SPARES = 256
SEARCH_INTERVAL_S = 0.01


class Spare(IntEnum):
    """Why a connection may go, the first reason first."""

    REFUSED = 0
    IDLE = 1
    INCOMPLETE_HEAD = 2


class Limited(Protocol):
    """A connection; the earlier its deadline, the longer it has been as it is."""

    deadline_s: float

    def spare(self) -> Spare | None:
        """Why this connection may be closed now; None if it may not."""

    def make_room(self) -> None:
        """Closes this connection."""


def automatic_limit(max_files: int) -> int:
    """The connections that `max_files` open files allow; the number of files may be unlimited."""
    if max_files == resource.RLIM_INFINITY:
        return MAX_AUTOMATIC
    return max(MIN_AUTOMATIC, min(MAX_AUTOMATIC, (max_files - RESERVED_FILES) // 2))


class ConnectionLimit:
    """`max_connections` 0 means automatic. `on_refused` is called for each new connection that finds no room."""

    def __init__(self, max_connections: int = 0, on_refused: Callable[[], object] = lambda: None) -> None:
        self._max_connections = max_connections or automatic_limit(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        self._on_refused = on_refused
        self._spares: list[tuple[Spare, float, Limited]] = []
        self._searched_s = float("-inf")

    def admit(self, newcomer: Limited, connections: set[Limited], loop: asyncio.AbstractEventLoop) -> bool:
        """Whether `newcomer`, one of `connections` already, may stay; makes room for it if need be."""
        while len(connections) > self._max_connections:
            spare = self._next_spare(newcomer, connections, loop)
            if spare is None:
                self._on_refused()
                return False
            connections.discard(spare)
            spare.make_room()
        return True

    def _next_spare(
        self, newcomer: Limited, connections: set[Limited], loop: asyncio.AbstractEventLoop
    ) -> Limited | None:
        while True:
            if not self._spares and not self._search(newcomer, connections, loop.time()):
                return None
            reason, deadline_s, connection = self._spares.pop()
            # It may have got a request or gone since it was found.
            is_same = connection.spare() is reason and connection.deadline_s == deadline_s
            if is_same and connection in connections:
                return connection

    def _search(self, newcomer: Limited, connections: set[Limited], now_s: float) -> bool:
        """Finds who may go, the first at the end; False if nobody may, or the last search is too recent."""
        if now_s - self._searched_s < SEARCH_INTERVAL_S:
            return False
        found = [(reason, each.deadline_s, each) for each in connections if (reason := each.spare()) is not None]
        others = (each for each in found if each[2] is not newcomer)
        self._spares = nsmallest(KEPT_SPARES, others, key=lambda each: each[:2])[::-1]
        if not self._spares:
            self._searched_s = now_s
        return bool(self._spares)
