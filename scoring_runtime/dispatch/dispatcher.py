"""Takes bound calls in and lets each end exactly once: admission, hand-over to the runner, deadline, drain.

Everything here runs on the event loop's thread: what a runner has ended, `hand_back` brings to `take_back` there. No
lock is needed.

The runner's alarm interrupts Python code. What it cannot interrupt, a native call, is answered here `GRACE_S` after
the time-out: the client gets its error, the runner stays occupied, and its stack goes to the log once.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from enum import Enum
from time import perf_counter
from typing import TypeVar

from scoring_runtime.call import Call, Outcome
from scoring_runtime.dispatch.admission import QueueLimits, admit
from scoring_runtime.dispatch.drain_rate import DrainRate
from scoring_runtime.dispatch.thread_runner import Ended
from scoring_runtime.errors import RunTimeoutError, UnavailableError
from scoring_runtime.telemetry.loggers import LOGGER

logger = logging.getLogger(LOGGER)

T = TypeVar("T")

# The alarm needs the interpreter to run a bytecode; after this long it will not get to.
GRACE_S = 0.5
# While calls are in flight: how often outcomes are fetched that nobody has woken the loop for, and at which of
# these ticks deadlines are looked at.
TICK_S = 0.005
TICKS_PER_WATCH = 50
# So many calls are worth a wake-up of the runner, even while more arrive.
MAX_HAND_OVER = 32


class State(Enum):
    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"


class Dispatcher:
    """`submit_to_runner` hands a call to the runner; it must not block."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        submit_to_runner: Callable[[Call], None],
        limits: QueueLimits,
        timeout_ms: int,
    ) -> None:
        self._loop = loop
        self._submit_to_runner = submit_to_runner
        self._limits = limits
        self._timeout_ms = timeout_ms
        self._drain_rate = DrainRate(perf_counter())
        self._in_flight: dict[Call, None] = {}
        self._in_flight_bytes = 0
        self._outbox: list[Call] = []
        self._outbox_seen = 0
        self._last_hand_over = 1
        self._ticks = 0
        self._tick: asyncio.TimerHandle | None = None
        self.on_tick: Callable[[], None] = lambda: None
        self._on_idle: Callable[[], None] | None = None
        self.state = State.STARTING

    def __repr__(self) -> str:
        return f"<Dispatcher {self.state.value}: {len(self._in_flight)} calls, {self._in_flight_bytes} bytes>"

    @property
    def is_ready(self) -> bool:
        return self.state is State.READY

    @property
    def is_idle(self) -> bool:
        return not self._in_flight

    @property
    def is_stuck(self) -> bool:
        """True while the runner is occupied by a call that was answered for it at its deadline."""
        return any(call.ended for call in self._in_flight)

    def accepting(self, contract: T | None) -> T:
        """`contract`, which is there once the script is loaded. Raises UnavailableError while starting."""
        if contract is None or self.state is State.STARTING:
            raise UnavailableError("The server is starting: init() has not returned yet.")
        return contract

    def submit(self, call: Call) -> None:
        """Queues `call`. Raises OverloadError when the queue is full."""
        waiting = len(self._in_flight)
        if waiting and (refusal := self._refusal(waiting, call.size_bytes)):
            raise refusal
        self._in_flight[call] = None
        self._in_flight_bytes += call.size_bytes
        if not self._outbox:
            self._loop.call_soon(self._hand_over)
        self._outbox.append(call)
        if self._tick is None:
            self._tick = self._loop.call_later(TICK_S, self._tick_once)

    def _hand_over(self) -> None:
        """Wakes the runner once for all calls that arrive in a row of turns of the loop.

        Only a turn that brought calls is followed by another look, which takes microseconds; a lone client's call,
        known by the one before it, goes on at once.
        """
        count = len(self._outbox)
        has_company = count > 1 or self._last_hand_over > 1
        if has_company and count != self._outbox_seen and count < MAX_HAND_OVER:
            self._outbox_seen = count
            self._loop.call_soon(self._hand_over)
            return
        self._outbox_seen, self._last_hand_over = 0, count
        calls, self._outbox = self._outbox, []
        for call in calls:
            self._submit_to_runner(call)

    def _refusal(self, waiting: int, size_bytes: int) -> Exception | None:
        if waiting < self._limits.max_calls and self._in_flight_bytes + size_bytes <= self._limits.max_bytes:
            return None
        per_s = self._drain_rate.per_s(perf_counter())
        return admit(self._limits, waiting, self._in_flight_bytes, size_bytes, per_s)

    def take_back(self, ended: Ended) -> None:
        """Ends the calls that a runner has finished."""
        self._drain_rate.add(len(ended), perf_counter())
        for call, outcome in ended:
            if call in self._in_flight:
                del self._in_flight[call]
                self._in_flight_bytes -= call.size_bytes
                call.end(outcome)
        if self._on_idle and not self._in_flight:
            self._on_idle()

    def open(self) -> None:
        """init() has returned: calls are taken from now on."""
        if self.state is State.STARTING:
            self.state = State.READY

    def drain(self, on_idle: Callable[[], None]) -> None:
        """Readiness goes; calls already accepted, and those that still arrive, end; then `on_idle()`."""
        self.state = State.DRAINING
        self._on_idle = on_idle
        if not self._in_flight:
            on_idle()

    def abandon_all(self) -> None:
        """Answers what is still in flight, at the end of a drain that took too long."""
        for call in list(self._in_flight):
            call.abandoned = True
            call.end(Outcome(error=UnavailableError("The server is shutting down.")))

    def _tick_once(self) -> None:
        """One timer for all calls, while there are any."""
        self._tick = None
        self.on_tick()
        if not self._in_flight:
            return
        self._ticks += 1
        if self._ticks % TICKS_PER_WATCH == 0:
            self._watch_deadlines()
        self._tick = self._loop.call_later(TICK_S, self._tick_once)

    def _watch_deadlines(self) -> None:
        """Answers those calls whose time the alarm could not end."""
        late_s = perf_counter() - self._timeout_ms / 1000 - GRACE_S
        for call in list(self._in_flight):
            if call.started_s is not None and call.started_s < late_s and not call.ended:
                self._report_stuck()
                call.end(Outcome(error=RunTimeoutError(self._timeout_ms)))

    def _report_stuck(self) -> None:
        logger.error(
            "run() has not returned %s ms after its start and cannot be interrupted. Its client was answered; "
            "the runner stays occupied. It is here:\n%s",
            self._timeout_ms,
            _stack_of_main_thread(),
        )


def _stack_of_main_thread() -> str:
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    return "".join(traceback.format_stack(frame)) if frame else ""
