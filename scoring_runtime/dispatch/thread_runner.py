"""Runs calls on the thread that calls `work()`, which in a server is the process's main thread.

Strategy: no artificial wait. The queue is shared with the loop's thread, so an idle runner starts a call at once and a
busy one finds the next without a round trip. What crosses a thread boundary is batched instead: outcomes go back
when nothing more waits, or after DELIVERY_MS, so that one wake-up of the loop carries many answers.
With merging on, a runner takes every compatible call that waits, up to `max_rows`; the first that does not fit
is held for the next turn.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from queue import Empty, SimpleQueue
from time import perf_counter

from scoring_runtime.call import Arguments, Call, Outcome
from scoring_runtime.dispatch import merge
from scoring_runtime.dispatch.execution import Execution
from scoring_runtime.errors import RunError
from scoring_runtime.stream import Stream

# Long enough to share a wake-up (some 10 us each way) among several short calls, short enough to stay unseen.
DELIVERY_MS = 1.0

Ended = list[tuple[Call, Outcome]]
Deliver = Callable[[Ended], object]
Convert = Callable[[Arguments], Arguments]


def _stream_of(outcomes: list[Outcome]) -> Stream | None:
    """The stream that a single call answered with; merged outputs are never streams."""
    payload = outcomes[0].payload if len(outcomes) == 1 else None
    return payload.stream if payload else None


class ThreadRunner:
    """`submit` and `stop` from any thread; `deliver` is called on the runner's thread with what has ended.

    `convert`, if set before `work()`, makes arguments comparable and turns merging on.
    """

    def __init__(self, max_rows: int = 1) -> None:
        self._max_rows = max_rows
        self.convert: Convert | None = None
        self._queue: SimpleQueue[Call | None] = SimpleQueue()
        self._held: Call | None = None
        self._taken: list[Call] = []
        self._ended: Ended = []
        self._delivered_s = 0.0
        self._is_stopping = False

    def submit(self, call: Call) -> None:
        self._queue.put(call)

    def stop(self) -> None:
        """Lets `work()` return once every call submitted before has ended."""
        self._queue.put(None)

    def work(self, execution: Execution, deliver: Deliver) -> None:
        """Runs calls until `stop()`."""
        while not self._is_stopping:
            try:
                self._turn(execution, deliver)
            except BaseException as error:
                # A signal handler that the script installed may raise here, between two calls.
                error_for_client = execution.explain(error)
                self._ended.extend((call, Outcome(error=error_for_client)) for call in self._taken)
                self._taken.clear()
                self._hand_back(deliver)

    def _turn(self, execution: Execution, deliver: Deliver) -> None:
        calls = self._take(execution)
        outcomes = execution.group(calls) if calls else []
        self._ended.extend(zip(calls, outcomes, strict=True))
        self._taken.clear()
        stream = _stream_of(outcomes)
        now = perf_counter()
        is_due = (now - self._delivered_s) * 1000 >= DELIVERY_MS
        if self._ended and (is_due or stream or self._is_stopping or self._is_waiting_empty()):
            self._hand_back(deliver)
            self._delivered_s = now
        if stream:
            stream.pump()

    def _hand_back(self, deliver: Deliver) -> None:
        # The dispatcher takes each call back once, so an interruption between these two lines does no harm.
        deliver(self._ended)
        self._ended = []

    def _is_waiting_empty(self) -> bool:
        return self._held is None and self._queue.empty()

    def _take(self, execution: Execution) -> list[Call]:
        """The next call, with those that may be merged into it; empty when there is nothing to run."""
        first = self._held or self._queue.get()
        self._held = None
        if first is None:
            self._is_stopping = True
            return []
        self._taken.append(first)
        if not self._is_runnable(first, execution):
            return []
        if self.convert is None:
            return [first]
        kind = merge.key(first.arguments)
        return [first] if kind is None else self._gather(first, kind, execution)

    def _gather(self, first: Call, kind: Hashable, execution: Execution) -> list[Call]:
        calls, count = [first], merge.rows(first.arguments)
        while count < self._max_rows:
            try:
                call = self._queue.get_nowait()
            except Empty:
                break
            if call is None:
                self._queue.put(None)
                break
            self._taken.append(call)
            if not self._is_runnable(call, execution):
                continue
            if merge.key(call.arguments) != kind or count + merge.rows(call.arguments) > self._max_rows:
                self._held = self._taken.pop()
                break
            calls.append(call)
            count += merge.rows(call.arguments)
        return calls

    def _is_runnable(self, call: Call, execution: Execution) -> bool:
        """False, with the call's outcome noted, when its client has gone or its arguments do not convert."""
        if call.abandoned:
            self._ended.append((call, Outcome(error=RunError())))
            return False
        if self.convert is None or call.is_converted:
            return True
        try:
            call.arguments = self.convert(call.arguments)
            call.is_converted = True
        except BaseException as error:  # a parameter type may be the script's own
            self._ended.append((call, Outcome(error=execution.explain(error))))
            return False
        return True
