"""The front process's end of a streamed answer whose generator runs in a worker.

The worker may send as many chunks as it has credit for. Each chunk that the client takes gives it credit for one more.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from scoring_runtime.dispatch.frames import FrameError
from scoring_runtime.stream import CAPACITY, Stream


class RemoteStream(Stream):
    """A Stream that is filled on the loop's thread; `grant` and `on_close` tell the worker.

    `closed_s` says since when (perf_counter) nobody reads it, if that is before its end.
    """

    def __init__(self, grant: Callable[[int], None], on_close: Callable[[], None]) -> None:
        super().__init__(iter(()))
        self._grant = grant
        self._on_close = on_close
        self._credit = CAPACITY
        self.closed_s: float | None = None

    def add(self, chunk: bytes) -> None:
        """Raises FrameError when the worker sends more than it may."""
        if self._credit == 0:
            raise FrameError("more chunks than there is credit for")
        self._credit -= 1
        if not self._is_closed:
            self._ready.append(chunk)
            self._notify()

    def end(self, is_failed: bool) -> None:
        self.is_failed = is_failed
        self.is_ended = True
        self._notify()

    def take(self, limit: int | None = None) -> list[bytes]:
        chunks = super().take(limit)
        if chunks and not self.is_ended:
            self._credit += len(chunks)
            self._grant(len(chunks))
        return chunks

    def close(self) -> None:
        super().close()
        self._ready.clear()
        if not self.is_ended and self.closed_s is None:
            self.closed_s = perf_counter()
            self._on_close()
