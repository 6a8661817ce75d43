"""Waiting for company, where it is asked for: no longer than asked, and never when the group is full."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from time import perf_counter
from typing import Any

import numpy as np
import pytest

from scoring_runtime.call import Call
from scoring_runtime.dispatch import thread_runner
from scoring_runtime.dispatch.call_queue import CallQueue
from scoring_runtime.dispatch.thread_runner import Ended, ThreadRunner
from tests.dispatch.calls import SentCall, answers, by_rows, execution_of

WAIT_S = 10.0
FOREVER_S = 100 * WAIT_S


def rows_of(data: Any) -> list[Any]:
    return np.asarray(data).tolist()  # type: ignore[no-any-return]  # numpy says Any


class WatchedQueue(CallQueue):
    """Keeps with what patience it was asked; `arrivals` come one at each question, and take `takes_s` of the clock."""

    def __init__(self, clock: list[float], takes_s: float, *arrivals: SentCall) -> None:
        super().__init__()
        self.patience_s: list[float] = []
        self.on_last: Callable[[], object] = lambda: None
        self._clock = clock
        self._takes_s = takes_s
        self._arrivals = list(arrivals)
        self.put(self._arrivals.pop(0))

    def take_waiting(self, patience_s: float = 0.0) -> Call | None:
        self.patience_s.append(round(patience_s, 6))
        self._clock[0] += self._takes_s
        if self._arrivals and patience_s > 0:
            return self._arrivals.pop(0)
        self.on_last()
        self.stop()
        return None


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The runner's time, in its only item."""
    clock = [1000.0]
    monkeypatch.setattr(thread_runner, "perf_counter", lambda: clock[0])
    return clock


def worked(queue: CallQueue, limit: int, batch_wait_s: float) -> list[Ended]:
    deliveries: list[Ended] = []
    ThreadRunner(queue, execution_of(rows_of, by_rows(limit)), deliveries.append, batch_wait_s).work()
    return deliveries


def test_a_call_waits_for_others_as_long_as_the_first_has_patience(clock: list[float]) -> None:
    queue = WatchedQueue(clock, 0.4, *(SentCall(data=[number]) for number in range(9)))
    [together] = worked(queue, limit=100, batch_wait_s=1.0)
    assert answers(together) == [b"[0]", b"[1]", b"[2]", b"[3]"]
    assert queue.patience_s == [1.0, 0.6, 0.2, -0.2]


def test_a_full_group_waits_no_longer(clock: list[float]) -> None:
    queue = WatchedQueue(clock, 0.1, *(SentCall(data=[number, number]) for number in range(2)))
    queue.stop()
    [together] = worked(queue, limit=4, batch_wait_s=1.0)
    assert answers(together) == [b"[0, 0]", b"[1, 1]"]
    assert queue.patience_s == [1.0]


def test_without_a_wait_nobody_waits(clock: list[float]) -> None:
    queue = WatchedQueue(clock, 0.0, SentCall(data=[1]))
    [alone] = worked(queue, limit=100, batch_wait_s=0.0)
    assert answers(alone) == [b"[1]"]
    assert queue.patience_s == [0.0]


def begun(batch_wait_s: float, limit: int = 100) -> tuple[CallQueue, SimpleQueue[Ended], threading.Thread]:
    """A runner that has taken its first call, [1]."""
    queue, deliveries, is_idle = CallQueue(), SimpleQueue[Ended](), threading.Event()
    runner = ThreadRunner(queue, execution_of(rows_of, by_rows(limit)), deliveries.put, batch_wait_s)
    thread = threading.Thread(target=runner.work, args=(is_idle.set,), daemon=True)
    thread.start()
    assert is_idle.wait(WAIT_S)
    queue.put(SentCall(data=[1]))
    return queue, deliveries, thread


def test_company_ends_the_wait_when_it_fills_the_group() -> None:
    queue, deliveries, _ = begun(FOREVER_S, limit=2)
    queue.put(SentCall(data=[2]))
    assert answers(deliveries.get(timeout=WAIT_S)) == [b"[1]", b"[2]"]
    queue.stop()


def test_a_call_that_does_not_fit_ends_the_wait() -> None:
    queue, deliveries, _ = begun(FOREVER_S)
    queue.put(SentCall(data=[1.5]))
    assert answers(deliveries.get(timeout=WAIT_S)) == [b"[1]"]
    queue.stop()
    assert answers(deliveries.get(timeout=WAIT_S)) == [b"[1.5]"]


def test_a_stop_ends_the_wait() -> None:
    queue, deliveries, thread = begun(FOREVER_S)
    queue.stop()
    assert answers(deliveries.get(timeout=WAIT_S)) == [b"[1]"]
    thread.join(WAIT_S)
    assert not thread.is_alive()


def test_a_lone_call_waits_its_time_and_runs() -> None:
    begun_s = perf_counter()
    queue, deliveries, _ = begun(0.05)
    assert answers(deliveries.get(timeout=WAIT_S)) == [b"[1]"]
    assert perf_counter() - begun_s >= 0.05
    queue.stop()


def test_who_gave_up_while_the_group_waited_is_left_out(clock: list[float]) -> None:
    impatient, patient, gone = SentCall(data=[1]), SentCall(data=[2]), SentCall(data=[3])
    impatient.expires_s = clock[0] + 0.5
    queue = WatchedQueue(clock, 0.4, impatient, patient, gone)
    queue.on_last = lambda: setattr(gone, "abandoned", True)
    [ended] = worked(queue, limit=100, batch_wait_s=1.5)
    assert sorted(map(str, answers(ended))) == ["ClientGoneError", "DeadlineError", "b'[2]'"]


def test_a_group_in_which_everybody_gave_up_is_not_run(clock: list[float]) -> None:
    impatient = SentCall(data=[1])
    impatient.expires_s = clock[0] + 0.1
    [ended] = worked(WatchedQueue(clock, 0.4, impatient), limit=100, batch_wait_s=1.0)
    assert answers(ended) == ["DeadlineError"]


def test_a_wait_ends_in_time_for_the_least_patient(clock: list[float]) -> None:
    first, second = SentCall(data=[1]), SentCall(data=[2])
    first.expires_s, second.expires_s = clock[0] + 0.5, clock[0] + 0.2
    queue = WatchedQueue(clock, 0.05, first, second)
    [ended] = worked(queue, limit=100, batch_wait_s=1.0)
    assert answers(ended) == [b"[1]", b"[2]"]
    assert queue.patience_s == [0.495, 0.145]
