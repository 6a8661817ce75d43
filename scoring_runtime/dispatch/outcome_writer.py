"""The worker's thread that writes to the front process: outcomes, and the chunks of streamed answers.

The thread that runs the script must not write itself: a signal handler of the script may raise there at any moment,
also in the middle of a frame. It only leaves word here, which may even happen twice. What waits goes out together.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from scoring_runtime.call import Call, Outcome
from scoring_runtime.dispatch import outcome_parts
from scoring_runtime.dispatch.frames import Kind, joined, pack
from scoring_runtime.dispatch.remote_call import RemoteCall
from scoring_runtime.dispatch.thread_runner import Ended
from scoring_runtime.errors import InternalError
from scoring_runtime.stream import CAPACITY, Stream
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback

logger = logging.getLogger(LOGGER)

EXIT_LINK_LOST = 1


class _Streaming:
    """A stream under way, and how many chunks the front process takes now."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.credit = CAPACITY
        self.is_closed = False


class OutcomeWriter:
    """`deliver`, `tell`, `credit` and `close_stream` from any thread."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._jobs: SimpleQueue[Callable[[], list[bytes]]] = SimpleQueue()
        self._streams: dict[int, _Streaming] = {}
        self._thread = threading.Thread(target=self._work, name="outcome-writer", daemon=True)
        self._is_ending = False
        self.ended_calls = 0

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """Returns when everything that was left before has been written."""
        self._jobs.put(self._end)
        self._thread.join()

    def tell(self, kind: Kind, meta: Any, body: bytes = b"") -> None:
        buffers = pack(kind, 0, meta, body)
        self._jobs.put(lambda: buffers)

    def deliver(self, ended: Ended) -> None:
        self._jobs.put(partial(self._ended, ended))

    def credit(self, slot: int, chunks: int) -> None:
        self._jobs.put(partial(self._credited, slot, chunks))

    def give_back(self, call: RemoteCall) -> None:
        """It was recalled before it began."""
        self._jobs.put(partial(self._returned, call))

    def close_stream(self, slot: int) -> None:
        self._jobs.put(partial(self._close_stream, slot))

    def _work(self) -> None:
        try:
            while not self._is_ending:
                self._write_next()
        except OSError:  # the front process is gone, and nobody else wants the outcomes
            os._exit(EXIT_LINK_LOST)
        except Exception as error:  # without this thread the worker is of no use
            logger.error("Encountered Exception: %s", format_traceback(error))
            os._exit(EXIT_LINK_LOST)

    def _write_next(self) -> None:
        """Writes what waits, or comes; nothing of it is kept while waiting for more."""
        buffers = [*self._jobs.get()()]
        with contextlib.suppress(Empty):
            while not self._is_ending:
                buffers += self._jobs.get_nowait()()
        for buffer in joined(buffers):
            self._connection.sendall(buffer)

    def _end(self) -> list[bytes]:
        self._is_ending = True
        return []

    def _ended(self, ended: Ended) -> list[bytes]:
        return [buffer for call, outcome in ended for buffer in self._outcome(call, outcome)]

    def _outcome(self, call: Call, outcome: Outcome) -> list[bytes]:
        assert isinstance(call, RemoteCall)
        if call.is_sent or call.packed.is_recalled:
            return []
        self._end_call(call)
        outcome.decode_ms = call.packed.decode_ms
        try:
            buffers = pack(Kind.OUTCOME, call.slot, *outcome_parts.to_parts(outcome))
        except Exception as error:  # a fault of ours must not cost the other calls their outcomes
            logger.error("Encountered Exception: %s", format_traceback(error))
            return pack(Kind.OUTCOME, call.slot, *outcome_parts.to_parts(Outcome(error=InternalError())))
        if outcome.payload is not None and outcome.payload.stream is not None:
            stream = outcome.payload.stream
            self._streams[call.slot] = _Streaming(stream)
            stream.wake_with(partial(self._jobs.put, partial(self._chunks, call.slot)))
            buffers += self._chunks(call.slot)
        return buffers

    def _returned(self, call: RemoteCall) -> list[bytes]:
        if call.is_sent:  # it had expired here, or been abandoned
            return []
        self._end_call(call)
        return pack(Kind.RETURNED, call.slot)

    def _end_call(self, call: RemoteCall) -> None:
        call.is_sent = True
        call.arguments = {}  # the call is kept until its slot gets another
        self.ended_calls += 1

    def _credited(self, slot: int, chunks: int) -> list[bytes]:
        if slot not in self._streams:
            return []
        self._streams[slot].credit += chunks
        return self._chunks(slot)

    def _chunks(self, slot: int) -> list[bytes]:
        """What may be sent of a stream now."""
        streaming = self._streams.get(slot)
        if streaming is None:
            return []
        stream = streaming.stream
        chunks = stream.take(streaming.credit)
        buffers: list[bytes] = []
        if not streaming.is_closed:
            streaming.credit -= len(chunks)
            buffers = [buffer for chunk in chunks for buffer in pack(Kind.CHUNK, slot, None, chunk)]
        if stream.is_taken:
            del self._streams[slot]
            buffers += pack(Kind.END, slot, stream.is_failed)
        return buffers

    def _close_stream(self, slot: int) -> list[bytes]:
        """Its client has gone: nothing is sent any more but the end."""
        if streaming := self._streams.get(slot):
            streaming.is_closed = True
            streaming.credit = CAPACITY
            streaming.stream.close()
        return self._chunks(slot)
