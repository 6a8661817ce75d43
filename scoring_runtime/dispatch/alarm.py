"""Interrupts Python code on the main thread when its time is up, by the real-time interval timer.

The original server does the same, and scripts that catch TimeoutError count on it. Only the main thread can receive
the signal, and only Python bytecode can be interrupted: `dispatcher` answers the client when a native call goes on.

Setting a timer and a handler for each call would take longer than many a run(). So a timer that runs is left to run,
and when it rings, it is set again for what the call of that moment has left. A script that uses the timer or the
signal itself takes them away, as in the original, until the next call begins.
"""

from __future__ import annotations

import signal
import threading
from time import perf_counter
from types import FrameType

# The C function behind signal.getsignal, whose conversion to an enum takes longer than all else here.
_get_handler = signal._signal.getsignal  # type: ignore[attr-defined]
_SIGALRM = int(signal.SIGALRM)


class AlarmError(TimeoutError):
    """Raised inside run(). A script may catch it, as it could the original's TimeoutError."""


class Alarm:
    """`start()` and `stop()` around one call; elsewhere than on the main thread they do nothing."""

    def __init__(self, timeout_ms: int) -> None:
        self.timeout_ms = timeout_ms
        self._timeout_s = timeout_ms / 1000
        self._started_s = 0.0
        self._is_running = False
        self._handler = self._ring

    def start(self) -> None:
        self._started_s = perf_counter()
        self._is_running = True
        is_set = signal.getitimer(signal.ITIMER_REAL)[0] > 0.0 and _get_handler(_SIGALRM) is self._handler
        if not is_set and threading.current_thread() is threading.main_thread():
            signal.signal(_SIGALRM, self._handler)
            signal.setitimer(signal.ITIMER_REAL, self._timeout_s)

    def stop(self) -> None:
        self._is_running = False

    def _ring(self, signum: int, frame: FrameType | None) -> None:
        if not self._is_running:
            return
        left_s = self._started_s + self._timeout_s - perf_counter()
        if left_s <= 0:
            raise AlarmError(f"run() did not return within {self.timeout_ms} ms")
        signal.setitimer(signal.ITIMER_REAL, left_s)
