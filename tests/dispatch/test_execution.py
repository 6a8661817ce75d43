"""How calls end on the runner's thread, whatever user code does."""

from __future__ import annotations

import asyncio
import gc
import logging
import math
import threading
import time
import weakref
from typing import Any

import numpy as np
import pytest

from scoring_runtime.call import Call, Outcome
from scoring_runtime.dispatch.alarm import Alarm, AlarmError
from scoring_runtime.dispatch.execution import Execution, Run
from scoring_runtime.errors import (
    AnswerError,
    InputError,
    RunError,
    RunTimeoutError,
    ScoringError,
    SettledError,
)
from scoring_runtime.telemetry.context import current_request_id
from tests.dispatch.calls import SentCall, by_rows, encode, execution_of, shown


class BrokenError(Exception):
    """An exception that cannot even be shown."""

    def __str__(self) -> str:
        raise ValueError("no text")


def test_one_call_gives_its_encoded_output_and_the_time_it_took() -> None:
    call = SentCall(data=[1, 2])
    outcome = execution_of(lambda data: {"result": data}).one(call)
    assert shown(outcome) == b'{"result": [1, 2]}'
    assert outcome.error is None
    assert outcome.run_ms is not None
    assert outcome.run_ms >= 0
    assert call.started_s is not None


@pytest.mark.parametrize(
    "error",
    [
        ValueError("wrong"),
        SystemExit(0),
        KeyboardInterrupt(),
        GeneratorExit(),
        asyncio.CancelledError(),
        BaseException("bare"),
        StopIteration(),
        RecursionError(),
        MemoryError(),
        BrokenError(),
        TimeoutError("the script's own"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_run_raises_is_the_calls_error_and_logged(
    error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    def run(data: object) -> None:
        raise error

    with caplog.at_level(logging.ERROR, "azmlinfsrv"):
        outcome = execution_of(run).one(SentCall(data=1))
    assert type(outcome.error) is RunError
    assert outcome.payload is None
    assert outcome.run_ms is None
    assert caplog.messages[0].startswith("Encountered Exception: ")
    assert type(error).__name__ in caplog.messages[0]


def test_an_answer_error_is_passed_on_as_it_is() -> None:
    def run(data: object) -> None:
        raise InputError("too few columns")

    outcome = execution_of(run).one(SentCall(data=1))
    assert isinstance(outcome.error, InputError)
    assert str(outcome.error) == "too few columns"


def test_wrong_arguments_are_the_scripts_fault() -> None:
    assert shown(execution_of(lambda data: data).one(SentCall(other=1))) == "RunError"


def test_output_that_cannot_be_encoded_is_an_internal_error(caplog: pytest.LogCaptureFixture) -> None:
    outcome = execution_of(lambda data: {1, 2}).one(SentCall(data=1))
    assert shown(outcome) == "InternalError"
    assert outcome.run_ms is None
    assert "not JSON serializable" in caplog.text


@pytest.mark.parametrize("error", [SystemExit(1), KeyboardInterrupt()], ids=["SystemExit", "KeyboardInterrupt"])
def test_encoding_may_call_into_the_script_and_raise_anything(error: BaseException) -> None:
    def fail(output: object) -> Any:
        raise error

    outcome = Execution(lambda data: data, fail, Alarm(60_000)).one(SentCall(data=1))
    assert shown(outcome) == "InternalError"


def test_a_call_that_takes_too_long_is_interrupted() -> None:
    outcome = Execution(lambda data: time.sleep(60), encode, Alarm(20)).one(SentCall(data=1))
    assert isinstance(outcome.error, RunTimeoutError)
    assert str(outcome.error) == "Scoring timeout after 20 ms"


def test_a_script_may_catch_the_alarm() -> None:
    def run(data: object) -> str:
        try:
            time.sleep(60)
        except TimeoutError:
            return "partial"
        return "whole"

    assert shown(Execution(run, encode, Alarm(20)).one(SentCall(data=1))) == b'"partial"'


def test_the_request_id_is_known_while_run_runs() -> None:
    outcome = execution_of(lambda data: current_request_id.get()).one(SentCall(request_id="abc", data=1))
    assert shown(outcome) == b'"abc"'


def rows(*numbers: int) -> SentCall:
    return SentCall(data=np.array(numbers))


def grouped(run: Run, calls: list[Call]) -> list[Outcome]:
    """The outcomes of calls that are merged by rows."""
    merging = by_rows()
    for call in calls:
        call.batchable = merging.batchable(call.arguments)
    return execution_of(run, merging).group(calls, merging)


def test_a_group_is_one_run_and_each_call_gets_its_rows() -> None:
    sizes: list[int] = []

    def run(data: Any) -> list[int]:
        sizes.append(len(data))
        return (data * 10).tolist()  # type: ignore[no-any-return]  # numpy says Any

    calls = [rows(1), rows(2, 3), rows(4)]
    outcomes = grouped(run, list(calls))
    assert [shown(outcome) for outcome in outcomes] == [b"[10]", b"[20, 30]", b"[40]"]
    assert sizes == [4]
    assert len({call.started_s for call in calls}) == 1


@pytest.mark.parametrize("guilty", range(5))
def test_only_the_guilty_call_of_a_group_fails(guilty: int) -> None:
    def run(data: Any) -> list[int]:
        if guilty in data:
            raise ValueError("bad row")
        return data.tolist()  # type: ignore[no-any-return]  # numpy says Any

    outcomes = grouped(run, [rows(number) for number in range(5)])
    expected: list[bytes | str] = [f"[{number}]".encode() for number in range(5)]
    expected[guilty] = "RunError"
    assert [shown(outcome) for outcome in outcomes] == expected


def test_a_group_whose_output_cannot_be_divided_runs_call_by_call() -> None:
    outcomes = grouped(lambda data: int(data.sum()), [rows(1, 2), rows(3), rows(4)])
    assert [shown(outcome) for outcome in outcomes] == [b"3", b"3", b"4"]


def test_a_part_that_cannot_be_encoded_fails_alone() -> None:
    outcomes = grouped(lambda data: [set() if row == 2 else int(row) for row in data], [rows(1), rows(2)])
    assert [shown(outcome) for outcome in outcomes] == [b"[1]", "InternalError"]


def test_a_group_that_takes_too_long_is_not_tried_again() -> None:
    runs = []

    def run(data: Any) -> None:
        runs.append(len(data))
        raise AlarmError

    outcomes = grouped(run, [rows(1), rows(2)])
    assert [shown(outcome) for outcome in outcomes] == ["RunTimeoutError", "RunTimeoutError"]
    assert runs == [2]


def test_a_system_exit_in_a_group_ends_its_own_call_only() -> None:
    def run(data: Any) -> list[int]:
        if 2 in data:
            raise SystemExit
        return data.tolist()  # type: ignore[no-any-return]  # numpy says Any

    outcomes = grouped(run, [rows(1), rows(2), rows(3)])
    assert [shown(outcome) for outcome in outcomes] == [b"[1]", "RunError", b"[3]"]


def test_a_call_that_began_in_time_does_not_expire_between_two_tries() -> None:
    """Its runs before its own may take long, and the dispatcher looks at calls that have not started."""
    calls: list[Call] = [rows(1), rows(2)]
    seen: list[tuple[bool, float]] = []

    def run(data: Any) -> Any:
        seen.append((calls[1].started_s is None, calls[1].expires_s))
        if len(data) > 1:
            raise ValueError("together")
        return data.tolist()

    calls[1].expires_s = 5.0
    grouped(run, calls)
    assert seen[:2] == [(False, 5.0), (True, math.inf)]


def test_the_halves_of_a_failed_group_begin_their_time_anew() -> None:
    calls: list[Call] = [SentCall(data=np.array([[1.0]])), SentCall(data=np.array([[2.0]]))]
    second_starts = []

    def run(data: Any) -> Any:
        second_starts.append(calls[1].started_s)
        if len(data) > 1:
            raise ValueError("together")
        return data.tolist()

    grouped(run, calls)
    assert [start is None for start in second_starts] == [False, True, False]


class SlowError(ScoringError):
    """A script's own class, whose code must not run on the event loop."""

    def content(self) -> Any:
        return {"thread": threading.get_ident()}


class OwnInputError(InputError):
    """One made of an error of ours."""


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ScoringError(404, "unknown"), (404, {"message": "unknown"}, None)),
        (ScoringError(503, {"why": [1.5]}, retry_after_s=7), (503, {"why": [1.5]}, 7)),
        (SlowError(409), (409, {"thread": threading.get_ident()}, None)),
        (OwnInputError("too few columns"), (400, {"message": "too few columns"}, None)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_scripts_own_error_is_ready_to_be_sent(error: AnswerError, expected: tuple[int, Any, int | None]) -> None:
    def run(data: object) -> None:
        raise error

    found = execution_of(run).one(SentCall(data=1)).error
    assert isinstance(found, SettledError)
    assert (found.status, found.content(), found.retry_after_s) == expected
    returned = execution_of(lambda data: error).one(SentCall(data=1)).error
    assert isinstance(returned, SettledError)
    assert (returned.status, returned.body) == (found.status, found.body)


def changed(**values: Any) -> ScoringError:
    error = ScoringError(404, "unknown")
    vars(error).update(values)
    return error


@pytest.mark.parametrize(
    "error",
    [changed(status=99), changed(status="404"), changed(retry_after_s=1.5), changed(detail={1, 2})],
    ids=["status 99", "a status of text", "half a second", "no JSON"],
)
def test_a_scripts_own_error_that_cannot_be_sent_is_an_internal_one(
    error: ScoringError, caplog: pytest.LogCaptureFixture
) -> None:
    def run(data: object) -> None:
        raise error

    with caplog.at_level(logging.ERROR, "azmlinfsrv"):
        assert shown(execution_of(run).one(SentCall(data=1))) == "InternalError"
    assert "Encountered Exception" in caplog.text


@pytest.mark.parametrize("retry_after_s", [-1, 1.5, "5", True])
def test_when_to_come_back_is_a_number_of_seconds(retry_after_s: Any) -> None:
    with pytest.raises(ValueError, match="whole number of seconds"):
        ScoringError(429, "later", retry_after_s)


def test_an_error_that_a_script_uses_again_keeps_no_calls() -> None:
    missing = ScoringError(404, "unknown")

    def run(data: object) -> ScoringError:
        if data == "raise":
            raise missing
        return missing

    execution = execution_of(run)
    for data in ("raise", "return"):
        call = SentCall(data=data)
        assert shown(execution.one(call)) == "SettledError"
        assert missing.__traceback__ is None
        gone = weakref.ref(call)
        del call
        gc.collect()
        assert gone() is None
