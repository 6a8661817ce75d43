"""A stream filled from a worker: credit for what the client takes, and no more than that."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from scoring_runtime.dispatch.frames import FrameError
from scoring_runtime.dispatch.remote_stream import RemoteStream
from scoring_runtime.stream import CAPACITY


class Told:
    """What the worker is told."""

    def __init__(self) -> None:
        self.granted: list[int] = []
        self.closed = 0
        self.stream = RemoteStream(self.granted.append, self._close)

    def _close(self) -> None:
        self.closed += 1


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def turn(loop: asyncio.AbstractEventLoop) -> None:
    loop.call_soon(loop.stop)
    loop.run_forever()


def test_the_client_is_told_of_chunks_and_of_the_end(told: Told, loop: asyncio.AbstractEventLoop) -> None:
    wakes: list[bool] = []
    told.stream.attach(loop, lambda: wakes.append(told.stream.is_ended))
    told.stream.add(b"one")
    turn(loop)
    told.stream.end(is_failed=False)
    turn(loop)
    assert wakes == [False, False, True]
    assert told.stream.take() == [b"one"]
    assert told.stream.is_taken
    assert not told.stream.is_failed


def test_taking_chunks_gives_credit_for_as_many(told: Told) -> None:
    for _ in range(3):
        told.stream.add(b"x")
    assert told.stream.take() == [b"x"] * 3
    assert told.stream.take() == []
    assert told.granted == [3]


def test_more_chunks_than_there_is_credit_for_break_the_rules(told: Told) -> None:
    for _ in range(CAPACITY):
        told.stream.add(b"x")
    with pytest.raises(FrameError, match="credit"):
        told.stream.add(b"x")
    told.stream.take()
    told.stream.add(b"x")


def test_closing_tells_the_worker_once_and_drops_what_comes_after(told: Told) -> None:
    told.stream.add(b"x")
    told.stream.close()
    told.stream.close()
    told.stream.add(b"y")
    assert told.stream.take() == []
    assert told.closed == 1
    assert told.stream.closed_s is not None


def test_an_ended_stream_is_closed_without_a_word(told: Told) -> None:
    told.stream.end(is_failed=True)
    told.stream.close()
    assert (told.closed, told.stream.closed_s, told.stream.is_failed) == (0, None, True)
