"""Interrupts Python code on the main thread when its time is up, by the real-time interval timer.

The original server does the same, and scripts that catch TimeoutError count on it. Only the main thread can receive
the signal, and only Python bytecode can be interrupted: `dispatcher` answers the client when a native call goes on.
"""

from __future__ import annotations

import inspect
import signal
import threading
from types import FrameType
from typing import Any

# The C function below: the wrapper's conversion to and from enums takes longer than many a run().
_set_handler = inspect.unwrap(signal.signal)


class AlarmError(TimeoutError):
    """Raised inside run(). A script may catch it, as it could the original's TimeoutError."""


class Alarm:
    """`start()` and `stop()` around one call; elsewhere than on the main thread they do nothing.

    The handler that the script may have for its own alarms is put back in between.
    """

    def __init__(self, timeout_ms: int) -> None:
        self.timeout_ms = timeout_ms
        self._previous: Any = None
        self._is_usable = threading.current_thread() is threading.main_thread()

    def start(self) -> None:
        if self._is_usable:
            self._previous = _set_handler(signal.SIGALRM, self._ring)
            signal.setitimer(signal.ITIMER_REAL, self.timeout_ms / 1000)

    def stop(self) -> None:
        if self._is_usable:
            signal.setitimer(signal.ITIMER_REAL, 0)
            # None stands for a handler that was not set from Python; it cannot be put back.
            _set_handler(signal.SIGALRM, signal.SIG_DFL if self._previous is None else self._previous)

    def _ring(self, signum: int, frame: FrameType | None) -> None:
        raise AlarmError(f"run() did not return within {self.timeout_ms} ms")
