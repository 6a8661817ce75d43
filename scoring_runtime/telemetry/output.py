"""Standard output and error as streams that never block who writes to them.

Each write puts its bytes into an inbox and settles: under a lock, the inbox goes to the bounded backlog and
the backlog to the sink, as far as that takes bytes now. The lock is re-entrant because a signal handler may
write on top of a write of its own thread; it then only leaves its bytes in the inbox, and the frame below
takes them. What cannot be written waits for the next write, `pump()` (the event loop calls it now and then)
or `drain()` (at exit). A forked child starts with an empty backlog and a new lock: what waited is the
parent's to write.
"""

from __future__ import annotations

import io
import os
import threading
import time
import weakref
from collections import deque

from scoring_runtime.telemetry.backlog import Backlog
from scoring_runtime.telemetry.sink import Sink

LIMIT_BYTES = 1024 * 1024


class BoundedWriter(io.TextIOBase):
    """A text stream over `fd` that keeps up to `limit_bytes` for a slow reader and then drops whole lines."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, fd: int, limit_bytes: int = LIMIT_BYTES) -> None:
        self._fd = fd
        self._sink = Sink(fd)
        self._limit_bytes = limit_bytes
        self._start_empty()
        os.register_at_fork(after_in_child=_Reset(self))

    @property
    def dropped_lines(self) -> int:
        """How many lines found no room so far."""
        return self._backlog.dropped_lines

    @property
    def waiting_bytes(self) -> int:
        """How many bytes wait for the reader."""
        return len(self._backlog.waiting)

    def write(self, text: str) -> int:
        """Write at once what the reader takes, keep or drop the rest; never wait, never raise."""
        if text:
            self._inbox.append(text.encode(self.encoding, self.errors))
            self._settle()
        return len(text)

    def flush(self) -> None:
        """Try once to write what waits."""
        if self._backlog.waiting:
            self._settle()

    def pump(self) -> int:
        """Write what waits as far as possible; how many bytes still wait."""
        self.flush()
        return self.waiting_bytes

    def drain(self, timeout_s: float) -> bool:
        """Wait until all is written, at most `timeout_s`; whether it is."""
        deadline_s = time.monotonic() + timeout_s
        while self.pump():
            remaining_s = deadline_s - time.monotonic()
            if remaining_s <= 0:
                return False
            self._sink.wait_writable(remaining_s)
        return True

    def isatty(self) -> bool:
        """Whether the file is a terminal."""
        return os.isatty(self._fd)

    def fileno(self) -> int:
        """The descriptor that was given."""
        return self._fd

    def writable(self) -> bool:
        """Always, even when nobody reads."""
        return True

    def _start_empty(self) -> None:
        self._backlog = Backlog(self._limit_bytes)
        self._inbox: deque[bytes] = deque()
        self._lock = threading.RLock()
        self._is_settling = False

    def _settle(self) -> None:
        with self._lock:
            if self._is_settling:
                return
            self._settle_once()
            while self._inbox:
                self._settle_once()

    def _settle_once(self) -> None:
        self._is_settling = True
        try:
            while self._inbox:
                self._backlog.add(self._inbox.popleft())
            self._write_out()
        finally:
            self._is_settling = False

    def _write_out(self) -> None:
        backlog = self._backlog
        try:
            while backlog.waiting:
                size_bytes = self._sink.try_write(backlog.waiting)
                if not size_bytes:
                    return
                backlog.take(size_bytes)
        except OSError as error:
            # A TimeoutError that a script's alarm raises in here is an OSError too, but without a number.
            if error.errno is None:
                raise
            backlog.discard()


class _Reset:
    """Empties a writer in a forked child, without keeping the writer alive."""

    def __init__(self, writer: BoundedWriter) -> None:
        self._writer = weakref.ref(writer)

    def __call__(self) -> None:
        writer = self._writer()
        if writer is not None:
            writer._start_empty()
