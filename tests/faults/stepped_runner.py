"""A runner whose thread moves only when it is told to, on a clock that a test sets: every interleaving is repeatable.

The thread parks when no call waits, and each time it has come into run(). `step` lets it go on to its next parking
place and returns when it is there, so that of the two threads one always stands still.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import numpy as np

from scoring_runtime.call import Call
from scoring_runtime.dispatch import dispatcher, execution, hand_back, thread_runner
from scoring_runtime.dispatch.alarm import Alarm, AlarmError
from scoring_runtime.dispatch.call_queue import CallQueue
from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.dispatch.execution import Execution
from scoring_runtime.dispatch.hand_back import HandBack
from scoring_runtime.dispatch.merging import RowMerging
from scoring_runtime.dispatch.thread_runner import Ended, ThreadRunner
from tests.dispatch.calls import encode

TIMEOUT_MS = 1000
# A step that takes longer has hung.
HUNG_S = 10.0
FINE, RAISES, EXITS, RINGS, SHORT = range(5)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class ClockLoop(asyncio.SelectorEventLoop):
    """An event loop on that clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def time(self) -> float:
        return self._clock()

    def turn(self) -> None:
        """Runs what is due now, once."""
        self.call_soon(self.stop)
        self.run_forever()


@contextlib.contextmanager
def on(clock: Clock) -> Iterator[None]:
    """The engine reads `clock`."""
    with contextlib.ExitStack() as patches:
        for module in (dispatcher, execution, hand_back, thread_runner):
            patches.enter_context(patch.object(module, "perf_counter", clock))
        yield


class SteppedRunner:
    """A Runner of one thread; its script answers each row [id, fate] with [id, `generation`].

    `entered` are the ids of the calls that have come into run(), `rung` of those whose run() the alarm has ended;
    `delivered` are the calls whose outcomes are on their way.
    """

    size = 1

    def __init__(self, loop: ClockLoop, dispatcher: Dispatcher, generation: int, max_rows: int) -> None:
        self.generation = generation
        self.entered: set[int] = set()
        self.rung: set[int] = set()
        self.delivered: list[Call] = []
        self.given_up: list[Call] = []
        self.is_running = self.is_ended = False
        merging = RowMerging(max_rows, _convert) if max_rows > 1 else None
        self._queue = CallQueue()
        self._hand_back = HandBack(loop, dispatcher.take_back, lambda: not self._queue.is_empty())
        runner = ThreadRunner(self._queue, Execution(self._run, encode, Alarm(TIMEOUT_MS), merging), self._deliver)
        self.submit = self._queue.put
        self.fetch = self._hand_back.fetch
        self.stop = self._queue.stop
        self._is_free = False
        self._parked, self._going = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._work, args=(runner,), daemon=True)
        self._thread.start()
        self._await_parked()

    def look(self) -> None: ...

    def give_up(self, call: Call) -> None:
        self.given_up.append(call)

    def stuck(self) -> int:
        return int(bool(self.given_up) and self.is_running)

    @property
    def can_step(self) -> bool:
        return not self.is_ended and (self.is_running or not self._queue.is_empty())

    def step(self) -> None:
        """Goes on to the next run(), or until no call waits."""
        self._going.release()
        self._await_parked()

    def free(self) -> None:
        """Lets the thread run to its end."""
        self._is_free = True
        self.stop()
        self._going.release()

    def _await_parked(self) -> None:
        assert self._parked.acquire(timeout=HUNG_S), "the runner's thread hangs"

    def _park(self) -> None:
        if self._is_free:
            return
        self._parked.release()
        assert self._going.acquire(timeout=HUNG_S), "nobody lets the runner's thread go on"

    def _work(self, runner: ThreadRunner) -> None:
        runner.work(before_idle=self._park)
        self.is_ended = True
        self._parked.release()

    def _deliver(self, ended: Ended) -> None:
        self.delivered.extend(call for call, _ in ended)
        self._hand_back(ended)

    def _run(self, data: Any) -> list[list[int]]:
        rows = [(int(number), int(fate)) for number, fate in data]
        self.entered.update(number for number, _ in rows)
        self.is_running = True
        self._park()
        self.is_running = False
        fates = {fate for _, fate in rows}
        if RINGS in fates:
            self.rung.update(number for number, _ in rows)
            raise AlarmError
        if RAISES in fates:
            raise ValueError("as asked")
        if EXITS in fates:
            raise SystemExit
        return [[number, self.generation] for number, fate in rows if fate != SHORT]


def _convert(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: np.asarray(value) for name, value in arguments.items()}
