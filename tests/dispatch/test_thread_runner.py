"""The runner's order of work: what runs, with whom, and how its outcomes go back."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from queue import SimpleQueue
from types import FrameType
from typing import Any

import numpy as np
import pytest

from scoring_runtime.call import Payload
from scoring_runtime.dispatch.alarm import Alarm
from scoring_runtime.dispatch.execution import Execution, Run
from scoring_runtime.dispatch.thread_runner import Ended, ThreadRunner
from scoring_runtime.stream import Stream
from tests.dispatch.calls import SentCall, answers, execution_of

WAIT_S = 10.0


def echo(data: Any) -> Any:
    return data


def served(runner: ThreadRunner, run: Run = echo) -> list[Ended]:
    """The deliveries of a runner that is told to stop when it has done what was submitted."""
    deliveries: list[Ended] = []
    runner.stop()
    runner.work(execution_of(run), deliveries.append)
    return [ended for ended in deliveries if ended]


def in_order(deliveries: list[Ended]) -> list[bytes | str]:
    return [answer for ended in deliveries for answer in answers(ended)]


def rows_of(data: Any) -> list[Any]:
    return np.asarray(data).tolist()  # type: ignore[no-any-return]


def recorded(sizes: list[int]) -> Callable[[Any], list[Any]]:
    """A run() that notes how many rows it was given."""

    def run(data: Any) -> list[Any]:
        sizes.append(len(data))
        return rows_of(data)

    return run


def merging_runner(max_rows: int = 100) -> ThreadRunner:
    runner = ThreadRunner(max_rows)
    runner.convert = lambda arguments: {"data": np.asarray(arguments["data"])}
    return runner


def submit_rows(runner: ThreadRunner, *rows: list[Any]) -> list[SentCall]:
    calls = [SentCall(data=each) for each in rows]
    for call in calls:
        runner.submit(call)
    return calls


def test_stops_after_everything_submitted_before_has_ended() -> None:
    runner = ThreadRunner()
    submit_rows(runner, [1], [2], [3])
    assert in_order(served(runner)) == [b"[1]", b"[2]", b"[3]"]


def test_an_outcome_is_delivered_before_the_next_call_begins() -> None:
    runner = ThreadRunner()
    delivered: list[bytes | str] = []
    seen: list[int] = []
    submit_rows(runner, [1], [2], [3])
    runner.stop()
    execution = execution_of(lambda data: seen.append(len(delivered)))
    runner.work(execution, lambda ended: delivered.extend(answers(ended)))
    assert seen == [0, 1, 2]
    assert len(delivered) == 3


def test_the_outcomes_of_a_merged_run_are_delivered_together() -> None:
    runner = merging_runner()
    submit_rows(runner, [1], [2], [3])
    assert [answers(ended) for ended in served(runner, rows_of)] == [[b"[1]", b"[2]", b"[3]"]]


def test_before_it_waits_the_runner_says_so() -> None:
    runner = ThreadRunner()
    ran: list[str] = []
    for data in ("one", "two"):
        runner.submit(SentCall(data=data))

    def before_idle() -> None:
        ran.append("idle")
        runner.stop()

    runner.work(execution_of(lambda data: ran.append(data)), lambda ended: None, before_idle)
    assert ran == ["one", "two", "idle"]


@pytest.mark.parametrize("runner", [ThreadRunner(), merging_runner()], ids=["single", "merging"])
def test_an_idle_runner_starts_a_call_at_once_and_answers_it_alone(runner: ThreadRunner) -> None:
    deliveries: SimpleQueue[Ended] = SimpleQueue()
    worker = threading.Thread(target=lambda: runner.work(execution_of(rows_of), deliveries.put), daemon=True)
    worker.start()
    for number in range(3):
        submit_rows(runner, [number])
        assert answers(deliveries.get(timeout=WAIT_S)) == [f"[{number}]".encode()]
    runner.stop()
    worker.join(WAIT_S)
    assert not worker.is_alive()


def test_abandoned_calls_never_reach_run() -> None:
    ran: list[int] = []
    runner = ThreadRunner()
    calls = submit_rows(runner, [1], [2, 2], [3, 3, 3])
    calls[1].abandoned = True
    assert in_order(served(runner, recorded(ran))) == [b"[1]", "RunError", b"[3, 3, 3]"]
    assert ran == [1, 3]


def test_abandoned_calls_are_left_out_of_a_merged_run() -> None:
    sizes: list[int] = []
    runner = merging_runner()
    calls = submit_rows(runner, [1], [2], [3])
    calls[1].abandoned = True
    assert sorted(map(str, in_order(served(runner, recorded(sizes))))) == ["RunError", "b'[1]'", "b'[3]'"]
    assert sizes == [2]


def test_without_conversion_nothing_is_merged() -> None:
    sizes: list[int] = []
    runner = ThreadRunner(max_rows=100)
    submit_rows(runner, [1], [2])
    served(runner, recorded(sizes))
    assert sizes == [1, 1]


def test_waiting_calls_share_a_run_up_to_the_limit_of_rows() -> None:
    sizes: list[int] = []
    runner = merging_runner(max_rows=4)
    submit_rows(runner, [1], [2, 2], [3], [4], [5])
    assert in_order(served(runner, recorded(sizes))) == [b"[1]", b"[2, 2]", b"[3]", b"[4]", b"[5]"]
    assert sizes == [4, 2]


def test_a_call_larger_than_the_limit_runs_alone() -> None:
    sizes: list[int] = []
    runner = merging_runner(max_rows=2)
    submit_rows(runner, [1, 2, 3], [4])
    served(runner, recorded(sizes))
    assert sizes == [3, 1]


def test_the_first_call_that_does_not_fit_is_held_and_runs_next() -> None:
    sizes: list[int] = []
    runner = merging_runner()
    submit_rows(runner, [1], [2], [1.5], [3], [4])
    assert in_order(served(runner, recorded(sizes))) == [b"[1]", b"[2]", b"[1.5]", b"[3]", b"[4]"]
    assert sizes == [2, 1, 2]


def test_a_call_whose_arguments_do_not_convert_fails_alone() -> None:
    def convert(arguments: dict[str, Any]) -> dict[str, Any]:
        if arguments["data"] == [2]:
            raise SystemExit("a parameter type of the script's own")
        return {"data": np.asarray(arguments["data"])}

    runner = ThreadRunner(max_rows=100)
    runner.convert = convert
    submit_rows(runner, [1], [2], [3])
    assert sorted(map(str, in_order(served(runner, rows_of)))) == ["RunError", "b'[1]'", "b'[3]'"]


def test_arguments_are_converted_once() -> None:
    converted = []
    runner = ThreadRunner(max_rows=1)

    def convert(arguments: dict[str, Any]) -> dict[str, Any]:
        converted.append(arguments["data"])
        return {"data": np.asarray(arguments["data"])}

    runner.convert = convert
    submit_rows(runner, [1], [1.5], [2])
    served(runner, rows_of)
    assert converted == [[1], [1.5], [2]]


def test_a_stream_is_delivered_before_it_is_pumped() -> None:
    states: list[bool] = []
    stream = Stream(iter([b"chunk"]))
    runner = ThreadRunner()
    runner.submit(SentCall(data=1))
    runner.submit(SentCall(data=2))
    runner.stop()
    outputs = iter([Payload(b"", stream=stream), Payload(b"next")])
    execution = Execution(echo, lambda output: next(outputs), Alarm(60_000))
    runner.work(execution, lambda ended: states.append(stream.is_ended) if ended else None)
    assert states == [False, True]
    assert stream.take() == [b"chunk"]


def test_a_signal_handler_of_the_script_that_raises_between_calls_does_not_end_the_runner() -> None:
    rung = threading.Event()
    runner, answered = ThreadRunner(), []
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
        submit_rows(runner, [2])
        runner.stop()

    previous = signal.signal(signal.SIGUSR1, ring)
    try:
        submit_rows(runner, [1])
        runner.work(execution_of(rows_of), deliver)
    finally:
        signal.signal(signal.SIGUSR1, previous)
    assert (answered[0], answered[-1]) == (b"[1]", b"[2]")
