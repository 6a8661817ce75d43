"""When a lost worker is replaced, and when there is no point any more: decided from moments alone.

The first replacement comes at once. While workers end without having become ready, the next ones wait, twice as long
each time; MAX_FAILURES of them within WINDOW_S are enough.
"""

from __future__ import annotations

WINDOW_S = 60.0
MAX_FAILURES = 5
FIRST_DELAY_S = 0.1
MAX_DELAY_S = 10.0
# A worker that dies of itself within this time, before it had a call, would be replaced without end.
EARLY_S = 1.0


class Respawn:
    """The memory of one pool."""

    def __init__(self) -> None:
        self._failures_s: list[float] = []
        self._early_losses_s: list[float] = []

    def lost(self, now_s: float, was_ready: bool, lived_s: float, had_calls: bool) -> None:
        """A worker has ended that nobody had told to; `lived_s` counts from when it was ready."""
        if not was_ready:
            self._failures_s.append(now_s)
        elif lived_s < EARLY_S and not had_calls:
            self._early_losses_s.append(now_s)
        self._failures_s = _recent(self._failures_s, now_s)
        self._early_losses_s = _recent(self._early_losses_s, now_s)

    @property
    def is_hopeless(self) -> bool:
        return len(self._failures_s) >= MAX_FAILURES

    @property
    def delay_s(self) -> float:
        """How long to wait before the next start."""
        in_a_row = len(self._failures_s) + len(self._early_losses_s)
        return min(MAX_DELAY_S, FIRST_DELAY_S * 2.0 ** (in_a_row - 1)) if in_a_row else 0.0


def _recent(moments_s: list[float], now_s: float) -> list[float]:
    return [moment_s for moment_s in moments_s if now_s - moment_s < WINDOW_S][-64:]
