"""Warnings about a fault that may last: one of a kind at most every ten seconds."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from scoring_runtime.telemetry.loggers import LOGGER

INTERVAL_S = 10.0


class SparseLog:
    """Logs the first warning of each kind, then at most one per interval."""

    def __init__(self, interval_s: float = INTERVAL_S, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._interval_s = interval_s
        self._clock_s = clock_s
        self._logger = logging.getLogger(LOGGER)
        self._last_s: dict[str, float] = {}

    def warn(self, message: str, *values: object) -> None:
        """Log `message % values`, unless the same message was logged a short while ago."""
        now_s = self._clock_s()
        if now_s - self._last_s.get(message, -self._interval_s) >= self._interval_s:
            self._last_s[message] = now_s
            self._logger.warning(message, *values)
