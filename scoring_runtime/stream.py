"""A streamed answer on its way from the runner's thread, where the script's generator runs, to the event loop.

Bounded: the runner waits when CAPACITY chunks are not written yet, and gives up when the client takes none of them
for STALL_S. It ends exactly once: with `is_failed` when the generator raised or the client stalled.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from time import perf_counter

from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback

logger = logging.getLogger(LOGGER)

CAPACITY = 16
STALL_S = 60.0


class Stream:
    """`pump` belongs to the runner's thread; `attach`, `take` and `close` to the event loop's.

    `generating_since_s` says since when (perf_counter) the generator has been at its next chunk, if it is.
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._ready: deque[bytes] = deque()
        self._room = threading.Semaphore(CAPACITY)
        self._wake: Callable[[], object] | None = None
        self._is_closed = False
        self.generating_since_s: float | None = None
        self.is_ended = False
        self.is_failed = False

    def pump(self) -> None:
        """Runs the generator to its end, or until the client has gone or stalls."""
        try:
            self.generating_since_s = perf_counter()
            for chunk in self._chunks:
                self.generating_since_s = None
                if not self._put(chunk):
                    self.is_failed = True
                    break
                self.generating_since_s = perf_counter()
        except BaseException as error:  # the script's generator may raise anything
            logger.error("Encountered Exception: %s", format_traceback(error))
            self.is_failed = True
        finally:
            self.generating_since_s = None
            self._close_generator()
            self.is_ended = True
            self._notify()

    def _put(self, chunk: bytes) -> bool:
        """False when nobody takes the chunk."""
        if not isinstance(chunk, bytes):
            raise TypeError(f"a streamed answer must yield str or bytes, not {type(chunk).__name__}")
        if chunk:
            if not self._room.acquire(timeout=STALL_S) or self._is_closed:
                return False
            self._ready.append(chunk)
            self._notify()
        return True

    def attach(self, loop: asyncio.AbstractEventLoop, on_ready: Callable[[], None]) -> None:
        """Calls `on_ready` on the loop now and whenever `take()` has something new to give."""
        self.wake_with(lambda: loop.call_soon_threadsafe(on_ready))
        on_ready()

    def wake_with(self, wake: Callable[[], object]) -> None:
        """Calls `wake` on the runner's thread whenever `take()` has something new to give, and at the end."""
        self._wake = wake

    @property
    def is_taken(self) -> bool:
        """Whether it has ended and every chunk was taken."""
        return self.is_ended and not self._ready

    def take(self, limit: int | None = None) -> list[bytes]:
        """The chunks that are ready, `limit` at most; `is_ended` read before says whether they are the last."""
        chunks: list[bytes] = []
        while self._ready and len(chunks) != limit:
            chunks.append(self._ready.popleft())
            self._room.release()
        return chunks

    def close(self) -> None:
        """The client has gone: lets the runner stop at the next chunk."""
        self._is_closed = True
        self._room.release()

    def _notify(self) -> None:
        if self._wake is None:
            return
        try:
            self._wake()
        except RuntimeError:  # the loop is closed: the server has stopped under the stream
            self._is_closed = True

    def _close_generator(self) -> None:
        close = getattr(self._chunks, "close", None)
        if close is None:
            return
        try:
            close()
        except BaseException as error:  # clean-up code of the script
            logger.error("Encountered Exception: %s", format_traceback(error))
