"""The dispatcher on a real event loop, with a runner that does what the test says."""

from __future__ import annotations

import asyncio
import logging

import pytest

from scoring_runtime.call import Outcome, Payload
from scoring_runtime.dispatch import dispatcher as dispatcher_module
from scoring_runtime.dispatch.admission import QueueLimits
from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.errors import OverloadError, UnavailableError
from tests.dispatch.calls import SentCall, shown
from tests.dispatch.holding_runner import HoldingRunner
from tests.dispatch.watched_call import WatchedCall, ended

WAIT_S = 10.0
OK = Outcome(Payload(b"ok"))


def turn(loop: asyncio.AbstractEventLoop) -> None:
    """As many turns of the loop as it takes for the runner to be given what has arrived: one more than brings calls."""
    for _ in range(2):
        loop.call_soon(loop.stop)
        loop.run_forever()


@pytest.fixture
def dispatcher(loop: asyncio.AbstractEventLoop, runner: HoldingRunner) -> Dispatcher:
    """An open dispatcher for three calls or 100 bytes."""
    dispatcher = Dispatcher(loop, QueueLimits(max_calls=3, max_bytes=100), timeout_ms=60_000)
    dispatcher.switch(runner)
    return dispatcher


def test_a_call_goes_to_the_runner_and_ends_with_its_outcome(
    loop: asyncio.AbstractEventLoop, dispatcher: Dispatcher, runner: HoldingRunner
) -> None:
    call = SentCall(size_bytes=7)
    dispatcher.submit(call)
    turn(loop)
    assert runner.submitted == [call]
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


def test_overload_by_calls(loop: asyncio.AbstractEventLoop, dispatcher: Dispatcher, runner: HoldingRunner) -> None:
    calls = [SentCall() for _ in range(4)]
    for call in calls[:3]:
        dispatcher.submit(call)
    with pytest.raises(OverloadError, match="3 calls are in it already") as caught:
        dispatcher.submit(calls[3])
    assert caught.value.retry_after_s
    turn(loop)
    assert runner.submitted == calls[:3]
    dispatcher.take_back([(calls[0], OK)])
    dispatcher.submit(calls[3])
    turn(loop)
    assert runner.submitted == calls


def test_overload_says_when_to_come_back_by_what_has_ended(
    loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = [1000.0]
    monkeypatch.setattr(dispatcher_module, "perf_counter", lambda: now_s[0])
    dispatcher = Dispatcher(loop, QueueLimits(max_calls=3, max_bytes=100), timeout_ms=60_000)
    dispatcher.switch(HoldingRunner())
    call = SentCall()
    dispatcher.submit(call)
    dispatcher.take_back([(call, OK)])
    now_s[0] += 2.0  # one call in two seconds
    for _ in range(3):
        dispatcher.submit(SentCall())
    with pytest.raises(OverloadError) as caught:
        dispatcher.submit(SentCall())
    assert caught.value.retry_after_s == 6


def test_overload_by_bytes(dispatcher: Dispatcher) -> None:
    dispatcher.submit(SentCall(size_bytes=60))
    dispatcher.submit(SentCall(size_bytes=40))
    with pytest.raises(OverloadError, match="100 bytes are in it already"):
        dispatcher.submit(SentCall(size_bytes=1))
    assert repr(dispatcher) == "<Dispatcher ready: 2 calls, 100 bytes>"


def test_a_call_of_any_size_fits_into_an_empty_queue(dispatcher: Dispatcher) -> None:
    dispatcher.submit(SentCall(size_bytes=1000))
    assert repr(dispatcher) == "<Dispatcher ready: 1 calls, 1000 bytes>"


def test_opens_with_its_first_runner(loop: asyncio.AbstractEventLoop) -> None:
    dispatcher = Dispatcher(loop, QueueLimits(1, 1), 1000)
    assert repr(dispatcher) == "<Dispatcher starting: 0 calls, 0 bytes>"
    assert (dispatcher.is_ready, dispatcher.is_stuck, dispatcher.stuck) == (False, False, 0)
    with pytest.raises(UnavailableError, match="init\\(\\) has not returned yet"):
        dispatcher.submit(SentCall())
    assert dispatcher.switch(HoldingRunner()) is None
    assert dispatcher.is_ready
    dispatcher.submit(SentCall())


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


def test_another_runner_does_not_undo_a_drain(dispatcher: Dispatcher) -> None:
    dispatcher.drain(lambda: None)
    dispatcher.switch(HoldingRunner())
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


def test_calls_abandoned_by_the_server_are_not_counted_as_cancelled(loop: asyncio.AbstractEventLoop) -> None:
    told: list[str] = []
    dispatcher = Dispatcher(loop, QueueLimits(10, 10), timeout_ms=60_000, on_cancelled=told.append)
    dispatcher.switch(HoldingRunner())
    call = SentCall()
    dispatcher.submit(call)
    dispatcher.abandon_all()
    dispatcher.take_back([(call, OK)])
    assert (told, dispatcher.is_idle) == ([], True)


def test_after_a_switch_each_call_is_with_the_runner_that_it_was_meant_for(
    loop: asyncio.AbstractEventLoop, dispatcher: Dispatcher, runner: HoldingRunner
) -> None:
    old, new = SentCall(), SentCall()
    dispatcher.submit(old)
    following = HoldingRunner()
    assert dispatcher.switch(following) is runner
    assert runner.submitted == [old]
    runner.stop()
    dispatcher.submit(new)
    turn(loop)
    assert (runner.submitted, following.submitted) == ([old], [new])
    dispatcher.take_back([(new, OK), (old, OK)])
    assert (old.outcomes, new.outcomes, dispatcher.is_idle) == ([OK], [OK], True)


def test_while_both_runners_have_calls_both_are_fetched_from(
    loop: asyncio.AbstractEventLoop, dispatcher: Dispatcher, runner: HoldingRunner
) -> None:
    old, new, following = SentCall(), WatchedCall(loop), HoldingRunner()
    dispatcher.submit(old)
    dispatcher.switch(following)
    dispatcher.submit(new)
    runner.on_fetch = lambda: dispatcher.take_back([(old, OK)])
    following.on_fetch = lambda: dispatcher.take_back([(new, OK)])
    ended(loop, new)
    loop.call_later(3 * dispatcher_module.TICK_S, loop.stop)
    loop.run_forever()
    assert (old.outcomes, new.outcomes) == ([OK], [OK])
    assert dispatcher.is_idle


@pytest.mark.parametrize(("started_s", "stage"), [(None, "queued"), (1.0, "running")])
def test_a_call_whose_client_went_away_is_told_of_by_its_stage(
    loop: asyncio.AbstractEventLoop, started_s: float | None, stage: str
) -> None:
    told: list[str] = []
    dispatcher = Dispatcher(loop, QueueLimits(10, 10), timeout_ms=60_000, on_cancelled=told.append)
    dispatcher.switch(HoldingRunner())
    stayed, gone = SentCall(), SentCall()
    for call in (stayed, gone):
        dispatcher.submit(call)
        call.started_s = started_s
    gone.abandoned = True
    dispatcher.take_back([(stayed, OK), (gone, OK)])
    assert told == [stage]


def test_an_answer_that_goes_wrong_costs_nobody_else_theirs(
    dispatcher: Dispatcher, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(outcome: Outcome) -> None:
        raise KeyError("an answer that cannot be written")

    bad, good = SentCall(), SentCall()
    bad.on_end = fail
    for call in (bad, good):
        dispatcher.submit(call)
    with caplog.at_level(logging.ERROR, "azmlinfsrv"):
        dispatcher.take_back([(bad, OK), (good, OK)])
    assert good.outcomes == [OK]
    assert dispatcher.is_idle
    assert "an answer that cannot be written" in caplog.text


def test_a_call_that_begins_while_outcomes_are_fetched_sets_no_second_timer(
    loop: asyncio.AbstractEventLoop, runner: HoldingRunner, dispatcher: Dispatcher
) -> None:
    def fetch() -> None:
        """The last answer brings its client's next call: for a moment nothing is in flight."""
        dispatcher.take_back([(call, OK) for call in dispatcher.in_flight])
        dispatcher.submit(SentCall())

    runner.on_fetch = fetch
    dispatcher.submit(SentCall())
    loop.call_later(20 * dispatcher_module.TICK_S, loop.stop)
    loop.run_forever()
    assert 2 <= runner.fetches <= 21


def test_a_call_that_is_still_decoded_has_its_place(
    loop: asyncio.AbstractEventLoop, dispatcher: Dispatcher, runner: HoldingRunner
) -> None:
    decoding, idle = SentCall(size_bytes=60), list[bool]()
    dispatcher.reserve(decoding)
    assert not dispatcher.is_idle
    with pytest.raises(OverloadError, match="60 bytes"):
        dispatcher.reserve(SentCall(size_bytes=41))
    with pytest.raises(OverloadError, match="60 bytes"):
        dispatcher.submit(SentCall(size_bytes=41))
    dispatcher.drain(lambda: idle.append(True))
    dispatcher.release(decoding)
    dispatcher.submit(decoding)
    turn(loop)
    assert (runner.submitted, idle) == ([decoding], [])
    dispatcher.take_back([(decoding, OK)])
    assert (idle, dispatcher.is_idle, dispatcher.in_flight_bytes) == ([True], True, 0)


def test_a_call_that_does_not_decode_leaves_no_trace(loop: asyncio.AbstractEventLoop, dispatcher: Dispatcher) -> None:
    idle: list[bool] = []
    call = SentCall(size_bytes=60)
    dispatcher.reserve(call)
    dispatcher.drain(lambda: idle.append(True))
    dispatcher.release(call)
    turn(loop)
    assert (idle, dispatcher.in_flight_bytes) == ([True], 0)
