"""The queue between the loop's thread and the runners': in order, nothing lost, and an end for everybody."""

from __future__ import annotations

import threading
from collections import deque
from queue import SimpleQueue
from typing import Any

from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from scoring_runtime.call import Call
from scoring_runtime.dispatch.call_queue import CallQueue
from tests.dispatch.calls import SentCall

WAIT_S = 10.0


def test_first_come_first_served() -> None:
    queue, calls = CallQueue(), [SentCall() for _ in range(3)]
    for call in calls:
        queue.put(call)
    assert [queue.take(), queue.take_waiting(), queue.take()] == calls
    assert queue.is_empty()


def test_nothing_waits() -> None:
    queue = CallQueue()
    assert queue.is_empty()
    assert queue.take_waiting() is None


def test_what_is_given_back_comes_next() -> None:
    queue, calls = CallQueue(), [SentCall() for _ in range(3)]
    for call in calls:
        queue.put(call)
    assert queue.take() is calls[0]
    queue.give_back(calls[0])
    assert not queue.is_empty()
    assert [queue.take(), queue.take(), queue.take_waiting()] == calls


def test_a_call_that_was_given_back_and_taken_leaves_nothing_behind() -> None:
    """A queue that looked as if something waited would keep outcomes from waking the loop."""
    queue, call = CallQueue(), SentCall()
    queue.put(call)
    for _ in range(3):
        assert queue.take() is call
        queue.give_back(call)
    assert queue.take() is call
    assert queue.is_empty()
    assert queue.take_waiting() is None
    assert queue.is_empty()


def test_the_end_comes_after_all_calls_and_for_everybody() -> None:
    queue, call = CallQueue(), SentCall()
    queue.put(call)
    queue.stop()
    assert queue.take() is call
    assert [queue.take(), queue.take_waiting(), queue.take()] == [None, None, None]


def test_a_call_given_back_after_the_end_is_taken_all_the_same() -> None:
    queue, call = CallQueue(), SentCall()
    queue.put(call)
    queue.stop()
    assert queue.take() is call
    queue.give_back(call)
    assert queue.take() is call
    assert queue.take() is None


def test_a_call_given_back_while_the_end_is_taken_is_not_lost() -> None:
    """The thread that meets the end looks once more."""

    class LateEntries(SimpleQueue[Any]):
        def get(self, block: bool = True, timeout: float | None = None) -> Any:
            entry = super().get(block, timeout)
            if not given_back:
                given_back.append(call)
                queue.give_back(call)
            return entry

    queue, call, given_back = CallQueue(), SentCall(), list[Call]()
    queue._entries = LateEntries()
    queue.stop()
    assert queue.take() is call
    assert queue.take() is None


def test_a_given_back_call_wakes_a_thread_that_waits() -> None:
    queue, call, taken = CallQueue(), SentCall(), SimpleQueue[Call | None]()
    thread = threading.Thread(target=lambda: taken.put(queue.take()), daemon=True)
    thread.start()
    queue.give_back(call)
    assert taken.get(timeout=WAIT_S) is call


def test_patience_ends_with_a_call() -> None:
    queue, call, taken = CallQueue(), SentCall(), SimpleQueue[Call | None]()
    thread = threading.Thread(target=lambda: taken.put(queue.take_waiting(10 * WAIT_S)), daemon=True)
    thread.start()
    queue.put(call)
    assert taken.get(timeout=WAIT_S) is call


def test_patience_ends_with_the_queue() -> None:
    queue, taken = CallQueue(), SimpleQueue[Call | None]()
    thread = threading.Thread(target=lambda: taken.put(queue.take_waiting(10 * WAIT_S)), daemon=True)
    thread.start()
    queue.stop()
    assert taken.get(timeout=WAIT_S) is None
    assert queue.take() is None


def test_patience_ends() -> None:
    assert CallQueue().take_waiting(0.001) is None


def test_several_threads_take_each_call_once_and_all_of_them_end() -> None:
    queue, taken = CallQueue(), SimpleQueue[Call]()
    calls = [SentCall() for _ in range(300)]

    def work() -> None:
        given_back = set[Call]()
        while (call := queue.take()) is not None:
            if call in given_back:
                taken.put(call)
            else:
                given_back.add(call)
                queue.give_back(call)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for call in calls:
        queue.put(call)
    queue.stop()
    for thread in threads:
        thread.join(WAIT_S)
        assert not thread.is_alive()
    found = [taken.get_nowait() for _ in range(taken.qsize())]
    assert len(found) == len(set(found)) == len(calls)


class QueueModel(RuleBasedStateMachine):
    """The queue against two lists: those given back, oldest first, before those put in."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = CallQueue()
        self.waiting: deque[Call] = deque()
        self.returned: deque[Call] = deque()
        self.taken: list[Call] = []
        self.behind: deque[Call] | None = None  # what was put in after the stop

    def expected(self) -> Call | None:
        source = self.returned or self.waiting
        return source.popleft() if source else None

    @rule()
    def put(self) -> None:
        call = SentCall()
        self.queue.put(call)
        if self.behind is None:
            self.waiting.append(call)
        else:
            self.behind.append(call)

    @precondition(lambda self: self.behind is None)
    @rule()
    def stop(self) -> None:
        self.queue.stop()
        self.behind = deque()

    @precondition(lambda self: self.behind is not None or self.returned or self.waiting)
    @rule()
    def take(self) -> None:
        self.check(self.queue.take())

    @rule()
    def take_waiting(self) -> None:
        self.check(self.queue.take_waiting())

    def check(self, call: Call | None) -> None:
        expected = self.expected()
        if expected is None and self.behind:
            # The end has been met, and goes to the back: what came after it is next.
            self.waiting, self.behind = self.behind, deque()
        assert call is expected
        if call is not None:
            self.taken.append(call)

    @precondition(lambda self: self.taken)
    @rule()
    def give_back(self) -> None:
        call = self.taken.pop()
        self.queue.give_back(call)
        self.returned.append(call)

    @invariant()
    def is_empty_says_whether_something_waits(self) -> None:
        if self.behind is None:
            assert self.queue.is_empty() == (not self.returned and not self.waiting)


QueueModel.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestQueueModel = QueueModel.TestCase
