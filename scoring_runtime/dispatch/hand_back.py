"""Outcomes on their way from a runner's thread to the event loop's: many in one wake-up, none kept waiting.

The first outcome wakes the loop; those that follow until the loop gets to run come along. Short calls thus share a
wake-up without any rule for how long one may wait for the next, and a long call never holds up an earlier answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.dispatch.thread_runner import Ended
from scoring_runtime.telemetry.loggers import LOGGER

logger = logging.getLogger(LOGGER)


class HandBack:
    """Called with what has ended, from any thread; gives it to `dispatcher` on the loop's."""

    def __init__(self, loop: asyncio.AbstractEventLoop, dispatcher: Dispatcher) -> None:
        self._loop = loop
        self._dispatcher = dispatcher
        self._ended: deque[Ended] = deque()
        self._is_wake_pending = False

    def __call__(self, ended: Ended) -> None:
        self._ended.append(ended)
        if self._is_wake_pending:
            return
        self._is_wake_pending = True
        try:
            self._loop.call_soon_threadsafe(self._take_back)
        except RuntimeError:
            # The loop is closed: the drain was cut short, and these calls were answered with 503.
            logger.warning("%s calls ended after the server had stopped.", len(ended))

    def _take_back(self) -> None:
        # Cleared first: what is added from here on wakes the loop again.
        self._is_wake_pending = False
        while self._ended:
            self._dispatcher.take_back(self._ended.popleft())
