"""The front process's end of a worker, with what a broken or hostile worker may send."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring_runtime.call import Call, Outcome, Payload
from scoring_runtime.dispatch import outcome_parts
from scoring_runtime.dispatch.frames import FrameReader, Kind, pack
from scoring_runtime.dispatch.start_times import StartTimes, create_file
from scoring_runtime.dispatch.thread_runner import Ended
from scoring_runtime.dispatch.worker_link import WorkerLink
from scoring_runtime.stream import CAPACITY, Stream
from tests.dispatch.calls import SentCall, answers


class Transport:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.is_aborted = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def abort(self) -> None:
        self.is_aborted = True


class Heard:
    """A link with two calls sent, and what its listener was told."""

    def __init__(self) -> None:
        fd = create_file()
        self.starts = StartTimes(fd)
        os.close(fd)
        self.ready: list[tuple[int, Any]] = []
        self.failed: list[tuple[str, str]] = []
        self.ended: Ended = []
        self.returned: list[Call] = []
        self.faults: list[str] = []
        self.transport = Transport()
        self.link = WorkerLink(self, self.starts, lambda arguments: (arguments["data"], b"body"))
        self.link.connection_made(self.transport)  # type: ignore[arg-type]  # as much of a transport as the link uses
        self.calls = [SentCall(data=number) for number in range(2)]
        self.link.send([*self.calls])
        self.on_ended = self.ended.extend
        self.on_end = self.faults.append

    def on_ready(self, limit: int, facts: Any) -> None:
        self.ready.append((limit, facts))

    def on_failed(self, message: str, details: str) -> None:
        self.failed.append((message, details))

    def on_returned(self, calls: list[Call]) -> None:
        self.returned += calls

    def say(self, kind: Kind, slot: int = 0, meta: Any = None, body: bytes = b"") -> None:
        self.link.data_received(b"".join(pack(kind, slot, meta, body)))

    def say_outcome(self, slot: int, outcome: Outcome) -> None:
        self.say(Kind.OUTCOME, slot, *outcome_parts.to_parts(outcome))

    def sent(self) -> list[tuple[Kind, int, Any]]:
        """The frames that were written since the last time."""
        frames = FrameReader().feed(b"".join(self.transport.written))
        self.transport.written.clear()
        return [(frame.kind, frame.slot, frame.value()) for frame in frames]


@pytest.fixture
def heard() -> Iterator[Heard]:
    heard = Heard()
    yield heard
    heard.starts.close()


def test_calls_go_out_together_and_outcomes_come_back_together(heard: Heard) -> None:
    assert len(heard.transport.written) == 1
    assert [(kind, slot, value[3]) for kind, slot, value in heard.sent()] == [(Kind.CALL, 0, 0), (Kind.CALL, 1, 1)]
    heard.starts.run(1, 7.0)
    frames = [pack(Kind.OUTCOME, slot, *outcome_parts.to_parts(Outcome(Payload(b"%d" % slot)))) for slot in (1, 0)]
    heard.link.data_received(b"".join(buffer for frame in frames for buffer in frame))
    assert answers(heard.ended) == [b"1", b"0"]
    assert [call for call, _ in heard.ended] == [heard.calls[1], heard.calls[0]]
    assert heard.calls[1].started_s == 7.0
    assert len(heard.link.slots) == 0


def test_ready_and_failed_are_told(heard: Heard) -> None:
    heard.say(Kind.READY, 0, 64, b'{"number": 18446744073709551617}')
    heard.say(Kind.FAILED, 0, ["message", "details"])
    assert heard.ready == [(64, {"number": 2**64 + 1})]
    assert heard.failed == [("message", "details")]


def test_a_client_that_has_gone_is_told_once(heard: Heard) -> None:
    heard.sent()
    heard.calls[1].abandoned = True
    heard.link.look()
    heard.link.look()
    assert heard.sent() == [(Kind.CANCEL, 1, None)]


def test_a_call_that_has_not_begun_comes_back_when_it_is_recalled(heard: Heard) -> None:
    heard.sent()
    heard.starts.begin(0)
    heard.link.recall()
    heard.link.recall()
    assert heard.sent() == [(Kind.RECALL, 1, None)]
    heard.say(Kind.RETURNED, 1)
    assert heard.returned == [heard.calls[1]]
    assert heard.link.slots.calls() == [heard.calls[0]]
    assert heard.faults == []


@pytest.mark.parametrize("has_begun", [False, True])
def test_a_call_that_was_not_recalled_or_has_begun_cannot_come_back(has_begun: bool, heard: Heard) -> None:
    if has_begun:
        heard.link.recall()
        heard.starts.begin(0)
    heard.say(Kind.RETURNED, 0)
    assert heard.returned == []
    assert len(heard.faults) == 1


def test_a_stream_keeps_its_slot_until_its_end(heard: Heard) -> None:
    heard.sent()
    heard.say_outcome(0, Outcome(Payload(b"", 200, [], Stream(iter(())))))
    payload = heard.ended[0][1].payload
    assert payload is not None
    assert payload.stream is not None
    heard.say(Kind.CHUNK, 0, None, b"one")
    assert payload.stream.take() == [b"one"]
    assert heard.sent() == [(Kind.CREDIT, 0, 1)]
    assert len(heard.link.slots) == 2
    heard.say(Kind.END, 0, False)
    assert (payload.stream.is_ended, payload.stream.is_failed) == (True, False)
    assert len(heard.link.slots) == 1


def test_at_the_end_calls_are_divided_by_whether_they_had_begun(heard: Heard) -> None:
    heard.starts.begin(1)
    heard.link.connection_lost(None)
    assert heard.faults == [""]
    assert heard.link.slots.take_all() == ([heard.calls[1]], [heard.calls[0]])


def test_a_stream_fails_with_its_worker(heard: Heard) -> None:
    heard.say_outcome(0, Outcome(Payload(b"", 200, [], Stream(iter(())))))
    payload = heard.ended[0][1].payload
    assert payload is not None
    assert payload.stream is not None
    heard.link.connection_lost(None)
    assert heard.link.slots.take_all() == ([], [heard.calls[1]])
    assert payload.stream.is_failed


TIMES = [1.0, 0.0, 0.0, 0.0, 1]
BROKEN_RULES = {
    "an outcome without a call": (Kind.OUTCOME, 9, [TIMES, [200, None, False], None], b""),
    "an outcome that is none": (Kind.OUTCOME, 0, "none", b""),
    "a chunk without a stream": (Kind.CHUNK, 0, None, b"x"),
    "an end without a stream": (Kind.END, 0, False, b""),
    "ready without a number": (Kind.READY, 0, "many", b"{}"),
    "ready without facts": (Kind.READY, 0, 1, b"{"),
    "failed without words": (Kind.FAILED, 0, "why", b""),
    "a frame for workers": (Kind.CALL, 0, None, b""),
}


@pytest.mark.parametrize("frame", BROKEN_RULES.values(), ids=BROKEN_RULES)
def test_a_worker_that_breaks_the_rules_is_given_up(frame: tuple[Kind, int, Any, bytes], heard: Heard) -> None:
    heard.say(*frame)
    assert len(heard.faults) == 1
    assert heard.faults[0].startswith("it sent what is not valid: ")
    assert heard.transport.is_aborted
    heard.say_outcome(0, Outcome(Payload(b"late")))
    heard.link.connection_lost(None)
    assert len(heard.faults) == 1
    assert heard.ended == []


def test_an_outcome_comes_once(heard: Heard) -> None:
    heard.say_outcome(0, Outcome(Payload(b"one")))
    heard.say_outcome(0, Outcome(Payload(b"two")))
    assert answers(heard.ended) == [b"one"]
    assert len(heard.faults) == 1


def test_a_second_outcome_for_a_stream_cannot_put_another_in_its_place(heard: Heard) -> None:
    for _ in range(2):
        heard.say_outcome(0, Outcome(Payload(b"", 200, [], Stream(iter(())))))
    payload = heard.ended[0][1].payload
    assert payload is not None
    assert payload.stream is not None
    heard.link.slots.take_all()
    assert payload.stream.is_failed


def test_more_chunks_than_there_is_credit_for_break_the_rules(heard: Heard) -> None:
    heard.say_outcome(0, Outcome(Payload(b"", 200, [], Stream(iter(())))))
    for _ in range(CAPACITY):
        heard.say(Kind.CHUNK, 0, None, b"x")
    assert heard.faults == []
    heard.say(Kind.CHUNK, 0, None, b"x")
    assert len(heard.faults) == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=6),
    max_leaves=12,
)


@given(kind=st.sampled_from(Kind), slot=st.integers(0, 3), meta=VALUES, body=st.binary(max_size=8))
def test_whatever_a_worker_says_nothing_is_raised(kind: Kind, slot: int, meta: Any, body: bytes) -> None:
    heard = Heard()
    heard.link.data_received(b"".join(pack(kind, slot, json.loads(json.dumps(meta)), body)))
    heard.link.connection_lost(None)
    heard.link.slots.take_all()
    heard.starts.close()
    assert len(heard.faults) == 1
    assert len({call for call, _ in heard.ended}) == len(heard.ended)
