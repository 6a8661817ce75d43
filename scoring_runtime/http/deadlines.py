"""How long a client may take, and the one timer that sees to it for all connections.

A connection keeps the moment by which it must have got further (`deadline_s`); setting it costs an assignment, where
a timer per request would cost more than the parsing. The price is a resolution of SWEEP_INTERVAL_S.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Protocol

SWEEP_INTERVAL_S = 1.0
HEAD_S = 10.0
# A body may start slowly, then must keep an average rate.
BODY_GRACE_S = 30.0
BODY_MIN_BYTES_PER_S = 16 * 1024
# Above the 60 s after which common load balancers drop idle connections, so that they close first.
KEEP_ALIVE_S = 75.0
WRITE_STALL_S = 60.0
# After so long, a client that has shut down its sending side and waits for an answer is asked whether it is there.
HALF_CLOSED_S = 1.0
# How long the rest of a refused request is read and thrown away.
DISCARD_S = 5.0
# On shutdown an idle connection may already carry a request that has not arrived.
IDLE_GRACE_S = 1.0


class Swept(Protocol):
    def enforce_deadlines(self, now_s: float) -> None: ...


class Sweeper:
    """Calls `enforce_deadlines` of each connection once per interval, until `stop()`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, connections: Iterable[Swept]) -> None:
        self._loop = loop
        self._connections = connections
        self._timer = loop.call_later(SWEEP_INTERVAL_S, self._sweep)

    def stop(self) -> None:
        self._timer.cancel()

    def _sweep(self) -> None:
        now_s = self._loop.time()
        for connection in list(self._connections):
            connection.enforce_deadlines(now_s)
        self._timer = self._loop.call_later(SWEEP_INTERVAL_S, self._sweep)


def body_deadline_s(deadline_s: float, received_bytes: int) -> float:
    """The deadline of a body that began with `deadline_s`, after `received_bytes` have come."""
    return deadline_s + received_bytes / BODY_MIN_BYTES_PER_S
