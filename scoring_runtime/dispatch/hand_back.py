"""Outcomes on their way from a runner's thread to the event loop's: many in one wake-up, none kept waiting.

Waking the loop costs two switches between threads. A runner that has more calls waiting therefore does it at most
every SHARE_S, and otherwise when it has none left. Should the next call turn out to be a long one, the dispatcher's
tick fetches what was left behind.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from time import perf_counter

from scoring_runtime.call import Call, Outcome
from scoring_runtime.dispatch.thread_runner import Ended
from scoring_runtime.telemetry.loggers import LOGGER

logger = logging.getLogger(LOGGER)

# Some ten short calls, or less than anybody notices.
SHARE_S = 0.0005


class HandBack:
    """Called with what has ended, from any thread; gives it to `take_back` on the loop's."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        take_back: Callable[[Ended], None],
        has_more: Callable[[], bool] = lambda: False,
    ) -> None:
        self._loop = loop
        self._take_back = take_back
        self._has_more = has_more
        self._ended: deque[tuple[Call, Outcome]] = deque()
        self._is_wake_pending = False
        self._woken_s = 0.0

    def __call__(self, ended: Ended) -> None:
        self._ended.extend(ended)
        if self._is_wake_pending:
            return
        now_s = perf_counter()
        if now_s - self._woken_s < SHARE_S and self._has_more():
            return
        self._woken_s = now_s
        self._is_wake_pending = True
        try:
            self._loop.call_soon_threadsafe(self.fetch)
        except RuntimeError:
            # The loop is closed: the drain was cut short, and these calls were answered with 503.
            logger.warning("%s calls ended after the server had stopped.", len(ended))
        except BaseException:
            # A signal handler of the script has raised here: the next outcome must wake the loop instead.
            self._is_wake_pending = False
            raise

    def fetch(self) -> None:
        """On the loop's thread: takes what is there, with or without a wake-up."""
        # Cleared first: what is added from here on wakes the loop again.
        self._is_wake_pending = False
        waiting = self._ended
        if waiting:
            self._take_back([waiting.popleft() for _ in range(len(waiting))])
