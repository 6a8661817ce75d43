"""The runner's order of work: what runs, with whom, and how its outcomes go back."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from queue import SimpleQueue
from time import perf_counter
from types import FrameType
from typing import Any

import numpy as np
import pytest

from scoring_runtime.call import Payload
from scoring_runtime.dispatch.alarm import Alarm
from scoring_runtime.dispatch.call_queue import CallQueue
from scoring_runtime.dispatch.execution import Execution, Run
from scoring_runtime.dispatch.merging import ListMerging, Merging, RowMerging
from scoring_runtime.dispatch.thread_runner import Ended, ThreadRunner
from scoring_runtime.stream import Stream
from tests.dispatch.calls import SentCall, answers, as_array, by_rows, execution_of, shown

WAIT_S = 10.0


def echo(data: Any) -> Any:
    return data


def calls_of(*inputs: Any) -> list[SentCall]:
    return [SentCall(data=each) for each in inputs]


def queue_of(calls: list[SentCall]) -> CallQueue:
    """The calls, and then the end."""
    queue = CallQueue()
    for call in calls:
        queue.put(call)
    queue.stop()
    return queue


def served(calls: list[SentCall], run: Run = echo, merging: Merging | None = None) -> list[Ended]:
    """The deliveries of a runner that has these calls to do."""
    deliveries: list[Ended] = []
    ThreadRunner(queue_of(calls), execution_of(run, merging), deliveries.append).work()
    return deliveries


def in_order(deliveries: list[Ended]) -> list[bytes | str]:
    return [answer for ended in deliveries for answer in answers(ended)]


def rows_of(data: Any) -> list[Any]:
    return np.asarray(data).tolist()  # type: ignore[no-any-return]  # numpy says Any


def recorded(sizes: list[int]) -> Callable[[Any], list[Any]]:
    """A run() that notes how many rows it was given."""

    def run(data: Any) -> list[Any]:
        sizes.append(len(data))
        return rows_of(data)

    return run


def test_stops_after_everything_put_in_before_has_ended() -> None:
    assert in_order(served(calls_of([1], [2], [3]))) == [b"[1]", b"[2]", b"[3]"]


def test_an_outcome_is_delivered_before_the_next_call_begins() -> None:
    delivered: list[bytes | str] = []
    seen: list[int] = []
    execution = execution_of(lambda data: seen.append(len(delivered)))
    ThreadRunner(queue_of(calls_of([1], [2], [3])), execution, lambda ended: delivered.extend(answers(ended))).work()
    assert seen == [0, 1, 2]
    assert len(delivered) == 3


def test_the_outcomes_of_a_merged_run_are_delivered_together() -> None:
    deliveries = served(calls_of([1], [2], [3]), rows_of, by_rows())
    assert [answers(ended) for ended in deliveries] == [[b"[1]", b"[2]", b"[3]"]]


@pytest.mark.parametrize("merging", [None, by_rows()], ids=["single", "merging"])
def test_before_it_waits_the_runner_says_so(merging: Merging | None) -> None:
    """Also after a call was given back, which must not count as waiting once it has run."""
    ran: list[Any] = []
    queue = CallQueue()
    for call in calls_of([1], [1.5]):
        queue.put(call)

    def before_idle() -> None:
        ran.append("idle")
        queue.stop()

    def run(data: Any) -> list[Any]:
        ran.append(rows_of(data))
        return rows_of(data)

    ThreadRunner(queue, execution_of(run, merging), lambda ended: None).work(before_idle)
    assert ran == [[1], [1.5], "idle"]


@pytest.mark.parametrize("merging", [None, by_rows()], ids=["single", "merging"])
def test_an_idle_runner_starts_a_call_at_once_and_answers_it_alone(merging: Merging | None) -> None:
    queue, deliveries = CallQueue(), SimpleQueue[Ended]()
    runner = ThreadRunner(queue, execution_of(rows_of, merging), deliveries.put)
    worker = threading.Thread(target=runner.work, daemon=True)
    worker.start()
    for number in range(3):
        queue.put(SentCall(data=[number]))
        assert answers(deliveries.get(timeout=WAIT_S)) == [f"[{number}]".encode()]
    queue.stop()
    worker.join(WAIT_S)
    assert not worker.is_alive()


def test_abandoned_calls_never_reach_run() -> None:
    ran: list[int] = []
    calls = calls_of([1], [2, 2], [3, 3, 3])
    calls[1].abandoned = True
    assert in_order(served(calls, recorded(ran))) == [b"[1]", "ClientGoneError", b"[3, 3, 3]"]
    assert ran == [1, 3]


@pytest.mark.parametrize("gone", range(3))
def test_abandoned_calls_are_left_out_of_a_merged_run(gone: int) -> None:
    sizes: list[int] = []
    calls = calls_of([0], [1], [2])
    calls[gone].abandoned = True
    served_answers = in_order(served(calls, recorded(sizes), by_rows()))
    assert sorted(map(str, served_answers)) == ["ClientGoneError", *(f"b'[{n}]'" for n in range(3) if n != gone)]
    assert sizes == [2]


@pytest.mark.parametrize("merging", [None, by_rows()], ids=["single", "merging"])
@pytest.mark.parametrize("late", range(3))
def test_expired_calls_never_reach_run(late: int, merging: Merging | None) -> None:
    sizes: list[int] = []
    calls = calls_of([0], [1], [2])
    for call in calls:
        call.expires_s = perf_counter() + 60
    calls[late].expires_s = perf_counter() - 1
    ended = [each for delivery in served(calls, recorded(sizes), merging) for each in delivery]
    outcomes = dict(ended)
    assert str(outcomes[calls[late]].error) == "The request's time was over before run() could begin."
    assert [shown(outcomes[call]) for call in calls if call is not calls[late]] == [
        f"[{n}]".encode() for n in range(3) if n != late
    ]
    assert sum(sizes) == 2


def test_without_merging_each_call_is_a_run() -> None:
    sizes: list[int] = []
    served(calls_of([1], [2]), recorded(sizes))
    assert sizes == [1, 1]


def test_waiting_calls_share_a_run_up_to_the_limit_of_rows() -> None:
    sizes: list[int] = []
    deliveries = served(calls_of([1], [2, 2], [3], [4], [5]), recorded(sizes), by_rows(4))
    assert in_order(deliveries) == [b"[1]", b"[2, 2]", b"[3]", b"[4]", b"[5]"]
    assert sizes == [4, 2]


def test_a_call_that_would_exceed_the_limit_is_the_first_of_the_next_run() -> None:
    sizes: list[int] = []
    served(calls_of([1], [2, 2], [3, 3], [4, 4]), recorded(sizes), by_rows(4))
    assert sizes == [3, 4]


def test_a_call_larger_than_the_limit_runs_alone() -> None:
    sizes: list[int] = []
    served(calls_of([1, 2, 3], [4]), recorded(sizes), by_rows(2))
    assert sizes == [3, 1]


def test_a_call_without_rows_runs_alone() -> None:
    sizes: list[int] = []
    assert in_order(served(calls_of([], [4]), recorded(sizes), by_rows())) == [b"[]", b"[4]"]
    assert sizes == [0, 1]


def test_the_first_call_that_does_not_fit_is_held_and_runs_next() -> None:
    sizes: list[int] = []
    deliveries = served(calls_of([1], [2], [1.5], [3], [4]), recorded(sizes), by_rows())
    assert in_order(deliveries) == [b"[1]", b"[2]", b"[1.5]", b"[3]", b"[4]"]
    assert sizes == [2, 1, 2]


@pytest.mark.parametrize("guilty", range(3))
def test_a_call_whose_arguments_do_not_convert_fails_alone(guilty: int) -> None:
    def convert(arguments: dict[str, Any]) -> dict[str, Any]:
        if arguments["data"] == [guilty]:
            raise SystemExit("a parameter type of the script's own")
        return as_array(arguments)

    deliveries = served(calls_of([0], [1], [2]), rows_of, RowMerging(100, convert))
    assert sorted(map(str, in_order(deliveries))) == ["RunError", *(f"b'[{n}]'" for n in range(3) if n != guilty)]


def test_arguments_are_converted_once() -> None:
    converted = []

    def convert(arguments: dict[str, Any]) -> dict[str, Any]:
        converted.append(arguments["data"])
        return as_array(arguments)

    served(calls_of([1], [1.5], [2]), rows_of, RowMerging(100, convert))
    assert converted == [[1], [1.5], [2]]


def streamed(outputs: list[Payload], merging: Merging | None = None) -> list[Ended]:
    """The deliveries of a runner whose calls are answered with these payloads."""
    deliveries: list[Ended] = []
    calls = calls_of(*([number] for number in range(len(outputs))))
    payloads = iter(outputs)
    execution = Execution(rows_of, lambda output: next(payloads), Alarm(60_000), merging)
    ThreadRunner(queue_of(calls), execution, deliveries.append).work()
    return deliveries


def test_a_stream_is_delivered_before_it_is_pumped() -> None:
    states: list[bool] = []
    stream = Stream(iter([b"chunk"]))
    outputs = iter([Payload(b"", stream=stream), Payload(b"next")])
    execution = Execution(echo, lambda output: next(outputs), Alarm(60_000))
    ThreadRunner(queue_of(calls_of(1, 2)), execution, lambda ended: states.append(stream.is_ended)).work()
    assert states == [False, True]
    assert stream.take() == [b"chunk"]


def test_every_stream_of_a_shared_run_is_pumped() -> None:
    streams = [Stream(iter([b"%d" % number])) for number in range(3)]
    streamed([Payload(b"", stream=stream) for stream in streams], ListMerging(8))
    assert [stream.take() for stream in streams] == [[b"0"], [b"1"], [b"2"]]
    assert all(stream.is_ended for stream in streams)


def test_a_signal_handler_of_the_script_that_raises_between_calls_does_not_end_the_runner() -> None:
    rung = threading.Event()
    queue, answered = CallQueue(), []
    main_thread = threading.main_thread().ident or 0

    def ring(number: int, frame: FrameType | None) -> None:
        rung.set()
        raise OSError("from the script's handler")

    def deliver(ended: Ended) -> None:
        answered.extend(answers(ended))
        if len(answered) == 1:
            threading.Thread(target=interrupt, daemon=True).start()

    def interrupt() -> None:
        signal.pthread_kill(main_thread, signal.SIGUSR1)
        rung.wait(WAIT_S)
        queue.put(SentCall(data=[2]))
        queue.stop()

    previous = signal.signal(signal.SIGUSR1, ring)
    try:
        queue.put(SentCall(data=[1]))
        ThreadRunner(queue, execution_of(rows_of), deliver).work()
    finally:
        signal.signal(signal.SIGUSR1, previous)
    assert (answered[0], answered[-1]) == (b"[1]", b"[2]")
