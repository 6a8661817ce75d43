"""Random submits, departures, failures and batch sizes: every call ends exactly once, with its own answer."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from scoring_runtime.dispatch.admission import QueueLimits
from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.dispatch.hand_back import HandBack
from scoring_runtime.dispatch.thread_runner import ThreadRunner
from scoring_runtime.errors import OverloadError
from tests.dispatch.calls import SentCall, execution_of, shown

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
    """The runner has a thread of its own, and stands still while `gate` is closed."""

    @initialize(max_rows=st.integers(1, 8), merges=st.booleans())
    def start(self, max_rows: int, merges: bool) -> None:
        self.gate = threading.Event()
        self.calls: dict[SentCall, list[int]] = {}
        self.loop = asyncio.new_event_loop()
        self.runner = ThreadRunner(max_rows)
        if merges:
            self.runner.convert = lambda arguments: {"data": np.asarray(arguments["data"])}
        limits = QueueLimits(MAX_CALLS, max_bytes=1000)
        self.dispatcher = Dispatcher(self.loop, self.runner.submit, limits, timeout_ms=60_000)
        self.dispatcher.open()
        self.hand_back = HandBack(self.loop, self.dispatcher)
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def run(self, data: Any) -> list[int]:
        assert self.gate.wait(WAIT_S)
        numbers = [int(number) for number in data]
        if FAILS in numbers:
            raise ValueError("a bad row")
        if EXITS in numbers:
            raise SystemExit
        return [number * 2 for number in numbers if number != SHORT]

    def work(self) -> None:
        self.runner.work(execution_of(self.run), self.hand_back)

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
                allowed = {expected(numbers)} | ({"RunError"} if call.abandoned else set())
                assert shown(outcome) in allowed

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        self.settle()
        self.gate.set()
        self.runner.stop()
        self.thread.join(WAIT_S)
        self.loop.close()
        assert all(call.ended for call in self.calls)
        assert repr(self.dispatcher) == "<Dispatcher ready: 0 calls, 0 bytes>"


RandomWork.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestRandomWork = RandomWork.TestCase
