"""Which calls of a worker process have begun, and when: in memory that outlives the worker, whatever ends it.

The worker writes, the front process reads. A call whose worker died may only be run again if it had not begun. The
moments are perf_counter's, which is one clock for all processes of a machine.
"""

from __future__ import annotations

import mmap
import os
import tempfile

# How many calls a worker may have at once.
SLOTS = 1024
_SLOT_BYTES = 8
_NOT_BEGUN = 0.0
# Begun, so that it must not run elsewhere, but not being run at this moment.
_WAITS = -1.0


class StartTimes:
    """One moment per slot, in the file `fd`, which is shared and not closed here."""

    def __init__(self, fd: int) -> None:
        self._memory = mmap.mmap(fd, SLOTS * _SLOT_BYTES)
        self._moments = memoryview(self._memory).cast("d")

    def clear(self, slot: int) -> None:
        self._moments[slot] = _NOT_BEGUN

    def begin(self, slot: int) -> None:
        """From now on the call is this worker's alone."""
        self._moments[slot] = _WAITS

    def run(self, slot: int, started_s: float | None) -> None:
        """run() is at work on it since `started_s`; None: it waits again."""
        self._moments[slot] = _WAITS if started_s is None else started_s

    def has_begun(self, slot: int) -> bool:
        return self._moments[slot] != _NOT_BEGUN

    def started_s(self, slot: int) -> float | None:
        started_s: float = self._moments[slot]
        return started_s if started_s > 0 else None

    def close(self) -> None:
        self._moments.release()
        self._memory.close()


def create_file() -> int:
    """A descriptor of a file for StartTimes, without a name."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("start-times")
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.write(fd, bytes(SLOTS * _SLOT_BYTES))
    return fd
