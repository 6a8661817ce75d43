"""The dispatcher's watch: calls that wait or run for too long, and whom it tells."""

from __future__ import annotations

import asyncio
from time import perf_counter

import pytest

from scoring_runtime.call import Outcome, Payload
from scoring_runtime.dispatch import deadlines
from scoring_runtime.dispatch import dispatcher as dispatcher_module
from scoring_runtime.dispatch.admission import QueueLimits
from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.errors import UnavailableError
from tests.dispatch.calls import SentCall, shown
from tests.dispatch.holding_runner import HoldingRunner
from tests.dispatch.watched_call import WatchedCall, ended

OK = Outcome(Payload(b"ok"))


@pytest.fixture
def hasty(loop: asyncio.AbstractEventLoop, runner: HoldingRunner, monkeypatch: pytest.MonkeyPatch) -> Dispatcher:
    """A dispatcher that looks soon, and whose runner never comes back."""
    monkeypatch.setattr(deadlines, "GRACE_S", 0.0)
    monkeypatch.setattr(dispatcher_module, "TICKS_PER_WATCH", 1)
    dispatcher = Dispatcher(loop, QueueLimits(10, 100), timeout_ms=5)
    dispatcher.switch(runner)
    return dispatcher


def test_a_call_that_cannot_be_interrupted_is_answered_at_its_deadline(
    loop: asyncio.AbstractEventLoop, hasty: Dispatcher, runner: HoldingRunner
) -> None:
    running, waiting = WatchedCall(loop), SentCall()
    hasty.submit(running)
    hasty.submit(waiting)
    running.started_s = perf_counter()
    assert str(ended(loop, running).error) == "Scoring timeout after 5 ms"
    assert running.is_overdue
    assert runner.given_up == [running]
    assert (hasty.is_stuck, hasty.stuck) == (True, 1)
    assert waiting.outcomes == []
    hasty.take_back([(running, OK)])
    assert len(running.outcomes) == 1


def test_a_runner_with_a_thread_left_is_not_stuck(
    loop: asyncio.AbstractEventLoop, hasty: Dispatcher, runner: HoldingRunner
) -> None:
    runner.size = 2
    running = WatchedCall(loop)
    hasty.submit(running)
    running.started_s = perf_counter()
    ended(loop, running)
    assert (hasty.is_stuck, hasty.stuck) == (False, 1)


def test_a_call_is_given_up_also_when_its_client_has_gone(
    loop: asyncio.AbstractEventLoop, hasty: Dispatcher, runner: HoldingRunner
) -> None:
    running = WatchedCall(loop)
    hasty.submit(running)
    running.started_s = perf_counter()
    running.abandoned = True
    ended(loop, running)
    assert runner.given_up == [running]


def test_a_call_that_waits_is_not_late(loop: asyncio.AbstractEventLoop, hasty: Dispatcher) -> None:
    running, waiting = WatchedCall(loop), SentCall()
    hasty.submit(waiting)
    hasty.submit(running)
    running.started_s = perf_counter() - 1
    ended(loop, running)
    assert waiting.outcomes == []


def test_the_runner_says_what_has_started_before_deadlines_are_looked_at(
    loop: asyncio.AbstractEventLoop, hasty: Dispatcher, runner: HoldingRunner
) -> None:
    """A call in another process carries no start of its own."""
    call = WatchedCall(loop)

    def look() -> None:
        call.started_s = perf_counter() - 1

    runner.on_look = look
    hasty.submit(call)
    assert shown(ended(loop, call)) == "RunTimeoutError"


def test_a_call_that_waits_past_its_own_deadline_is_answered_504_where_it_waits(
    loop: asyncio.AbstractEventLoop, hasty: Dispatcher, runner: HoldingRunner
) -> None:
    patient, hurried = SentCall(), WatchedCall(loop)
    hasty.submit(patient)
    hurried.expires_s = perf_counter() - 1
    hasty.submit(hurried)
    assert shown(ended(loop, hurried)) == "DeadlineError"
    assert not hurried.abandoned
    assert runner.given_up == []
    assert (patient.outcomes, repr(hasty)) == ([], "<Dispatcher ready: 2 calls, 0 bytes>")
    hasty.take_back([(hurried, OK)])
    assert (len(hurried.outcomes), repr(hasty)) == (1, "<Dispatcher ready: 1 calls, 0 bytes>")


def test_a_call_whose_run_has_begun_in_time_is_left_alone(loop: asyncio.AbstractEventLoop, hasty: Dispatcher) -> None:
    begun, late = SentCall(), WatchedCall(loop)
    for call in (begun, late):
        call.expires_s = perf_counter() - 1
        hasty.submit(call)
    begun.started_s = perf_counter() + 60
    assert shown(ended(loop, late)) == "DeadlineError"
    assert begun.outcomes == []


def test_the_call_of_the_old_runner_is_given_up_there(
    loop: asyncio.AbstractEventLoop, hasty: Dispatcher, runner: HoldingRunner
) -> None:
    call, following = WatchedCall(loop), HoldingRunner()
    hasty.submit(call)
    hasty.switch(following)
    call.started_s = perf_counter()
    ended(loop, call)
    assert (runner.given_up, following.given_up) == ([call], [])


def test_while_every_runner_is_stuck_nobody_waits_in_vain(
    loop: asyncio.AbstractEventLoop, hasty: Dispatcher, runner: HoldingRunner
) -> None:
    running, waiting = WatchedCall(loop), WatchedCall(loop)
    hasty.submit(running)
    running.started_s = perf_counter()
    hasty.submit(waiting)
    outcome = ended(loop, waiting)
    assert (shown(outcome), outcome.error and outcome.error.retry_after_s) == ("UnavailableError", 5)
    assert waiting.expires_s == 0.0
    with pytest.raises(UnavailableError, match="every runner is occupied") as caught:
        hasty.submit(SentCall())
    assert caught.value.reason == "stuck"
    hasty.take_back([(running, OK), (waiting, OK)])
    hasty.submit(SentCall())


def test_where_a_worker_is_on_its_way_calls_wait(
    loop: asyncio.AbstractEventLoop, hasty: Dispatcher, runner: HoldingRunner
) -> None:
    runner.size = 0
    waiting, timed = SentCall(), WatchedCall(loop)
    timed.expires_s = perf_counter() + 0.02
    hasty.submit(waiting)
    hasty.submit(timed)
    assert shown(ended(loop, timed)) == "DeadlineError"
    assert waiting.outcomes == []
    hasty.submit(SentCall())
