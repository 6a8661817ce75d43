"""Runs calls on the thread that calls `work()`: the process's main thread first, more threads beside it if asked for.

Strategy: no artificial wait. The queue is shared with the loop's thread, so an idle runner starts a call at once and a
busy one finds the next without a round trip; outcomes go back as soon as they are there (see `hand_back`).
With merging, a runner takes every compatible call that waits, up to the limit; the first that does not fit goes
back to the queue, for the next turn of whichever thread is free.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from time import perf_counter

from scoring_runtime.call import Batchable, Call, Outcome
from scoring_runtime.dispatch.call_queue import CallQueue
from scoring_runtime.dispatch.execution import Execution
from scoring_runtime.errors import ClientGoneError, DeadlineError
from scoring_runtime.stream import Stream
from scoring_runtime.telemetry.context import current_request_id

NEVER_S = math.inf
EXPIRY_MARGIN_S = 0.005

Ended = list[tuple[Call, Outcome]]
Deliver = Callable[[Ended], object]


class ThreadRunner:
    """One thread's part; `deliver` is called on it with what has ended.

    `calls` are those of the turn under way, `stream` the answer that is being streamed: for those who watch.
    """

    def __init__(self, queue: CallQueue, execution: Execution, deliver: Deliver, batch_wait_s: float = 0.0) -> None:
        self._queue = queue
        self._take = queue.take
        self._execution = execution
        self._deliver = deliver
        self._batch_wait_s = batch_wait_s
        self._is_stopping = False
        self.calls: list[Call] = []
        self.stream: Stream | None = None
        self.thread_id: int | None = None

    def work(self, before_idle: Callable[[], object] = lambda: None) -> None:
        """Runs calls until the queue's `stop()`; `before_idle` is called when none waits."""
        self.thread_id = threading.get_ident()
        while not self._is_stopping:
            try:
                if self._queue.is_empty():
                    current_request_id.set("")
                    before_idle()
                self._turn()
            except BaseException as error:
                # A signal handler that the script installed may raise here, between two calls. The dispatcher
                # takes each call back once, so it does no harm if some of these have been delivered.
                reason = self._execution.explain(error)
                self._deliver([(call, Outcome(error=reason)) for call in self.calls])
                self.calls = []

    def _turn(self) -> None:
        if (first := self._take()) is None:
            self._is_stopping = True
            return
        self.calls.append(first)
        ended = self._run(first)
        self._deliver(ended)
        for stream in _streams_of(ended):
            self.stream = stream
            stream.pump()
        self.stream = None
        self.calls = []

    def _run(self, first: Call) -> Ended:
        """Runs `first`, with those that may share its run()."""
        merging = self._execution.merging
        if merging is None and first.expires_s == NEVER_S and not first.abandoned:
            return [(first, self._execution.one(first))]
        if refusal := self._refusal(first):
            return [(first, refusal)]
        if merging is None or first.batchable is None:
            return [(first, self._execution.one(first))]
        group, refused = self._gather(first, first.batchable, merging.limit)
        if self._batch_wait_s:  # some may have given up meanwhile
            late = {call: refusal for call in group if (refusal := self._refusal(call))}
            refused += late.items()
            group = [call for call in group if call not in late]
        outcomes = self._execution.group(group, merging) if group else []
        return [*refused, *zip(group, outcomes, strict=True)]

    def _gather(self, first: Call, batch: Batchable, limit: int) -> tuple[list[Call], Ended]:
        """What waits and fits to `first`, and those found on the way that must not run."""
        group, refused, rows = [first], list[tuple[Call, Outcome]](), batch.rows
        until_s = min(perf_counter() + self._batch_wait_s, _in_time(first)) if self._batch_wait_s else 0.0
        while rows < limit and (call := self._queue.take_waiting(_left_s(until_s))) is not None:
            self.calls.append(call)
            if refusal := self._refusal(call):
                refused.append((call, refusal))
                continue
            more = call.batchable
            if more is None or more.kind != batch.kind or rows + more.rows > limit:
                self._queue.give_back(call)
                self.calls.pop()
                break
            group.append(call)
            rows += more.rows
            until_s = min(until_s, _in_time(call))
        return group, refused

    def _refusal(self, call: Call) -> Outcome | None:
        """The outcome of a call that nobody waits for any more, or whose arguments do not convert."""
        if call.abandoned:
            return Outcome(error=ClientGoneError())
        if call.expires_s != NEVER_S and call.expires_s < perf_counter():
            return Outcome(error=expired())
        if (merging := self._execution.merging) is not None and not call.is_prepared:
            try:
                call.arguments = merging.prepare(call.arguments)
                call.batchable = merging.batchable(call.arguments)
                call.is_prepared = True
            except BaseException as error:  # a parameter type may be the script's own
                return Outcome(error=self._execution.explain(error))
        return None


def expired() -> DeadlineError:
    return DeadlineError("The request's time was over before run() could begin.")


def _in_time(call: Call) -> float:
    """The latest moment for a group that waits to begin, so that `call` does not expire in it."""
    return call.expires_s - EXPIRY_MARGIN_S


def _left_s(until_s: float) -> float:
    return until_s - perf_counter() if until_s else 0.0


def _streams_of(ended: Ended) -> list[Stream]:
    """What is to be streamed: of a single call, or of several that a @batched run() answered."""
    if len(ended) == 1:
        payload = ended[0][1].payload
        return [payload.stream] if payload is not None and payload.stream is not None else []
    return [outcome.payload.stream for _, outcome in ended if outcome.payload and outcome.payload.stream]
