"""Whether one more call may wait. Bounded by calls and by bytes, decided from numbers alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scoring_runtime.errors import OverloadError

# A client that is told to come back later than this might as well be told nothing.
MAX_RETRY_AFTER_S = 60


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """How much may wait for a runner: `max_calls` calls and `max_bytes` bytes of request bodies."""

    max_calls: int
    max_bytes: int


def retry_after_s(waiting_calls: int, ended_per_s: float | None) -> int:
    """Whole seconds until the queue should have drained at the measured rate, at least 1; 1 if there is no rate."""
    if ended_per_s is None:
        return 1
    if ended_per_s <= 0:
        return 1 if waiting_calls == 0 else MAX_RETRY_AFTER_S
    return min(MAX_RETRY_AFTER_S, max(1, math.ceil(waiting_calls / ended_per_s)))


def admit(
    limits: QueueLimits, waiting_calls: int, waiting_bytes: int, size_bytes: int, ended_per_s: float | None
) -> OverloadError | None:
    """None if a call of `size_bytes` may wait too, else the error to answer with.

    A call always fits into an empty queue, whatever its size: the body limit is another limit.
    """
    if waiting_calls >= limits.max_calls:
        reason, what = "queue_full_calls", f"{waiting_calls} calls are in it already (limit {limits.max_calls})"
    elif waiting_calls and waiting_bytes + size_bytes > limits.max_bytes:
        reason, what = "queue_full_bytes", f"{waiting_bytes} bytes are in it already (limit {limits.max_bytes})"
    else:
        return None
    pause_s = retry_after_s(waiting_calls, ended_per_s)
    return OverloadError(f"The server is full: {what}. Retry after {pause_s} s.", pause_s, reason)
