"""Runs calls on the thread that calls `work()`, which in a server is the process's main thread.

Strategy: no artificial wait. The queue is shared with the loop's thread, so an idle runner starts a call at once and a
busy one finds the next without a round trip; outcomes go back as soon as they are there (see `hand_back`).
With merging on, a runner takes every compatible call that waits, up to `max_rows`; the first that does not fit
is held for the next turn.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from queue import Empty, SimpleQueue

from scoring_runtime.call import Arguments, Call, Outcome
from scoring_runtime.dispatch import merge
from scoring_runtime.dispatch.execution import Execution
from scoring_runtime.errors import RunError
from scoring_runtime.stream import Stream
from scoring_runtime.telemetry.context import current_request_id

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
        self._is_stopping = False

    def submit(self, call: Call) -> None:
        self._queue.put(call)

    def stop(self) -> None:
        """Lets `work()` return once every call submitted before has ended."""
        self._queue.put(None)

    def work(self, execution: Execution, deliver: Deliver, before_idle: Callable[[], object] = lambda: None) -> None:
        """Runs calls until `stop()`; `before_idle` is called when none waits."""
        while not self._is_stopping:
            try:
                if not self.has_more():
                    current_request_id.set("")
                    before_idle()
                self._turn(execution, deliver)
            except BaseException as error:
                # A signal handler that the script installed may raise here, between two calls. The dispatcher
                # takes each call back once, so it does no harm if some of these have been delivered.
                outcome = Outcome(error=execution.explain(error))
                deliver([(call, outcome) for call in self._taken])
                self._taken.clear()

    def has_more(self) -> bool:
        """Whether a call waits."""
        return self._held is not None or not self._queue.empty()

    def _turn(self, execution: Execution, deliver: Deliver) -> None:
        calls, refused = self._take(execution)
        outcomes = execution.group(calls) if calls else []
        if refused or calls:
            deliver([*refused, *zip(calls, outcomes, strict=True)])
        self._taken.clear()
        if stream := _stream_of(outcomes):
            stream.pump()

    def _take(self, execution: Execution) -> tuple[list[Call], Ended]:
        """The next call with those that may be merged into it, and those found on the way that must not run."""
        first = self._held or self._queue.get()
        self._held = None
        if first is None:
            self._is_stopping = True
            return [], []
        self._taken.append(first)
        if refusal := self._refusal(first, execution):
            return [], [(first, refusal)]
        kind = merge.key(first.arguments) if self.convert else None
        return self._gather(first, kind, execution) if kind is not None else ([first], [])

    def _gather(self, first: Call, kind: Hashable, execution: Execution) -> tuple[list[Call], Ended]:
        calls, refused, count = [first], list[tuple[Call, Outcome]](), merge.rows(first.arguments)
        while count < self._max_rows and (call := self._next_waiting()) is not None:
            if refusal := self._refusal(call, execution):
                refused.append((call, refusal))
            elif merge.key(call.arguments) != kind or count + (more := merge.rows(call.arguments)) > self._max_rows:
                self._held = self._taken.pop()
                break
            else:
                calls.append(call)
                count += more
        return calls, refused

    def _next_waiting(self) -> Call | None:
        """The next call if one waits; the mark of `stop()` is left for the next turn."""
        try:
            call = self._queue.get_nowait()
        except Empty:
            return None
        if call is None:
            self._queue.put(None)
        else:
            self._taken.append(call)
        return call

    def _refusal(self, call: Call, execution: Execution) -> Outcome | None:
        """The outcome of a call whose client has gone, or whose arguments do not convert."""
        if call.abandoned:
            return Outcome(error=RunError())
        if self.convert is not None and not call.is_converted:
            try:
                call.arguments = self.convert(call.arguments)
                call.is_converted = True
            except BaseException as error:  # a parameter type may be the script's own
                return Outcome(error=execution.explain(error))
        return None
