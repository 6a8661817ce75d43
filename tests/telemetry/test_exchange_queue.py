"""The queue between the event loop and a thread that may wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest

from scoring_runtime.telemetry.exchange import Exchange
from scoring_runtime.telemetry.exchange_queue import BATCH_RECORDS, ExchangeQueue, size_of, within
from tests.telemetry.exchanges import exchange

WAIT_S = 30.0


class Gate:
    """A consumer that stands still until it is opened."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.batches: list[int] = []
        self.has_begun = threading.Event()
        self.opened = threading.Event()

    def __call__(self, exchanges: Sequence[Exchange]) -> None:
        self.has_begun.set()
        assert self.opened.wait(WAIT_S)
        self.batches.append(len(exchanges))
        self.taken += [each.request_id for each in exchanges]


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Opened at the end in any case."""
    gate = Gate()
    yield gate
    gate.opened.set()


def test_everything_arrives_in_order_and_in_bounded_batches(gate: Gate) -> None:
    queue = ExchangeQueue("test", gate)
    names = [str(number) for number in range(3 * BATCH_RECORDS)]
    for name in names:
        queue.put(exchange(request_id=name))
    gate.opened.set()
    assert queue.close(WAIT_S)
    assert gate.taken == names
    assert max(gate.batches) <= BATCH_RECORDS
    assert queue.dropped_records == 0


def test_records_beyond_the_bound_are_dropped_and_counted(gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    queue = ExchangeQueue("test", gate, limit_records=3)
    queue.put(exchange(request_id="first"))
    assert gate.has_begun.wait(WAIT_S)
    # What is being consumed still counts.
    for name in ("second", "third", "fourth", "fifth"):
        queue.put(exchange(request_id=name))
    assert queue.dropped_records == 2
    assert caplog.messages == ["Requests missing in the test so far: 1, because too many wait"]
    gate.opened.set()
    assert queue.close(WAIT_S)
    assert gate.taken == ["first", "second", "third"]


def test_bytes_beyond_the_bound_are_dropped(gate: Gate) -> None:
    small = exchange(request_id="small")
    queue = ExchangeQueue("test", gate, limit_bytes=2 * size_of(small))
    queue.put(exchange(request_id="large", request_body=b"x" * 10_000))
    for _ in range(3):
        queue.put(small)
    assert queue.dropped_records == 2
    gate.opened.set()
    assert queue.close(WAIT_S)
    assert gate.taken == ["small", "small"]


def test_room_is_free_again_once_it_was_consumed() -> None:
    done = threading.Semaphore(0)
    queue = ExchangeQueue("test", lambda exchanges: done.release(len(exchanges)), limit_records=1, gather_s=0.0)
    queue.put(exchange())
    assert done.acquire(timeout=WAIT_S)
    arrived = 1
    # The consumer frees the room right after it has returned.
    while arrived < 20:
        queue.put(exchange())
        arrived += done.acquire(timeout=0.01)
    assert queue.close(WAIT_S)


def test_a_consumer_that_fails_is_told_about_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    taken: list[str] = []

    def consume(exchanges: Sequence[Exchange]) -> None:
        taken.extend(each.request_id for each in exchanges)
        raise ValueError("broken")

    queue = ExchangeQueue("test", consume, gather_s=0.0)
    for number in range(2 * BATCH_RECORDS):
        queue.put(exchange(request_id=str(number)))
    assert queue.close(WAIT_S)
    assert len(taken) == 2 * BATCH_RECORDS
    assert caplog.messages == ["The test failed: ValueError: broken"]


def test_the_end_does_not_wait_for_a_consumer_that_does_not_return(
    gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    queue = ExchangeQueue("test", gate)
    queue.put(exchange())
    assert gate.has_begun.wait(WAIT_S)
    assert queue.close(0.01) is False
    assert caplog.messages == ["Requests missing in the test at the end: 1, because it took too long"]


def test_what_comes_after_the_end_is_dropped() -> None:
    queue = ExchangeQueue("test", lambda exchanges: None)
    assert queue.close(WAIT_S)
    queue.put(exchange())
    assert queue.dropped_records == 1


def test_within_says_whether_the_action_has_ended(gate: Gate) -> None:
    assert within(WAIT_S, lambda: None, "quick")
    assert not within(0.01, lambda: gate([]), "stuck")


def test_size_counts_bodies_target_and_headers() -> None:
    assert size_of(exchange(request_body=b"x" * 1000, response_body=None)) >= 1000 + size_of(
        exchange(request_body=b"", response_body=None)
    )
    assert size_of(exchange(response_body=b"y" * 500)) - size_of(exchange(response_body=b"")) == 500
