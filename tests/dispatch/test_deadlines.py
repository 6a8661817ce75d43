"""Which calls are answered by the watch, decided from numbers alone."""

from __future__ import annotations

from scoring_runtime.call import Call
from scoring_runtime.dispatch.deadlines import GRACE_S, due
from tests.dispatch.calls import SentCall

NOW_S = 1000.0
TIMEOUT_MS = 2000
LATE_S = NOW_S - TIMEOUT_MS / 1000 - GRACE_S


def call_of(started_s: float | None = None, expires_s: float | None = None, has_ended: bool = False) -> SentCall:
    call = SentCall()
    call.started_s = started_s
    call.ended = has_ended
    if expires_s is not None:
        call.expires_s = expires_s
    return call


def answered(*calls: Call, is_stuck: bool = False) -> list[tuple[Call, str]]:
    return [(call, type(outcome.error).__name__) for call, outcome in due(calls, NOW_S, TIMEOUT_MS, is_stuck)]


def test_only_what_is_late_is_due() -> None:
    late, just_in_time = call_of(started_s=LATE_S - 0.001), call_of(started_s=LATE_S + 0.001)
    expired, patient, waiting = call_of(expires_s=NOW_S - 0.001), call_of(expires_s=NOW_S + 0.001), call_of()
    assert answered(late, just_in_time, expired, patient, waiting) == [
        (late, "RunTimeoutError"),
        (expired, "DeadlineError"),
    ]


def test_a_call_that_has_begun_does_not_expire() -> None:
    assert answered(call_of(started_s=NOW_S, expires_s=NOW_S - 1)) == []


def test_what_was_answered_is_not_answered_again() -> None:
    assert answered(call_of(started_s=0, has_ended=True), call_of(has_ended=True), is_stuck=True) == []


def test_behind_stuck_runners_nobody_is_left_waiting() -> None:
    waiting, running, expired = call_of(), call_of(started_s=NOW_S), call_of(expires_s=0)
    assert answered(waiting, running, expired, is_stuck=True) == [
        (waiting, "UnavailableError"),
        (expired, "DeadlineError"),
    ]
