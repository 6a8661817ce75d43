"""Interrupts Python code on the main thread when its time is up, by the real-time interval timer.

The original server does the same, and scripts that catch TimeoutError count on it. Only the main thread can receive
the signal, and only Python bytecode can be interrupted: `dispatcher` answers the client when a native call goes on.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType


class AlarmError(TimeoutError):
    """Raised inside run(). A script may catch it, as it could the original's TimeoutError."""


class Alarm:
    """`start()` and `stop()` around one call; elsewhere than on the main thread they do nothing."""

    def __init__(self, timeout_ms: int) -> None:
        self.timeout_ms = timeout_ms
        self._is_usable = threading.current_thread() is threading.main_thread()
        if self._is_usable:
            signal.signal(signal.SIGALRM, self._ring)

    def start(self) -> None:
        if self._is_usable:
            signal.setitimer(signal.ITIMER_REAL, self.timeout_ms / 1000)

    def stop(self) -> None:
        if self._is_usable:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, signum: int, frame: FrameType | None) -> None:
        raise AlarmError(f"run() did not return within {self.timeout_ms} ms")
