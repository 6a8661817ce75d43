"""The front process's end of one worker: calls out, outcomes and chunks in, as frames on a socket.

A worker that breaks the rules is given up like one that died.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any, Protocol, cast

from scoring_runtime.call import Arguments, Call, Payload
from scoring_runtime.dispatch import outcome_parts
from scoring_runtime.dispatch.frames import Frame, FrameError, FrameReader, Kind, joined, pack
from scoring_runtime.dispatch.remote_stream import RemoteStream
from scoring_runtime.dispatch.slots import Slots
from scoring_runtime.dispatch.start_times import StartTimes
from scoring_runtime.dispatch.thread_runner import Ended

# A worker that has calls and begins none for so long is stopped, or hangs.
BEGIN_S = 5.0

Pack = Callable[[Arguments], tuple[Any, bytes]]


class Listener(Protocol):
    """Who is told what a worker says; `on_end` comes last, with what was wrong with it, if that is known."""

    def on_ready(self, limit: int, facts: Any) -> None: ...

    def on_failed(self, message: str, details: str) -> None: ...

    def on_ended(self, ended: Ended) -> None: ...

    def on_returned(self, calls: list[Call]) -> None: ...

    def on_end(self, fault: str) -> None: ...


class WorkerLink(asyncio.Protocol):
    """Everything on the loop's thread. `heard_s` is when the worker last said something, or was given work."""

    def __init__(self, listener: Listener, starts: StartTimes, pack_call: Pack) -> None:
        self._listener = listener
        self._pack_call = pack_call
        self._reader = FrameReader()
        self._transport: asyncio.WriteTransport | None = None
        self._ended: Ended = []
        self._returned: list[Call] = []
        self._is_over = False
        self.slots = Slots(starts)
        self.heard_s = perf_counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is none by inheritance

    def set_up(self, setup: Any) -> None:
        """The first frame: what the worker needs to know."""
        self._write(pack(Kind.SETUP, meta=setup))

    def send(self, calls: list[Call]) -> None:
        """Hands `calls` over together; there must be free slots."""
        now_s = perf_counter()
        if not len(self.slots):
            self.heard_s = now_s
        buffers: list[bytes] = []
        for call in calls:
            meta, body = self._pack_call(call.arguments)
            head = [call.request_id, call.submitted_s, call.expires_s, meta]
            buffers += pack(Kind.CALL, self.slots.take(call, now_s), head, body)
        self._write(joined(buffers))

    def look(self) -> None:
        """Brings `started_s` of the calls up to date, and tells the worker which of them nobody waits for."""
        self.slots.look()
        for slot in self.slots.newly_abandoned():
            self._write(pack(Kind.CANCEL, slot))

    def recall(self) -> None:
        """Asks for the calls that the worker has not begun."""
        for slot in self.slots.recall():
            self._write(pack(Kind.RECALL, slot))

    def hang(self, now_s: float, timeout_s: float) -> str | None:
        """Why the worker is to be replaced although it lives, if it is."""
        since_s = self.slots.unbegun_since_s()
        if since_s is not None and now_s - max(since_s, self.heard_s) > BEGIN_S:
            return f"it has begun none of its calls for {BEGIN_S:.0f} s"
        closed_s = self.slots.closed_stream_since_s()
        if closed_s is not None and now_s - closed_s > timeout_s:
            return "it does not end the stream of a client that has gone"
        return None

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self.heard_s = perf_counter()
        try:
            for frame in self._reader.feed(data):
                self._take(frame)
        except FrameError as error:
            self._end(f"it sent what is not valid: {error}")
        self._tell_ended()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end("")

    def _end(self, fault: str) -> None:
        if not self._is_over:
            self._is_over = True
            self._tell_ended()
            self.close()
            self._listener.on_end(fault)

    def _tell_ended(self) -> None:
        """Many outcomes in one go."""
        ended, self._ended = self._ended, []
        returned, self._returned = self._returned, []
        if returned:
            self._listener.on_returned(returned)
        if ended:
            self._listener.on_ended(ended)

    def _take(self, frame: Frame) -> None:
        if self._is_over:
            return
        if frame.kind is Kind.OUTCOME:
            self._take_outcome(frame)
        elif frame.kind is Kind.CHUNK:
            self.slots.stream(frame.slot).add(frame.body)
        elif frame.kind is Kind.END:
            self.slots.end_stream(frame.slot, is_failed=bool(frame.value()))
        elif frame.kind is Kind.RETURNED:
            self._returned.append(self.slots.take_back(frame.slot))
        elif frame.kind is Kind.READY:
            self._listener.on_ready(*_limit_and_facts(frame))
        elif frame.kind is Kind.FAILED:
            message, details = _pair(frame)
            self._listener.on_failed(str(message), str(details))
        else:
            raise FrameError(f"a {frame.kind.name} frame is not for the front process")

    def _take_outcome(self, frame: Frame) -> None:
        call = self.slots.call(frame.slot)
        outcome, is_streamed = outcome_parts.from_parts(frame.value(), frame.body)
        stream = self._stream_of(outcome.payload, frame.slot) if is_streamed and outcome.payload else None
        self.slots.end_call(frame.slot, stream)
        self._ended.append((call, outcome))

    def _stream_of(self, payload: Payload, slot: int) -> RemoteStream:
        grant = partial(self._write_about, Kind.CREDIT, slot)
        payload.stream = stream = RemoteStream(grant, partial(self._write_about, Kind.CLOSE, slot))
        return stream

    def _write_about(self, kind: Kind, slot: int, meta: Any = None) -> None:
        self._write(pack(kind, slot, meta))

    def _write(self, buffers: list[bytes]) -> None:
        if self._transport is not None and not self._is_over:
            for buffer in buffers:
                self._transport.write(buffer)


def _limit_and_facts(frame: Frame) -> tuple[int, Any]:
    limit = frame.value()
    if not isinstance(limit, int) or limit < 1:
        raise FrameError(f"a worker cannot merge {limit!r} calls")
    try:
        return limit, json.loads(frame.body)
    except ValueError as error:
        raise FrameError(f"a READY frame is not JSON: {error}") from None


def _pair(frame: Frame) -> tuple[Any, Any]:
    value = frame.value()
    if not isinstance(value, list) or len(value) != 2:
        raise FrameError(f"a {frame.kind.name} frame does not hold two values")
    return value[0], value[1]
