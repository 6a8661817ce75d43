"""Random submits, departures, failures, sizes, threads and reloads: every call ends once, with its own answer."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from scoring_runtime.dispatch.admission import QueueLimits
from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.dispatch.thread_pool import ThreadPool
from scoring_runtime.errors import OverloadError
from tests.dispatch.calls import SentCall, by_rows, execution_of, shown

WAIT_S = 10.0
MAX_CALLS = 12
FAILS, EXITS, SHORT = -1, -2, -3
rows = st.lists(st.sampled_from([*range(10), *range(10), FAILS, EXITS, SHORT]), min_size=1, max_size=3)


def expected(numbers: list[int]) -> bytes | str:
    """The answer of a call that runs alone."""
    if FAILS in numbers or EXITS in numbers:
        return "RunError"
    return str([number * 2 for number in numbers if number != SHORT]).encode()


class RandomWork(RuleBasedStateMachine):
    """The runner has threads of its own, which stand still while `gate` is closed."""

    @initialize(max_rows=st.integers(1, 8), merges=st.booleans(), threads=st.integers(1, 3))
    def start(self, max_rows: int, merges: bool, threads: int) -> None:
        self.gate = threading.Event()
        self.calls: dict[SentCall, list[int]] = {}
        self.loop = asyncio.new_event_loop()
        self.merging = by_rows(max_rows) if merges else None
        self.pools: list[ThreadPool] = []
        self.workers: list[threading.Thread] = []
        self.dispatcher = Dispatcher(self.loop, QueueLimits(MAX_CALLS, max_bytes=1000), timeout_ms=60_000)
        self.threads = threads
        self.reload()

    @rule()
    def reload(self) -> None:
        """Another runner takes over; the one before it ends what it has."""
        executions = [execution_of(self.run, self.merging) for _ in range(self.threads)]
        pool = ThreadPool(self.loop, self.dispatcher.take_back, executions, timeout_ms=60_000)
        worker = threading.Thread(target=pool.work, daemon=True)
        worker.start()
        if previous := self.dispatcher.switch(pool):
            previous.stop()
        self.pools.append(pool)
        self.workers.append(worker)

    def run(self, data: Any) -> list[int]:
        assert self.gate.wait(WAIT_S)
        numbers = [int(number) for number in data]
        if FAILS in numbers:
            raise ValueError("a bad row")
        if EXITS in numbers:
            raise SystemExit
        return [number * 2 for number in numbers if number != SHORT]

    @rule(numbers=rows)
    def submit(self, numbers: list[int]) -> None:
        call = SentCall(size_bytes=len(numbers), data=numbers)
        try:
            self.dispatcher.submit(call)
            self.calls[call] = numbers
        except OverloadError:
            assert self.pending() >= MAX_CALLS

    @precondition(lambda self: self.pending())
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        open_calls = [call for call in self.calls if not call.ended]
        data.draw(st.sampled_from(open_calls)).abandoned = True

    @rule()
    def settle(self) -> None:
        self.gate.set()
        idle = asyncio.Event()
        self.loop.call_soon(self.notice_idle, idle)
        self.loop.run_until_complete(asyncio.wait_for(idle.wait(), WAIT_S))
        self.gate.clear()

    def notice_idle(self, idle: asyncio.Event) -> None:
        if self.dispatcher.is_idle:
            idle.set()
        else:
            self.loop.call_soon(self.notice_idle, idle)

    def pending(self) -> int:
        return sum(not call.ended for call in getattr(self, "calls", {}))

    @invariant()
    def every_call_ends_at_most_once_and_with_its_own_answer(self) -> None:
        for call, numbers in getattr(self, "calls", {}).items():
            assert len(call.outcomes) == int(call.ended)
            for outcome in call.outcomes:
                allowed = {expected(numbers)} | ({"ClientGoneError"} if call.abandoned else set())
                assert shown(outcome) in allowed

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        self.settle()
        self.gate.set()
        self.pools[-1].stop()
        for worker in self.workers:
            worker.join(WAIT_S)
            assert not worker.is_alive()
        self.loop.close()
        assert all(call.ended for call in self.calls)
        assert repr(self.dispatcher) == "<Dispatcher ready: 0 calls, 0 bytes>"


RandomWork.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestRandomWork = RandomWork.TestCase
