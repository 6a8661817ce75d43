"""Several threads on one queue: how many calls run at once, who is stuck, and that all of them end."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from time import perf_counter
from typing import Any

import numpy as np
import pytest

from scoring_runtime.call import Call, Outcome, Payload
from scoring_runtime.dispatch import thread_pool
from scoring_runtime.dispatch.alarm import Alarm
from scoring_runtime.dispatch.execution import Execution, Run
from scoring_runtime.dispatch.merging import Merging
from scoring_runtime.dispatch.thread_pool import ThreadPool
from scoring_runtime.stream import Stream
from tests.dispatch.calls import SentCall, by_rows, encode, execution_of, shown

WAIT_S = 10.0
TIMEOUT_MS = 60_000


class RunningLoop:
    """An event loop that runs on a thread of its own, and what it was brought."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.ended: SimpleQueue[tuple[Call, Outcome]] = SimpleQueue()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def take_back(self, ended: list[tuple[Call, Outcome]]) -> None:
        assert threading.current_thread() is self._thread
        for each in ended:
            self.ended.put(each)

    def answers(self, count: int) -> set[bytes | str]:
        """So many answers, waited for."""
        return {shown(self.ended.get(timeout=WAIT_S)[1]) for _ in range(count)}

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(WAIT_S)
        self.loop.close()


@pytest.fixture
def running() -> Iterator[RunningLoop]:
    running = RunningLoop()
    yield running
    running.close()


class WorkingPool(ThreadPool):
    """A pool whose `work()` has a thread of its own."""

    def __init__(self, running: RunningLoop, executions: list[Execution]) -> None:
        super().__init__(running.loop, running.take_back, executions, TIMEOUT_MS)
        self._worker = threading.Thread(target=self.work, daemon=True)
        self._worker.start()

    def end(self) -> None:
        self.stop()
        for thread in [self._worker, *(each for each in threading.enumerate() if each.name.startswith("runner-"))]:
            thread.join(WAIT_S)
            assert not thread.is_alive()


@pytest.fixture
def make(running: RunningLoop) -> Iterator[Callable[..., WorkingPool]]:
    """Makes pools of so many threads that call `run`."""
    pools: list[WorkingPool] = []

    def make(threads: int, run: Run, merging: Merging | None = None) -> WorkingPool:
        pools.append(WorkingPool(running, [execution_of(run, merging) for _ in range(threads)]))
        return pools[-1]

    yield make
    for pool in pools:
        pool.end()


Make = Callable[..., WorkingPool]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_so_many_calls_run_at_once_as_there_are_threads(make: Make, running: RunningLoop, threads: int) -> None:
    together = threading.Barrier(threads)

    def run(data: int) -> int:
        together.wait(WAIT_S)
        return data

    pool = make(threads, run)
    assert (pool.size, pool.stuck()) == (threads, 0)
    for number in range(2 * threads):
        pool.submit(SentCall(data=number))
    assert running.answers(2 * threads) == {str(number).encode() for number in range(2 * threads)}


def test_no_more_calls_run_at_once_than_there_are_threads(make: Make, running: RunningLoop) -> None:
    now, most = SimpleQueue[int](), [0]

    def run(data: int) -> int:
        now.put(data)
        most[0] = max(most[0], now.qsize())
        now.get()
        return data

    pool = make(2, run)
    for number in range(200):
        pool.submit(SentCall(data=number))
    assert len(running.answers(200)) == 200
    assert most[0] <= 2


def test_a_call_that_does_not_fit_is_taken_by_a_thread_that_is_free(make: Make, running: RunningLoop) -> None:
    other_has_run = threading.Event()

    def run(data: Any) -> Any:
        if data.dtype == np.float64:
            other_has_run.set()
        else:
            assert other_has_run.wait(WAIT_S)
        return data.tolist()

    pool = make(2, run, by_rows())
    pool.submit(SentCall(data=[1]))
    pool.submit(SentCall(data=[1.5]))
    assert running.answers(2) == {b"[1]", b"[1.5]"}


def test_stopping_ends_every_thread_after_the_calls(running: RunningLoop) -> None:
    before = set(threading.enumerate())
    executions = [execution_of(lambda data: data) for _ in range(4)]
    pool = ThreadPool(running.loop, running.take_back, executions, TIMEOUT_MS)
    for number in range(50):
        pool.submit(SentCall(data=number))
    pool.stop()
    pool.work()
    for thread in set(threading.enumerate()) - before:
        thread.join(WAIT_S)
        assert not thread.is_alive()
    running.loop.call_soon_threadsafe(pool.fetch)  # as the dispatcher does while calls are in flight
    assert len(running.answers(50)) == 50


def test_before_it_idles_the_thread_that_works_here_says_so(running: RunningLoop) -> None:
    idlers: list[int] = []
    pool = ThreadPool(running.loop, running.take_back, [execution_of(abs) for _ in range(2)], TIMEOUT_MS)

    def before_idle() -> None:
        idlers.append(threading.get_ident())
        pool.stop()

    pool.work(before_idle)
    assert set(idlers) == {threading.get_ident()}


class Held:
    """A run() whose calls stay inside, each in a function of its own, until they are let go."""

    def __init__(self) -> None:
        self.inside: SimpleQueue[str] = SimpleQueue()
        self.gate = threading.Event()

    def run(self, data: str) -> str:
        return self.stay_on_the_left(data) if data == "left" else self.stay_on_the_right(data)

    def stay_on_the_left(self, data: str) -> str:
        self.inside.put(data)
        self.gate.wait(WAIT_S)
        return data

    def stay_on_the_right(self, data: str) -> str:
        self.inside.put(data)
        self.gate.wait(WAIT_S)
        return data


def test_giving_up_logs_where_that_call_is(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    held = Held()
    pool = make(2, held.run)
    calls = {name: SentCall(data=name) for name in ("left", "right")}
    for call in calls.values():
        pool.submit(call)
    assert {held.inside.get(timeout=WAIT_S), held.inside.get(timeout=WAIT_S)} == {"left", "right"}
    with caplog.at_level(logging.ERROR, "azmlinfsrv"):
        pool.give_up(calls["left"])
    held.gate.set()
    [message] = caplog.messages
    assert message.startswith("run() has not returned 60000 ms after its start and cannot be interrupted.")
    assert ", in stay_on_the_left" in message
    assert ", in stay_on_the_right" not in message


def test_a_call_that_has_ended_meanwhile_is_not_logged(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    pool = make(1, lambda data: data)
    pool.give_up(SentCall(data=1))
    assert caplog.messages == []


def test_threads_with_overdue_calls_are_stuck_until_those_return(make: Make, running: RunningLoop) -> None:
    held = Held()
    pool = make(2, held.run)
    calls = [SentCall(data=name) for name in ("left", "right")]
    counts = []
    for call in calls:
        pool.submit(call)
        held.inside.get(timeout=WAIT_S)
    for call in calls:
        counts.append(pool.stuck())
        call.is_overdue = True
    counts.append(pool.stuck())
    held.gate.set()
    running.answers(2)
    pool.end()
    assert [*counts, pool.stuck()] == [0, 1, 2, 0]


def test_a_stream_that_yields_nothing_for_too_long_is_stuck(
    running: RunningLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, asked = threading.Event(), threading.Event()

    def chunks() -> Iterator[bytes]:
        asked.set()
        gate.wait(WAIT_S)
        yield b"late"

    execution = Execution(lambda data: data, lambda output: Payload(b"", stream=Stream(chunks())), Alarm(TIMEOUT_MS))
    pool = WorkingPool(running, [execution])
    pool.submit(SentCall(data=1))
    assert asked.wait(WAIT_S)
    before = pool.stuck()
    monkeypatch.setattr(thread_pool, "perf_counter", lambda: perf_counter() + TIMEOUT_MS / 1000)
    assert (before, pool.stuck()) == (0, 1)
    gate.set()
    pool.end()
    assert pool.stuck() == 0


def test_a_pool_that_does_not_get_to_work_is_stuck(running: RunningLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a reload the main thread may stay with a call of the runner before it."""
    now_s = [1000.0]
    monkeypatch.setattr(thread_pool, "perf_counter", lambda: now_s[0])
    pool = ThreadPool(running.loop, running.take_back, [Execution(abs, encode, Alarm(TIMEOUT_MS))], TIMEOUT_MS)
    assert pool.stuck() == 0
    now_s[0] += TIMEOUT_MS / 1000 + 1
    assert pool.stuck() == pool.size == 1
    pool.stop()
    pool.work()
    assert pool.stuck() == 0


def test_the_other_threads_do_not_wait_for_the_first(running: RunningLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    executions = [execution_of(lambda data: data) for _ in range(3)]
    pool = ThreadPool(running.loop, running.take_back, executions, TIMEOUT_MS)
    pool.start()
    for number in range(5):
        pool.submit(SentCall(data=number))
    running.loop.call_soon_threadsafe(pool.fetch)
    assert running.answers(5) == {str(number).encode() for number in range(5)}
    monkeypatch.setattr(thread_pool, "perf_counter", lambda: perf_counter() + TIMEOUT_MS / 1000 + 1)
    assert (pool.stuck(), pool.size) == (1, 3)
    pool.stop()
    pool.work()
