"""How many calls end per second, as a moving average over whole windows of time."""

from __future__ import annotations

WINDOW_S = 1.0
# Nothing ended and nobody asked for so long: there was nothing to do, which says nothing about the rate.
IDLE_S = 10.0


class DrainRate:
    """Counts ended calls; `per_s(now)` is the rate of the last full windows, smoothed by half each time."""

    def __init__(self, now_s: float) -> None:
        self._window_start_s = now_s
        self._count = 0
        self._per_s: float | None = None

    def add(self, count: int, now_s: float) -> None:
        self._roll(now_s)
        self._count += count

    def per_s(self, now_s: float) -> float | None:
        """None as long as nothing has ended that could tell."""
        self._roll(now_s)
        elapsed_s = now_s - self._window_start_s
        if self._per_s is None:
            return self._count / elapsed_s if self._count and elapsed_s > 0 else None
        return self._per_s

    def _roll(self, now_s: float) -> None:
        elapsed_s = now_s - self._window_start_s
        if elapsed_s < WINDOW_S:
            return
        if self._count or (self._per_s is not None and elapsed_s < IDLE_S):
            latest = self._count / elapsed_s
            self._per_s = latest if self._per_s is None else (self._per_s + latest) / 2
        self._window_start_s, self._count = now_s, 0
