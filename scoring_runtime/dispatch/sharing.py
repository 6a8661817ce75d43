"""How many of the waiting calls a worker process gets at once: decided from numbers alone.

A worker with an idle thread always gets calls. Short calls share a hand-off, and the next ones are there before the
last have ended, so that the way between the processes costs little. A long one waits behind another only while more
wait than there are workers; if a worker becomes idle all the same, it is recalled.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# So much work may wait at a worker.
SHARE_MS = 2.0
MAX_SHORT_CALLS = 32
# For longer calls than this the way between the processes does not matter.
AHEAD_MS = 50.0
# Less work than this is not divided among workers: waking one costs some tenths of a millisecond.
WORTH_MS = 0.3
# A worker that has been silent for so long is at a long call, whatever those before it were like.
SILENCE_S = 0.005
# The weight of the last call in the mean.
_WEIGHT = 0.2


@dataclass(slots=True)
class Pace:
    """What a worker can take: `limit` calls share a run() on each of its `threads`, 1 if they are not merged."""

    threads: int
    limit: int = 1
    run_ms: float | None = None

    def add(self, run_ms: float) -> None:
        """A call has taken `run_ms`."""
        self.run_ms = run_ms if self.run_ms is None else self.run_ms + _WEIGHT * (run_ms - self.run_ms)

    def room(self, in_flight: int, silent_s: float, is_crowded: bool = False) -> int:
        """How many more calls may be sent while `in_flight` are there and nothing was heard for `silent_s`.

        `is_crowded` says that enough calls wait for all workers: then the next may be there before the last has ended.
        """
        run_ms = math.inf if self.run_ms is None else self.run_ms
        is_short = run_ms < SHARE_MS and silent_s < SILENCE_S
        if in_flight < self.threads or is_short:
            return max(0, self._depth() * self.threads - in_flight)
        is_next_wanted = is_crowded and run_ms < AHEAD_MS and silent_s < SILENCE_S + run_ms / 500
        return max(0, self.threads + 1 - in_flight) if is_next_wanted else 0

    @property
    def worth(self) -> int:
        """How many calls are worth waking another worker for."""
        return 1 if self.run_ms is None else max(1, int(WORTH_MS / max(self.run_ms, 0.001)))

    def _depth(self) -> int:
        run_ms = SHARE_MS if self.run_ms is None else max(self.run_ms, 0.001)
        if self.limit > 1:
            return self.limit if run_ms >= SHARE_MS else 2 * self.limit
        return max(1, min(MAX_SHORT_CALLS, int(SHARE_MS / run_ms)))


def fair_share(waiting: int, takers: int) -> int:
    """How many calls each of `takers` gets, if it has room for them."""
    return math.ceil(waiting / takers)
