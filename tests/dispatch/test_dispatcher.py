"""The dispatcher on a real event loop, with a runner that does what the test says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from time import perf_counter

import pytest

from scoring_runtime.call import Call, Outcome, Payload
from scoring_runtime.dispatch import dispatcher as dispatcher_module
from scoring_runtime.dispatch.admission import QueueLimits
from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.errors import OverloadError, UnavailableError
from tests.dispatch.calls import SentCall, shown

WAIT_S = 10.0
OK = Outcome(Payload(b"ok"))


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def turn(loop: asyncio.AbstractEventLoop) -> None:
    """As many turns of the loop as it takes for the runner to be given what has arrived: one more than brings calls."""
    for _ in range(2):
        loop.call_soon(loop.stop)
        loop.run_forever()


@pytest.fixture
def submitted() -> list[Call]:
    """What the runner was given."""
    return []


@pytest.fixture
def dispatcher(loop: asyncio.AbstractEventLoop, submitted: list[Call]) -> Dispatcher:
    """An open dispatcher for three calls or 100 bytes."""
    dispatcher = Dispatcher(loop, submitted.append, QueueLimits(max_calls=3, max_bytes=100), timeout_ms=60_000)
    dispatcher.open()
    return dispatcher


def test_a_call_goes_to_the_runner_and_ends_with_its_outcome(
    loop: asyncio.AbstractEventLoop, dispatcher: Dispatcher, submitted: list[Call]
) -> None:
    call = SentCall(size_bytes=7)
    dispatcher.submit(call)
    turn(loop)
    assert submitted == [call]
    assert repr(dispatcher) == "<Dispatcher ready: 1 calls, 7 bytes>"
    dispatcher.take_back([(call, OK)])
    assert call.outcomes == [OK]
    assert repr(dispatcher) == "<Dispatcher ready: 0 calls, 0 bytes>"


def test_a_call_ends_once_however_often_it_is_taken_back(dispatcher: Dispatcher) -> None:
    call = SentCall(size_bytes=7)
    dispatcher.submit(call)
    dispatcher.take_back([(call, OK), (call, Outcome())])
    dispatcher.take_back([(call, OK)])
    assert call.outcomes == [OK]
    assert repr(dispatcher) == "<Dispatcher ready: 0 calls, 0 bytes>"


def test_overload_by_calls(loop: asyncio.AbstractEventLoop, dispatcher: Dispatcher, submitted: list[Call]) -> None:
    calls = [SentCall() for _ in range(4)]
    for call in calls[:3]:
        dispatcher.submit(call)
    with pytest.raises(OverloadError, match="3 calls are in it already") as caught:
        dispatcher.submit(calls[3])
    assert caught.value.retry_after_s
    turn(loop)
    assert submitted == calls[:3]
    dispatcher.take_back([(calls[0], OK)])
    dispatcher.submit(calls[3])
    turn(loop)
    assert submitted == calls


def test_overload_by_bytes(dispatcher: Dispatcher) -> None:
    dispatcher.submit(SentCall(size_bytes=60))
    dispatcher.submit(SentCall(size_bytes=40))
    with pytest.raises(OverloadError, match="100 bytes are in it already"):
        dispatcher.submit(SentCall(size_bytes=1))
    assert repr(dispatcher) == "<Dispatcher ready: 2 calls, 100 bytes>"


def test_a_call_of_any_size_fits_into_an_empty_queue(dispatcher: Dispatcher) -> None:
    dispatcher.submit(SentCall(size_bytes=1000))
    assert repr(dispatcher) == "<Dispatcher ready: 1 calls, 1000 bytes>"


def test_opens_once_init_has_returned(loop: asyncio.AbstractEventLoop) -> None:
    dispatcher = Dispatcher(loop, lambda call: None, QueueLimits(1, 1), 1000)
    assert repr(dispatcher) == "<Dispatcher starting: 0 calls, 0 bytes>"
    assert not dispatcher.is_ready
    with pytest.raises(UnavailableError, match="init\\(\\) has not returned yet"):
        dispatcher.accepting("contract")
    dispatcher.open()
    assert dispatcher.is_ready
    assert dispatcher.accepting("contract") == "contract"
    with pytest.raises(UnavailableError):
        dispatcher.accepting(None)


def test_draining_waits_for_what_is_in_flight_and_takes_what_still_arrives(dispatcher: Dispatcher) -> None:
    idle: list[bool] = []
    one, two = SentCall(), SentCall()
    dispatcher.submit(one)
    dispatcher.drain(lambda: idle.append(True))
    dispatcher.submit(two)
    assert not dispatcher.is_ready
    dispatcher.take_back([(one, OK)])
    assert idle == []
    dispatcher.take_back([(two, OK)])
    assert idle == [True]
    assert (one.outcomes, two.outcomes) == ([OK], [OK])
    assert repr(dispatcher) == "<Dispatcher draining: 0 calls, 0 bytes>"


def test_draining_when_idle_is_done_at_once(dispatcher: Dispatcher) -> None:
    idle: list[bool] = []
    dispatcher.drain(lambda: idle.append(True))
    assert idle == [True]


def test_opening_does_not_undo_a_drain(dispatcher: Dispatcher) -> None:
    dispatcher.drain(lambda: None)
    dispatcher.open()
    assert not dispatcher.is_ready


def test_abandoned_at_the_end_of_a_drain_calls_are_answered_once(dispatcher: Dispatcher) -> None:
    call = SentCall()
    dispatcher.submit(call)
    dispatcher.drain(lambda: None)
    dispatcher.abandon_all()
    assert [shown(outcome) for outcome in call.outcomes] == ["UnavailableError"]
    assert call.abandoned
    assert not dispatcher.is_idle
    dispatcher.take_back([(call, OK)])
    assert len(call.outcomes) == 1
    assert dispatcher.is_idle


@pytest.fixture
def stuck(loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch) -> Dispatcher:
    """A dispatcher that looks soon, and whose runner never comes back."""
    monkeypatch.setattr(dispatcher_module, "GRACE_S", 0.0)
    monkeypatch.setattr(dispatcher_module, "TICKS_PER_WATCH", 1)
    dispatcher = Dispatcher(loop, lambda call: None, QueueLimits(10, 100), timeout_ms=5)
    dispatcher.open()
    return dispatcher


class WatchedCall(SentCall):
    """A call that lets its test go on when it ends."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.ending: asyncio.Future[Outcome] = loop.create_future()
        self.on_end = self._note

    def _note(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.ending.set_result(outcome)


def test_a_call_that_cannot_be_interrupted_is_answered_at_its_deadline(
    loop: asyncio.AbstractEventLoop, stuck: Dispatcher, caplog: pytest.LogCaptureFixture
) -> None:
    running, waiting = WatchedCall(loop), SentCall()
    stuck.submit(running)
    stuck.submit(waiting)
    running.started_s = perf_counter()
    with caplog.at_level(logging.ERROR, "azmlinfsrv"):
        outcome = loop.run_until_complete(asyncio.wait_for(running.ending, WAIT_S))
    assert str(outcome.error) == "Scoring timeout after 5 ms"
    assert stuck.is_stuck
    assert waiting.outcomes == []
    assert [message.split("\n")[0][:20] for message in caplog.messages] == ["run() has not return"]
    assert "test_dispatcher.py" in caplog.text
    stuck.take_back([(running, OK)])
    assert len(running.outcomes) == 1
    assert not stuck.is_stuck


def test_a_runner_is_stuck_also_when_the_client_has_gone(loop: asyncio.AbstractEventLoop, stuck: Dispatcher) -> None:
    running = WatchedCall(loop)
    stuck.submit(running)
    running.started_s = perf_counter()
    running.abandoned = True
    loop.run_until_complete(asyncio.wait_for(running.ending, WAIT_S))
    assert stuck.is_stuck


def test_a_call_that_waits_is_not_late(loop: asyncio.AbstractEventLoop, stuck: Dispatcher) -> None:
    running, waiting = WatchedCall(loop), SentCall()
    stuck.submit(waiting)
    stuck.submit(running)
    running.started_s = perf_counter() - 1
    loop.run_until_complete(asyncio.wait_for(running.ending, WAIT_S))
    assert waiting.outcomes == []
