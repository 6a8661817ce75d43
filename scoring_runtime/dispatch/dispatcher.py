"""Takes bound calls in and lets each end exactly once: admission, hand-over to the runner, deadlines, drain.

Everything here runs on the event loop's thread, and a runner brings what has ended to `take_back` there: no lock is
needed. `switch` puts another runner in the place of the first, which ends the calls that it has.

The runner's alarm interrupts Python code. What it cannot interrupt, a native call, is answered here `GRACE_S` after
the time-out, and the runner is told to give it up. A call that waits past its own deadline is answered here as well.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import Enum
from time import perf_counter

from scoring_runtime.call import Call, Outcome
from scoring_runtime.dispatch.admission import QueueLimits, admit
from scoring_runtime.dispatch.deadlines import due, stuck
from scoring_runtime.dispatch.drain_rate import DrainRate
from scoring_runtime.dispatch.runner import Runner
from scoring_runtime.dispatch.thread_runner import Ended
from scoring_runtime.errors import UnavailableError
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback

logger = logging.getLogger(LOGGER)

# While calls are in flight: how often outcomes are fetched that nobody has woken the loop for, and at which of
# these ticks deadlines are looked at.
TICK_S = 0.005
TICKS_PER_WATCH = 10
STARTING = "The server is starting: init() has not returned yet."
# So many calls are worth a wake-up of the runner, even while more arrive.
MAX_HAND_OVER = 32


class State(Enum):
    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"


def _end(call: Call, outcome: Outcome) -> None:
    """Whatever goes wrong with the answer of one call, the others get theirs."""
    try:
        call.end(outcome)
    except Exception as error:
        _report(error)


def _report(error: Exception) -> None:
    logger.error("Encountered Exception: %s", format_traceback(error))


class Dispatcher:
    """`on_cancelled` is told of each call whose client went away: while it was "queued", or "running"."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        limits: QueueLimits,
        timeout_ms: int,
        on_cancelled: Callable[[str], object] = lambda stage: None,
    ) -> None:
        self._loop = loop
        self._limits = limits
        self._timeout_ms = timeout_ms
        self._on_cancelled = on_cancelled
        self._runner: Runner | None = None
        self._drain_rate = DrainRate(perf_counter())
        self._in_flight: dict[Call, Runner] = {}
        self._in_flight_bytes = 0
        self._reserved_calls = 0
        self._was_stuck = False
        self._outbox: list[Call] = []
        self._outbox_seen = 0
        self._last_hand_over = 1
        self._ticks = 0
        self._tick: asyncio.TimerHandle | None = None
        self._on_idle: Callable[[], None] | None = None
        self.state = State.STARTING

    def __repr__(self) -> str:
        return f"<Dispatcher {self.state.value}: {len(self._in_flight)} calls, {self._in_flight_bytes} bytes>"

    @property
    def is_ready(self) -> bool:
        return self.state is State.READY

    @property
    def is_idle(self) -> bool:
        return not self._in_flight and not self._reserved_calls

    @property
    def in_flight(self) -> list[Call]:
        return list(self._in_flight)

    @property
    def in_flight_bytes(self) -> int:
        return self._in_flight_bytes

    @property
    def stuck(self) -> int:
        """How many runners are occupied by calls that are past their time-out."""
        return self._runner.stuck() if self._runner else 0

    @property
    def is_stuck(self) -> bool:
        """True when no runner is left, or every one is stuck."""
        return self._runner is not None and self._runner.stuck() >= self._runner.size

    def submit(self, call: Call) -> None:
        """Queues `call`.

        Raises OverloadError when the queue is full, UnavailableError before there is a runner and while all are stuck.
        """
        runner = self._runner
        if runner is None:
            raise UnavailableError(STARTING)
        waiting = len(self._in_flight) + self._reserved_calls
        call.submitted_s = perf_counter()
        if waiting and (refusal := self._refusal(waiting, call.size_bytes, call.submitted_s)):
            raise refusal
        self._in_flight[call] = runner
        self._in_flight_bytes += call.size_bytes
        if not self._outbox:
            self._loop.call_soon(self._hand_over)
        self._outbox.append(call)
        if self._tick is None:
            self._tick = self._loop.call_later(TICK_S, self._tick_once)

    def reserve(self, call: Call) -> None:
        """Keeps a place for a call that is still being decoded. Raises what `submit` raises."""
        waiting = len(self._in_flight) + self._reserved_calls
        if waiting and (refusal := self._refusal(waiting, call.size_bytes, perf_counter())):
            raise refusal
        self._reserved_calls += 1
        self._in_flight_bytes += call.size_bytes

    def release(self, call: Call) -> None:
        """Gives the place up, to submit the call or because there is none."""
        self._reserved_calls -= 1
        self._in_flight_bytes -= call.size_bytes
        if self._on_idle and self.is_idle:
            self._loop.call_soon(self._tell_idle)

    def _tell_idle(self) -> None:
        if self._on_idle and self.is_idle:
            self._on_idle()

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
        self._hand_over_now()

    def _hand_over_now(self) -> None:
        calls, self._outbox = self._outbox, []
        self._outbox_seen, self._last_hand_over = 0, len(calls)
        in_flight = self._in_flight
        for call in calls:
            in_flight[call].submit(call)

    def _refusal(self, waiting: int, size_bytes: int, now_s: float) -> Exception | None:
        if self._was_stuck and self._is_occupied():
            return stuck()
        if waiting < self._limits.max_calls and self._in_flight_bytes + size_bytes <= self._limits.max_bytes:
            return None
        per_s = self._drain_rate.per_s(now_s)
        return admit(self._limits, waiting, self._in_flight_bytes, size_bytes, per_s)

    def take_back(self, ended: Ended) -> None:
        """Ends the calls that a runner has finished."""
        self._drain_rate.add(len(ended), perf_counter())
        in_flight = self._in_flight
        for call, outcome in ended:
            if in_flight.pop(call, None) is not None:
                self._in_flight_bytes -= call.size_bytes
                if call.abandoned and not call.ended:
                    self._on_cancelled("queued" if call.started_s is None else "running")
                try:
                    call.end(outcome)
                except Exception as error:  # the others must get their answers
                    _report(error)
        if self._on_idle:
            self._tell_idle()

    def switch(self, runner: Runner) -> Runner | None:
        """From now on `runner` gets the calls; the first time, the server is ready.

        Returns the runner before it, which has got all its calls and may be stopped.
        """
        self._hand_over_now()
        if self.state is State.STARTING:
            self.state = State.READY
        previous, self._runner = self._runner, runner
        return previous

    def drain(self, on_idle: Callable[[], None]) -> None:
        """Readiness goes; calls already accepted, and those that still arrive, end; then `on_idle()`."""
        self.state = State.DRAINING
        self._on_idle = on_idle
        self._tell_idle()

    def abandon_all(self) -> None:
        """Answers what is still in flight, at the end of a drain that took too long."""
        for call in list(self._in_flight):
            call.abandoned = True
            _end(call, Outcome(error=UnavailableError("The server is shutting down.", reason="draining")))

    def _tick_once(self) -> None:
        """One timer for all calls, while there are any."""
        self._tick = None
        for runner in self._runners():
            runner.fetch()
        if not self._in_flight:
            return
        self._ticks += 1
        if self._ticks % TICKS_PER_WATCH == 0:
            self._watch_deadlines(perf_counter())
        if self._tick is None:  # a call that was submitted by the answer to another has set it already
            self._tick = self._loop.call_later(TICK_S, self._tick_once)

    def _runners(self) -> set[Runner]:
        """Those that have calls: after a switch, two for a while."""
        return set(self._in_flight.values())

    def _watch_deadlines(self, now_s: float) -> None:
        """Answers calls that wait past their deadline, and those whose time the alarm could not end."""
        for runner in self._runners():
            runner.look()
        self._was_stuck = self._is_occupied()
        for call, outcome in list(due(self._in_flight, now_s, self._timeout_ms, self._was_stuck)):
            call.is_overdue = call.started_s is not None
            call.expires_s = 0.0  # if it waits, it is not to be begun any more
            _end(call, outcome)
            if call.is_overdue:
                self._in_flight[call].give_up(call)

    def _is_occupied(self) -> bool:
        """Whether there are runners, and all are stuck; where a worker is on its way, waiting makes sense."""
        runner = self._runner
        return runner is not None and 0 < runner.size <= runner.stuck()
