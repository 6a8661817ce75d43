"""Outcomes from the runner's thread to the loop's: few wake-ups, none forgotten."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from scoring_runtime.call import Outcome
from scoring_runtime.dispatch import hand_back as hand_back_module
from scoring_runtime.dispatch.admission import QueueLimits
from scoring_runtime.dispatch.dispatcher import TICK_S, Dispatcher
from scoring_runtime.dispatch.hand_back import HandBack
from tests.dispatch.calls import SentCall
from tests.dispatch.holding_runner import HoldingRunner


class CountingLoop(asyncio.SelectorEventLoop):
    """Counts the wake-ups from other threads; `fault` is what the next one raises."""

    wakes = 0
    fault: BaseException | None = None

    def call_soon_threadsafe(self, *arguments: Any, **options: Any) -> Any:  # type: ignore[override]
        self.wakes += 1
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        return super().call_soon_threadsafe(*arguments, **options)

    def turn(self) -> None:
        self.call_soon(self.stop)
        self.run_forever()


@pytest.fixture
def loop() -> Iterator[CountingLoop]:
    loop = CountingLoop()
    yield loop
    loop.close()


def waiting(loop: CountingLoop, count: int) -> tuple[HandBack, list[SentCall]]:
    """Calls that a runner has, and the way back."""
    dispatcher = Dispatcher(loop, QueueLimits(100, 100), timeout_ms=60_000)
    dispatcher.switch(HoldingRunner())
    calls = [SentCall() for _ in range(count)]
    for call in calls:
        dispatcher.submit(call)
    loop.wakes = 0
    return HandBack(loop, dispatcher.take_back), calls


def ended(calls: list[SentCall]) -> list[int]:
    return [len(call.outcomes) for call in calls]


def test_what_ends_before_the_loop_gets_to_run_shares_a_wake_up(loop: CountingLoop) -> None:
    hand_back, calls = waiting(loop, 3)
    for call in calls:
        hand_back([(call, Outcome())])
    assert ended(calls) == [0, 0, 0]
    loop.turn()
    assert ended(calls) == [1, 1, 1]
    assert loop.wakes == 1


def test_from_several_threads_nothing_is_forgotten(loop: CountingLoop) -> None:
    hand_back, calls = waiting(loop, 90)

    def end(some: list[SentCall]) -> None:
        for call in some:
            hand_back([(call, Outcome())])

    threads = [threading.Thread(target=end, args=(calls[start::3],), daemon=True) for start in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        loop.turn()
    loop.turn()
    assert ended(calls) == [1] * 90


def test_what_ends_later_wakes_the_loop_again(loop: CountingLoop) -> None:
    hand_back, calls = waiting(loop, 2)
    for call in calls:
        hand_back([(call, Outcome())])
        loop.turn()
    assert ended(calls) == [1, 1]
    assert loop.wakes == 2


def test_an_interrupted_wake_up_is_made_up_for(loop: CountingLoop) -> None:
    hand_back, calls = waiting(loop, 2)
    loop.fault = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        hand_back([(calls[0], Outcome())])
    hand_back([(calls[1], Outcome())])
    loop.turn()
    assert ended(calls) == [1, 1]


def test_after_the_loop_has_closed_there_is_a_line_in_the_log(
    loop: CountingLoop, caplog: pytest.LogCaptureFixture
) -> None:
    hand_back, calls = waiting(loop, 1)
    loop.close()
    hand_back([(calls[0], Outcome())])
    assert caplog.messages == ["1 calls ended after the server had stopped."]


def test_what_is_left_behind_by_a_long_call_is_fetched(loop: CountingLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second outcome does not wake the loop, as a call waits; were that a long one, nothing else would."""
    monkeypatch.setattr(hand_back_module, "SHARE_S", 1.0)
    runner = HoldingRunner()
    dispatcher = Dispatcher(loop, QueueLimits(100, 100), timeout_ms=60_000)
    dispatcher.switch(runner)
    calls = [SentCall() for _ in range(3)]
    for call in calls:
        dispatcher.submit(call)
    hand_back = HandBack(loop, dispatcher.take_back, has_more=lambda: True)
    runner.on_fetch = hand_back.fetch
    loop.wakes = 0
    hand_back([(calls[0], Outcome())])
    loop.turn()
    hand_back([(calls[1], Outcome())])
    assert (ended(calls), loop.wakes) == ([1, 0, 0], 1)
    loop.call_later(10 * TICK_S, loop.stop)
    loop.run_forever()
    assert (ended(calls), loop.wakes) == ([1, 1, 0], 1)
