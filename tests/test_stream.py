"""The way of a script's chunks from the runner's thread to the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import pytest

from scoring_runtime import stream as stream_module
from scoring_runtime.stream import CAPACITY, Stream

WAIT_S = 10.0


def test_chunks_in_order_without_empty_ones() -> None:
    stream = Stream(iter([b"a", b"", b"b"]))
    assert not stream.is_ended
    stream.pump()
    assert stream.take() == [b"a", b"b"]
    assert stream.take() == []
    assert (stream.is_ended, stream.is_failed) == (True, False)


@pytest.mark.parametrize("error", [ValueError("x"), SystemExit(), KeyboardInterrupt(), GeneratorExit()])
def test_whatever_the_generator_raises_ends_the_stream(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"a"
        raise error

    stream = Stream(chunks())
    stream.pump()
    assert stream.take() == [b"a"]
    assert (stream.is_ended, stream.is_failed) == (True, True)
    assert type(error).__name__ in caplog.text


def test_a_chunk_that_is_not_bytes_fails_the_stream() -> None:
    chunks: Any = iter([b"a", 3])
    stream = Stream(chunks)
    stream.pump()
    assert stream.take() == [b"a"]
    assert stream.is_failed


def test_clean_up_code_of_the_script_may_raise(caplog: pytest.LogCaptureFixture) -> None:
    class Chunks:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"a"])

        def close(self) -> None:
            raise SystemExit("in close")

    chunks: Any = Chunks()
    stream = Stream(chunks)
    stream.pump()
    assert (stream.is_ended, stream.is_failed) == (True, False)
    assert "in close" in caplog.text


def test_a_client_that_takes_nothing_stalls_the_stream_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "STALL_S", 0.01)
    stream = Stream(iter([b"x"] * (CAPACITY + 5)))
    stream.pump()
    assert (stream.is_ended, stream.is_failed) == (True, True)
    assert len(stream.take()) == CAPACITY


def test_while_the_generator_is_at_its_next_chunk_the_stream_says_since_when() -> None:
    seen: list[float | None] = []

    def chunks() -> Iterator[bytes]:
        seen.append(stream.generating_since_s)
        yield b"a"
        seen.append(stream.generating_since_s)

    before_s = perf_counter()
    stream = Stream(chunks())
    assert stream.generating_since_s is None
    stream.pump()
    first_s, second_s = seen
    assert first_s is not None
    assert second_s is not None
    assert before_s <= first_s <= second_s <= perf_counter()
    assert stream.generating_since_s is None


def test_waiting_for_the_client_is_not_generating(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow reader must not make the server look stuck."""
    seen: list[float | None] = []

    class Room:
        def acquire(self, timeout: float) -> bool:
            seen.append(stream.generating_since_s)
            return True

    stream = Stream(iter([b"a", b"b"]))
    monkeypatch.setattr(stream, "_room", Room())
    stream.pump()
    assert seen == [None, None]


def test_taking_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream(iter([b"x"] * 5 * CAPACITY))
    runner = threading.Thread(target=stream.pump, daemon=True)
    runner.start()
    taken: list[bytes] = []
    while not stream.is_ended:
        taken += stream.take()
    runner.join(WAIT_S)
    taken += stream.take()
    assert len(taken) == 5 * CAPACITY
    assert not stream.is_failed


def endless(closed: threading.Event) -> Iterator[bytes]:
    try:
        while True:
            yield b"x"
    finally:
        closed.set()


def test_closing_wakes_a_runner_that_waits_for_room() -> None:
    closed = threading.Event()
    stream = Stream(endless(closed))
    runner = threading.Thread(target=stream.pump, daemon=True)
    runner.start()
    stream.close()
    runner.join(WAIT_S)
    assert not runner.is_alive()
    assert closed.is_set()
    assert stream.is_failed


def test_the_loop_is_told_on_its_own_thread() -> None:
    async def scenario() -> list[bytes]:
        stream, loop, taken = Stream(iter([b"a", b"b"])), asyncio.get_running_loop(), list[bytes]()
        threads: set[int] = set()
        done = asyncio.Event()

        def on_ready() -> None:
            threads.add(threading.get_ident())
            is_ended = stream.is_ended
            taken.extend(stream.take())
            if is_ended:
                done.set()

        stream.attach(loop, on_ready)
        runner = threading.Thread(target=stream.pump, daemon=True)
        runner.start()
        await asyncio.wait_for(done.wait(), WAIT_S)
        runner.join()
        assert threads == {threading.get_ident()}
        return taken

    assert asyncio.run(scenario()) == [b"a", b"b"]


def test_attached_after_its_end_the_loop_is_told_at_once() -> None:
    stream = Stream(iter([b"a"]))
    stream.pump()
    told: list[list[bytes]] = []
    loop = asyncio.new_event_loop()
    stream.attach(loop, lambda: told.append(stream.take()))
    loop.close()
    assert told == [[b"a"]]


def test_a_loop_that_has_closed_meanwhile_ends_the_stream_not_the_runner() -> None:
    closed = threading.Event()
    stream = Stream(endless(closed))
    loop = asyncio.new_event_loop()
    stream.attach(loop, lambda: None)
    loop.close()
    stream.pump()
    assert closed.is_set()
    assert (stream.is_ended, stream.is_failed) == (True, True)
