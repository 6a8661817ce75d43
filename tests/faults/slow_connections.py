"""Slow-loris: connections that send a byte of their head now and then, beside clients that behave.

The deadline of a head is a constant of the server. It can be made shorter here, so that a proof need not wait for it.
"""

from __future__ import annotations

import asyncio
import sys
from array import array
from dataclasses import dataclass
from statistics import median, quantiles
from typing import cast

import uvloop

from tests.faults.account import Account, Findings
from tests.faults.load import Load
from tests.faults.request import HEAD, Traffic
from tests.faults.scene import scene
from tests.process import LOOPBACK

WITH_DEADLINE = (
    "import sys; from scoring_runtime.http import deadlines; deadlines.HEAD_S = float(sys.argv.pop(1)); "
    "from scoring_runtime.cli import run; run()"
)
CLIENTS = 4
THINKING_S = 0.02
# So many bytes of its head does a slow client send until the deadline.
BYTES_SENT = 4
# They come one by one in this share of it: all in one instant would keep the clients' own process busy, not the server.
OPENING_SHARE = 0.3
# What the server's sweep and a busy machine may add to a deadline.
SLACK_S = 10.0


class SlowConnection(asyncio.Protocol):
    """Never finishes its head; `ended` is done when the server has ended it, after `lasted_s` and with `answer`."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._loop = asyncio.get_running_loop()
        self._sent_bytes = 0
        self.answer = b""
        self.lasted_s = 0.0
        self.ended: asyncio.Future[None] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._begun_s = self._loop.time()
        self._send_byte()

    def _send_byte(self) -> None:
        self._transport.write(HEAD[self._sent_bytes : self._sent_bytes + 1])
        self._sent_bytes += 1
        self._timer = self._loop.call_later(self._interval_s, self._send_byte)

    def data_received(self, data: bytes) -> None:
        self.answer += data

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self.lasted_s = self._loop.time() - self._begun_s
        self.ended.set_result(None)


@dataclass(frozen=True, slots=True)
class Round:
    """The behaving clients' p99 before the slow connections came, and while they were there."""

    calm_p99_ms: float
    attacked_p99_ms: float


@dataclass(frozen=True, slots=True)
class Siege:
    """What was found, and what the slow connections cost the others."""

    findings: Findings
    rounds: list[Round]

    @property
    def p99_ratio(self) -> float:
        """The median of the rounds' ratios."""
        return median(each.attacked_p99_ms / each.calm_p99_ms for each in self.rounds)


def prove(connections: int, deadline_s: float, rounds: int = 1) -> Siege:
    """So many slow connections at once, each closed with 408 at the deadline; in each round anew."""
    with scene(command=(sys.executable, "-c", WITH_DEADLINE, str(deadline_s))) as running:
        account, slow, measured = uvloop.run(_besieged(running.server.port, connections, deadline_s, rounds))
        findings = running.findings(account)
    for each in slow:
        is_in_time = deadline_s <= each.lasted_s < deadline_s + SLACK_S
        if not (is_in_time and each.answer.startswith(b"HTTP/1.1 408 ")):
            findings.add("stuck", f"a slow connection lasted {each.lasted_s:.1f} s and got {each.answer[:200]!r}")
    return Siege(findings, measured)


async def _besieged(
    port: int, connections: int, deadline_s: float, rounds: int
) -> tuple[Account, list[SlowConnection], list[Round]]:
    load = Load(port, Traffic(max_rows=8).requests(sys.maxsize), THINKING_S)
    answered_ms = load.account.answered_ms
    slow: list[SlowConnection] = []
    measured = []
    async with load.running(CLIENTS):
        for _ in range(rounds):
            begun = len(answered_ms)
            await asyncio.sleep(deadline_s)
            attacked = len(answered_ms)
            slow += await _attack(port, connections, deadline_s)
            measured.append(Round(p99(answered_ms[begun:attacked]), p99(answered_ms[attacked:])))
    return load.account, slow, measured


async def _attack(port: int, connections: int, deadline_s: float) -> list[SlowConnection]:
    """The connections, which the server has ended or which have outlasted all patience."""
    loop = asyncio.get_running_loop()
    slow = []
    for _ in range(connections):
        _, connection = await loop.create_connection(lambda: SlowConnection(deadline_s / BYTES_SENT), LOOPBACK, port)
        slow.append(connection)
        await asyncio.sleep(deadline_s * OPENING_SHARE / connections)
    await asyncio.wait([connection.ended for connection in slow], timeout=deadline_s + SLACK_S)
    return slow


def p99(answered_ms: array[float]) -> float:
    """The 99th percentile."""
    return quantiles(answered_ms, n=100)[98]
