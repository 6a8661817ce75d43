"""The front process's end of one worker: calls out, outcomes and chunks in, as frames on a socket.

Each call in flight has a slot, which it keeps until its outcome, or the end of its stream, has come: so nothing that
arrives late can reach another call. A worker that breaks the rules is given up like one that died.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, Protocol, cast

from scoring_runtime.call import Arguments, Call, Outcome
from scoring_runtime.dispatch import outcome_parts
from scoring_runtime.dispatch.frames import Frame, FrameError, FrameReader, Kind, joined, pack
from scoring_runtime.dispatch.remote_stream import RemoteStream
from scoring_runtime.dispatch.start_times import SLOTS, StartTimes
from scoring_runtime.dispatch.thread_runner import Ended
from scoring_runtime.telemetry.loggers import LOGGER

logger = logging.getLogger(LOGGER)

Pack = Callable[[Arguments], tuple[Any, bytes]]


class Listener(Protocol):
    """Who is told what a worker says; `on_end` comes last, with what was wrong with it, if that is known."""

    def on_ready(self, limit: int, facts: Any) -> None: ...

    def on_failed(self, message: str, details: str) -> None: ...

    def on_ended(self, ended: Ended) -> None: ...

    def on_end(self, fault: str) -> None: ...


@dataclass(slots=True, eq=False)
class Sent:
    """A call that the worker has; `call` is None once it has ended while its stream goes on."""

    call: Call | None
    sent_s: float
    stream: RemoteStream | None = None
    is_cancelled: bool = False


class WorkerLink(asyncio.Protocol):
    """Everything on the loop's thread."""

    def __init__(self, listener: Listener, starts: StartTimes, pack_call: Pack) -> None:
        self._listener = listener
        self._starts = starts
        self._pack_call = pack_call
        self._reader = FrameReader()
        self._transport: asyncio.WriteTransport | None = None
        self._sent: dict[int, Sent] = {}
        self._free = list(range(SLOTS - 1, -1, -1))
        self._ended: Ended = []
        self._is_over = False
        self.heard_s = perf_counter()

    @property
    def in_flight(self) -> int:
        return len(self._sent)

    @property
    def free_slots(self) -> int:
        return len(self._free)

    def calls(self) -> list[Call]:
        return [sent.call for sent in self._sent.values() if sent.call is not None]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)  # uvloop's is none by inheritance

    def set_up(self, settings: Any) -> None:
        """The first frame, with what the worker needs to know."""
        self._write(pack(Kind.SETUP, meta=settings))

    def send(self, calls: list[Call]) -> None:
        """Hands `calls` over together; there must be free slots."""
        now_s = perf_counter()
        if not self._sent:
            self.heard_s = now_s
        buffers: list[bytes] = []
        for call in calls:
            slot = self._free.pop()
            self._starts.clear(slot)
            self._sent[slot] = Sent(call, now_s)
            meta, body = self._pack_call(call.arguments)
            buffers += pack(Kind.CALL, slot, [call.request_id, call.submitted_s, call.expires_s, meta], body)
        self._write(joined(buffers))

    def cancel_abandoned(self) -> None:
        """Tells the worker whose clients have gone, so that it does not begin with their calls."""
        for slot, sent in self._sent.items():
            if sent.call is not None and sent.call.abandoned and not sent.is_cancelled:
                sent.is_cancelled = True
                self._write(pack(Kind.CANCEL, slot))

    def look(self) -> None:
        """Brings `started_s` of the calls up to date."""
        for slot, sent in self._sent.items():
            if sent.call is not None:
                sent.call.started_s = self._starts.started_s(slot)

    def idle_since_s(self) -> float | None:
        """Since when the worker could have begun a call, but has begun none; None if it is at work or has none."""
        if not self._sent or any(self._starts.has_begun(slot) for slot in self._sent):
            return None
        return max(self.heard_s, min(sent.sent_s for sent in self._sent.values()))

    def closed_stream_since_s(self) -> float | None:
        """Since when the worker has not ended a stream that nobody reads."""
        since_s = [sent.stream.closed_s for sent in self._sent.values() if sent.stream and sent.stream.closed_s]
        return min(since_s) if since_s else None

    def take_all(self) -> tuple[list[Call], list[Call]]:
        """At the end: the calls that had begun, and those that had not. Streams fail."""
        begun: list[Call] = []
        others: list[Call] = []
        for slot, sent in self._sent.items():
            if sent.stream is not None:
                sent.stream.end(is_failed=True)
            elif sent.call is not None:
                sent.call.started_s = self._starts.started_s(slot)
                (begun if self._starts.has_begun(slot) else others).append(sent.call)
        self._sent.clear()
        return begun, others

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
        ended, self._ended = self._ended, []
        if ended:
            self._listener.on_ended(ended)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end("")

    def _end(self, fault: str) -> None:
        if self._is_over:
            return
        self._is_over = True
        ended, self._ended = self._ended, []
        if ended:
            self._listener.on_ended(ended)
        self.close()
        self._listener.on_end(fault)

    def _take(self, frame: Frame) -> None:
        if self._is_over:
            return
        if frame.kind is Kind.OUTCOME:
            self._take_outcome(frame)
        elif frame.kind is Kind.CHUNK:
            self._stream_at(frame).add(frame.body)
        elif frame.kind is Kind.END:
            self._stream_at(frame).end(is_failed=bool(frame.value()))
            self._release(frame.slot)
        elif frame.kind is Kind.READY:
            limit, facts = _pair(frame)
            if not isinstance(limit, int) or limit < 1:
                raise FrameError(f"a worker cannot merge {limit!r} calls")
            self._listener.on_ready(limit, facts)
        elif frame.kind is Kind.FAILED:
            message, details = _pair(frame)
            self._listener.on_failed(str(message), str(details))
        else:
            raise FrameError(f"a {frame.kind.name} frame is not for the front process")

    def _take_outcome(self, frame: Frame) -> None:
        sent = self._sent.get(frame.slot)
        if sent is None or sent.call is None:
            raise FrameError(f"an outcome for slot {frame.slot}, where no call is")
        call = sent.call
        outcome: Outcome = outcome_parts.from_parts(frame.value(), frame.body, partial(self._open_stream, frame.slot))
        call.started_s = self._starts.started_s(frame.slot)
        if sent.stream is None:
            self._release(frame.slot)
        else:
            sent.call = None
        self._ended.append((call, outcome))

    def _open_stream(self, slot: int) -> RemoteStream:
        grant = partial(self._write_about, Kind.CREDIT, slot)
        stream = RemoteStream(grant, partial(self._write_about, Kind.CLOSE, slot))
        self._sent[slot].stream = stream
        return stream

    def _stream_at(self, frame: Frame) -> RemoteStream:
        sent = self._sent.get(frame.slot)
        if sent is None or sent.stream is None:
            raise FrameError(f"a {frame.kind.name} frame for slot {frame.slot}, where no stream is")
        return sent.stream

    def _release(self, slot: int) -> None:
        del self._sent[slot]
        self._free.append(slot)

    def _write_about(self, kind: Kind, slot: int, meta: Any = None) -> None:
        self._write(pack(kind, slot, meta))

    def _write(self, buffers: list[bytes]) -> None:
        if self._transport is None or self._is_over:
            return
        for buffer in buffers:
            self._transport.write(buffer)


def _pair(frame: Frame) -> tuple[Any, Any]:
    value = frame.value()
    if not isinstance(value, list) or len(value) != 2:
        raise FrameError(f"a {frame.kind.name} frame does not hold two values")
    return value[0], value[1]
