"""One file descriptor that is written without ever waiting for its reader.

O_NONBLOCK belongs to the open file, which is shared with the parent's terminal and with child processes, so
it is never set here. A pipe or a terminal is opened a second time through /proc instead, and that twin is
non-blocking. Where it cannot be opened, poll() is asked first: once POLLOUT is set, a write of at most
PIPE_BUF bytes does not wait (unless another process fills the pipe in between, or a terminal has less
room). Pieces are whole lines of at most PIPE_BUF bytes, because only those are kept in one piece by a pipe
with several writers. Regular files take everything at once. The descriptor is always our own, so a script
that closes the original cannot send the log into whatever gets the same number next.
"""

from __future__ import annotations

import os
import select
import stat
import weakref

_TWIN_FLAGS = os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


class Sink:
    """Takes bytes if, and only if, they can be written now."""

    def __init__(self, fd: int) -> None:
        self._fd, self._has_reader, self._must_poll = _open_own(fd)
        if self._fd >= 0:
            weakref.finalize(self, os.close, self._fd).atexit = False

    def try_write(self, waiting: bytearray) -> int:
        """Write from the start of `waiting`; how many bytes went, 0 if none can now, OSError if never."""
        if not self._has_reader:
            return os.write(self._fd, waiting)
        if self._must_poll and not self.wait_writable(0):
            return 0
        try:
            return os.write(self._fd, _whole_lines(waiting))
        except BlockingIOError:
            return 0

    def wait_writable(self, timeout_s: float) -> bool:
        """Wait until a write can be tried, or until the time is up."""
        # poll() objects refuse to be used by two threads at once, hence a new one each time.
        poll = select.poll()
        poll.register(self._fd, select.POLLOUT)
        return bool(poll.poll(timeout_s * 1000))


def _open_own(fd: int) -> tuple[int, bool, bool]:
    """A descriptor of our own for the same file, whether it has a reader to wait for, and whether to poll."""
    try:
        mode = os.fstat(fd).st_mode
        has_reader = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(fd)
        twin = _open_twin(fd) if has_reader and not stat.S_ISSOCK(mode) else None
        return (os.dup(fd), has_reader, has_reader) if twin is None else (twin, True, False)
    except OSError:
        return -1, False, False


def _open_twin(fd: int) -> int | None:
    try:
        return os.open(f"/proc/self/fd/{fd}", _TWIN_FLAGS)
    except OSError:
        return None


def _whole_lines(waiting: bytearray) -> bytearray:
    if len(waiting) <= select.PIPE_BUF:
        return waiting
    end = waiting.rfind(b"\n", 0, select.PIPE_BUF) + 1
    return waiting[: end or select.PIPE_BUF]
