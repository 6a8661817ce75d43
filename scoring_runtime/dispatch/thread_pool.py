"""The runner within this process: one queue, the main thread and, if asked for, more threads that work on it."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from time import perf_counter

from scoring_runtime.call import Call
from scoring_runtime.dispatch.call_queue import CallQueue
from scoring_runtime.dispatch.execution import Execution
from scoring_runtime.dispatch.hand_back import HandBack
from scoring_runtime.dispatch.thread_runner import Ended, ThreadRunner
from scoring_runtime.telemetry.loggers import LOGGER

logger = logging.getLogger(LOGGER)

LEAVE_S = 1.0


class ThreadPool:
    """A Runner of `len(executions)` threads, the first of which is the one that calls `work()`."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        take_back: Callable[[Ended], None],
        executions: list[Execution],
        timeout_ms: int,
        batch_wait_s: float = 0.0,
    ) -> None:
        self._timeout_s = timeout_ms / 1000
        self._created_s = perf_counter()
        self._is_working = False
        self._threads: list[threading.Thread] = []
        self._alarm = executions[0].alarm
        self._queue = CallQueue()
        self._hand_back = HandBack(loop, take_back, lambda: not self._queue.is_empty())
        self._runners = [
            ThreadRunner(self._queue, execution, self._hand_back, batch_wait_s) for execution in executions
        ]
        self.submit = self._queue.put
        self.fetch = self._hand_back.fetch

    def start(self) -> None:
        """Lets the other threads run calls, while the one that will call `work()` may have something else to do."""
        if self._threads:
            return
        for number, runner in enumerate(self._runners[1:], start=2):
            self._threads.append(threading.Thread(target=runner.work, name=f"runner-{number}", daemon=True))
            self._threads[-1].start()

    def work(self, before_idle: Callable[[], object] = lambda: None) -> None:
        """Runs calls, on this thread and the others, until `stop()`."""
        self.start()
        self._is_working = True
        self._runners[0].work(before_idle)
        for thread, runner in zip(self._threads, self._runners[1:], strict=True):
            if not runner.calls:  # it is about to end; one with a long call is not waited for
                thread.join(LEAVE_S)

    @property
    def size(self) -> int:
        return len(self._runners)

    def look(self) -> None:
        """Calls carry their start themselves here."""
        self._alarm.interrupt(perf_counter())

    def give_up(self, call: Call) -> None:
        for runner in self._runners:
            if call in runner.calls:
                logger.error(
                    "run() has not returned %.0f ms after its start and cannot be interrupted. Its client was "
                    "answered; the runner stays occupied. It is here:\n%s",
                    self._timeout_s * 1000,
                    _stack_of(runner.thread_id),
                )

    def stuck(self) -> int:
        first, *others = self._runners
        if self._is_working:
            is_first_stuck = self._is_stuck(first)
        else:  # after a reload, the runner before it may keep the main thread
            is_first_stuck = perf_counter() - self._created_s > self._timeout_s
        return is_first_stuck + sum(map(self._is_stuck, others))

    def stop(self) -> None:
        self._queue.stop()

    def _is_stuck(self, runner: ThreadRunner) -> bool:
        if any(call.is_overdue for call in list(runner.calls)):
            return True
        stream = runner.stream
        since_s = stream.generating_since_s if stream else None
        return since_s is not None and perf_counter() - since_s > self._timeout_s


def _stack_of(thread_id: int | None) -> str:
    frame = sys._current_frames().get(thread_id or 0)
    return "".join(traceback.format_stack(frame)) if frame else ""
