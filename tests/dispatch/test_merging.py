"""Calls that share a run() as a list: one item per call, in and out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring_runtime.call import Batchable, Call
from scoring_runtime.dispatch.execution import Run
from scoring_runtime.dispatch.merge import SplitError
from scoring_runtime.dispatch.merging import ListMerging
from scoring_runtime.errors import ScoringError
from tests.dispatch.calls import SentCall, by_rows, execution_of, shown

LISTS = ListMerging(8)


def grouped(run: Run, *inputs: Any) -> list[bytes | str]:
    """The answers to calls with these inputs, which share a run() that takes lists."""
    calls: list[Call] = [SentCall(data=each) for each in inputs]
    for call in calls:
        call.batchable = LISTS.batchable(call.arguments)
    return [shown(outcome) for outcome in execution_of(run, LISTS).group(calls, LISTS)]


def doubled(data: list[int]) -> list[int]:
    assert isinstance(data, list)
    return [2 * each for each in data]


@pytest.mark.parametrize("count", [1, 2, 7])
def test_each_call_is_an_item(count: int) -> None:
    sizes = []

    def run(data: list[int]) -> list[int]:
        sizes.append(len(data))
        return doubled(data)

    assert grouped(run, *range(count)) == [str(2 * number).encode() for number in range(count)]
    assert sizes == [count]


def test_every_argument_is_a_list() -> None:
    joined = LISTS.join([{"data": 1, "request_headers": {"A": "1"}}, {"data": 2, "request_headers": {}}])
    assert joined == {"data": [1, 2], "request_headers": [{"A": "1"}, {}]}


def test_calls_are_alike_whatever_they_bring() -> None:
    assert LISTS.batchable({"data": "text"}) == LISTS.batchable({"data": {"a": 1}}) == Batchable(("data",), 1)


@pytest.mark.parametrize("kind", [list, tuple, np.asarray])
def test_what_may_be_returned(kind: Any) -> None:
    assert LISTS.split(kind([1, 2]), [1, 1]) == [1, 2]


@pytest.mark.parametrize(
    ("output", "message"),
    [
        pytest.param({"a": [1, 2]}, "a @batched run() must return a list, not dict", id="dict"),
        pytest.param("ab", "a @batched run() must return a list, not str", id="text"),
        pytest.param(None, "a @batched run() must return a list, not NoneType", id="None"),
        pytest.param(np.float64(1), "a @batched run() must return a list, not float64", id="number"),
        pytest.param([1], "the @batched run() returned 1 items for 2 calls", id="too few"),
        pytest.param([1, 2, 3], "the @batched run() returned 3 items for 2 calls", id="too many"),
    ],
)
def test_what_cannot_be_divided(output: Any, message: str) -> None:
    with pytest.raises(SplitError) as caught:
        LISTS.split(output, [1, 1])
    assert str(caught.value) == message


def test_an_output_that_can_never_be_divided_is_each_calls_error(caplog: pytest.LogCaptureFixture) -> None:
    assert grouped(lambda data: "text", 1, 2, 3) == ["RunError"] * 3
    assert [message.count("a @batched run() must return a list, not str") for message in caplog.messages] == [1, 1, 1]


def test_a_run_that_leaves_out_an_item_fails_for_the_call_of_that_item_alone() -> None:
    assert grouped(lambda data: [each for each in data if each != 2], 1, 2, 3) == [b"1", "RunError", b"3"]


@pytest.mark.parametrize("guilty", range(5))
def test_whoever_makes_it_raise_fails_alone(guilty: int) -> None:
    def run(data: list[int]) -> list[int]:
        if guilty in data:
            raise ValueError("a bad item")
        return data

    expected = [str(number).encode() if number != guilty else "RunError" for number in range(5)]
    assert grouped(run, *range(5)) == expected


def test_an_item_that_is_a_scoring_error_answers_its_call_alone() -> None:
    runs = []

    def run(data: list[int]) -> list[Any]:
        runs.append(data)
        return [ScoringError(404, "unknown") if each == 2 else each for each in data]

    assert grouped(run, 1, 2, 3) == [b"1", "SettledError", b"3"]
    assert runs == [[1, 2, 3]]


def test_a_scoring_error_that_is_raised_is_that_of_the_guilty_call() -> None:
    def run(data: list[int]) -> list[int]:
        if 2 in data:
            raise ScoringError(409, {"taken": 2})
        return data

    calls: list[Call] = [SentCall(data=number) for number in (1, 2, 3)]
    outcomes = execution_of(run, LISTS).group(calls, LISTS)
    assert [shown(outcome) for outcome in outcomes] == [b"1", "SettledError", b"3"]
    error = outcomes[1].error
    assert error is not None
    assert (error.status, error.content()) == (409, {"taken": 2})


def test_an_item_that_cannot_be_encoded_fails_alone() -> None:
    assert grouped(lambda data: [set(), 2], 1, 2) == ["InternalError", b"2"]


def test_the_outcome_says_how_many_shared_the_run() -> None:
    calls: list[Call] = [SentCall(data=number) for number in range(3)]
    outcomes = execution_of(doubled, LISTS).group(calls, LISTS)
    assert [outcome.batch_rows for outcome in outcomes] == [3, 3, 3]


def test_rows_of_a_single_call_are_passed_through_as_they_are() -> None:
    arguments = {"data": np.zeros((2, 3))}
    merging = by_rows()
    assert merging.join([arguments]) is arguments
    assert merging.split("whatever", [2]) == ["whatever"]
    assert merging.batchable({"data": "text"}) is None
