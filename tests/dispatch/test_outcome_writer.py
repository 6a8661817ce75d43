"""The worker's writing thread: each call's outcome once, chunks as far as there is credit, everything at the end."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from scoring_runtime.call import Outcome, Payload
from scoring_runtime.dispatch.frames import FrameReader, Kind
from scoring_runtime.dispatch.outcome_writer import OutcomeWriter
from scoring_runtime.dispatch.remote_call import Packed, RemoteCall
from scoring_runtime.dispatch.start_times import StartTimes, create_file
from scoring_runtime.errors import RunError
from scoring_runtime.stream import CAPACITY, Stream

Said = list[tuple[Kind, int, Any, bytes]]


class Writing:
    """A writer, and what arrives at the other end."""

    def __init__(self) -> None:
        self._mine, other = socket.socketpair()
        self._other = other
        fd = create_file()
        self.starts = StartTimes(fd)
        os.close(fd)
        self.writer = OutcomeWriter(other)
        self.writer.start()

    def call(self, slot: int) -> RemoteCall:
        return RemoteCall(slot, Packed(None, b"", slot, self.starts), self.starts, "", (0.0, None))

    def read(self) -> Said:
        """Everything up to the end, which the writer comes to now."""
        self.writer.finish()
        self._other.shutdown(socket.SHUT_WR)
        reader, said = FrameReader(), []
        while data := self._mine.recv(65536):
            said += [(frame.kind, frame.slot, frame.value(), frame.body) for frame in reader.feed(data)]
        return said

    def close(self) -> None:
        self._mine.close()
        self._other.close()
        self.starts.close()


@pytest.fixture
def writing() -> Iterator[Writing]:
    writing = Writing()
    yield writing
    writing.close()


def test_an_outcome_is_written_once_however_often_it_is_delivered(writing: Writing) -> None:
    call = writing.call(3)
    writing.writer.deliver([(call, Outcome(Payload(b"one")))])
    writing.writer.deliver([(call, Outcome(error=RunError()))])
    [(kind, slot, _, body)] = writing.read()
    assert (kind, slot, body) == (Kind.OUTCOME, 3, b"one")
    assert writing.writer.ended_calls == 1


def test_a_recalled_call_goes_back_and_has_no_outcome(writing: Writing) -> None:
    call = writing.call(2)
    assert call.packed.recall()
    writing.writer.deliver([(call, Outcome(error=RunError()))])
    writing.writer.give_back(call)
    writing.writer.deliver([(call, Outcome(error=RunError()))])
    assert [(kind, slot) for kind, slot, _, _ in writing.read()] == [(Kind.RETURNED, 2)]
    assert writing.writer.ended_calls == 1


def test_a_call_that_has_ended_does_not_go_back(writing: Writing) -> None:
    call = writing.call(2)
    writing.writer.deliver([(call, Outcome(Payload(b"one")))])
    writing.writer.give_back(call)
    assert [kind for kind, *_ in writing.read()] == [Kind.OUTCOME]


def pumped(writing: Writing, chunks: list[bytes]) -> threading.Thread:
    """A thread that streams `chunks` as the answer of the call at slot 0."""
    stream = Stream(iter(chunks))
    writing.writer.deliver([(writing.call(0), Outcome(Payload(b"", 200, [], stream)))])
    thread = threading.Thread(target=stream.pump)
    thread.start()
    return thread


def test_a_stream_goes_on_as_far_as_it_is_given_credit(writing: Writing) -> None:
    count = 3 * CAPACITY
    pumping = pumped(writing, [b"x"] * count)
    writing.writer.credit(0, CAPACITY)
    pumping.join()  # what has not been sent fits into the stream itself
    kinds = [kind for kind, *_ in writing.read()]
    assert kinds == [Kind.OUTCOME, *[Kind.CHUNK] * (2 * CAPACITY)]


def test_a_stream_ends_after_its_last_chunk(writing: Writing) -> None:
    pumped(writing, [b"one", b"two"]).join()
    assert [(kind, value, body) for kind, _, value, body in writing.read()[1:]] == [
        (Kind.CHUNK, None, b"one"),
        (Kind.CHUNK, None, b"two"),
        (Kind.END, False, b""),
    ]


def test_of_a_closed_stream_nothing_but_the_end_is_sent(writing: Writing) -> None:
    pumping = pumped(writing, [b"x"] * 10 * CAPACITY)
    writing.writer.close_stream(0)
    pumping.join()
    said = writing.read()
    assert said[-1][:3] == (Kind.END, 0, True)
    assert [kind for kind, *_ in said].count(Kind.CHUNK) <= CAPACITY
