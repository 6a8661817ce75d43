"""Interrupts Python code on the main thread when its time is up, by the real-time interval timer.

The original server does the same, and scripts that catch TimeoutError count on it. Only the main thread can receive
the signal, and only Python bytecode can be interrupted: `dispatcher` answers the client when a native call goes on.

Setting a timer and a handler for each call would take longer than many a run(), and so would looking whether they are
still set. So a timer that runs is left to run, and when it rings, it is set again for what the call of that moment has
left; whether it runs is looked at every CHECK_S. A script that uses the timer or the signal itself takes them away,
as in the original, until a call begins after that; `interrupt` then does what the timer does not.
"""

from __future__ import annotations

import signal
import threading
from time import perf_counter
from types import FrameType

# The C function behind signal.getsignal, whose conversion to an enum takes longer than all else here.
_get_handler = signal._signal.getsignal  # type: ignore[attr-defined]  # in no stub
_SIGALRM = int(signal.SIGALRM)
CHECK_S = 0.005
# An alarm that has not rung by then is not going to.
LATE_S = 0.1


class AlarmError(TimeoutError):
    """Raised inside run(). A script may catch it, as it could the original's TimeoutError."""


class Alarm:
    """`start()` and `stop()` around one call; elsewhere than on the main thread they do nothing."""

    def __init__(self, timeout_ms: int) -> None:
        self.timeout_ms = timeout_ms
        self._timeout_s = timeout_ms / 1000
        self._started_s = 0.0
        self._is_running = False
        self._checked_s = 0.0
        self._handler = self._ring

    def start(self, now_s: float) -> None:
        self._started_s = now_s
        self._is_running = True
        if now_s - self._checked_s >= CHECK_S:
            self._check(now_s)

    def _check(self, now_s: float) -> None:
        self._checked_s = now_s
        is_set = signal.getitimer(signal.ITIMER_REAL)[0] > 0.0 and _get_handler(_SIGALRM) is self._handler
        if not is_set and threading.current_thread() is threading.main_thread():
            signal.signal(_SIGALRM, self._handler)
            signal.setitimer(signal.ITIMER_REAL, self._timeout_s)

    def stop(self) -> None:
        self._is_running = False

    def interrupt(self, now_s: float) -> None:
        """From another thread: rings for a call whose time is over, should the timer have been taken away."""
        late_s = now_s - self._started_s - self._timeout_s
        if self._is_running and late_s > LATE_S and _get_handler(_SIGALRM) == self._handler:
            signal.pthread_kill(threading.main_thread().ident or 0, _SIGALRM)

    def _ring(self, signum: int, frame: FrameType | None) -> None:
        self._checked_s = 0.0  # the timer has run out
        if not self._is_running:
            return
        left_s = self._started_s + self._timeout_s - perf_counter()
        if left_s <= 0:
            raise AlarmError(f"run() did not return within {self.timeout_ms} ms")
        signal.setitimer(signal.ITIMER_REAL, left_s)
