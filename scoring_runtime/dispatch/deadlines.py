"""Which calls in flight are to be answered now, although no runner has ended them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scoring_runtime.call import Call, Outcome
from scoring_runtime.dispatch.thread_runner import expired
from scoring_runtime.errors import RunTimeoutError, UnavailableError

# The alarm needs the interpreter to run a bytecode; after this long it will not get to.
GRACE_S = 0.5
STUCK = "run() is stuck: every runner is occupied by a call that is past its time-out."
STUCK_RETRY_S = 5


def stuck() -> UnavailableError:
    return UnavailableError(STUCK, STUCK_RETRY_S, reason="stuck")


def due(calls: Iterable[Call], now_s: float, timeout_ms: int, is_stuck: bool) -> Iterator[tuple[Call, Outcome]]:
    """Calls that wait past their deadline, or behind runners that are all stuck, and those past their time-out."""
    late_s = now_s - timeout_ms / 1000 - GRACE_S
    for call in calls:
        if call.ended:
            continue
        if call.started_s is not None:
            if call.started_s < late_s:
                yield call, Outcome(error=RunTimeoutError(timeout_ms))
        elif call.expires_s < now_s:
            yield call, Outcome(error=expired())
        elif is_stuck:
            yield call, Outcome(error=stuck())
