"""Who may wait: tables at, below and above the limits."""

from __future__ import annotations

import pytest

from scoring_runtime.dispatch.admission import MAX_RETRY_AFTER_S, QueueLimits, admit, retry_after_s

LIMITS = QueueLimits(max_calls=3, max_bytes=100)


@pytest.mark.parametrize(
    ("waiting_calls", "waiting_bytes", "size_bytes"),
    [
        pytest.param(0, 0, 0, id="empty queue"),
        pytest.param(2, 0, 0, id="one call below the limit"),
        pytest.param(1, 60, 40, id="exactly the bytes of the limit"),
        pytest.param(0, 0, 101, id="a call too large for any queue fits into an empty one"),
    ],
)
def test_admitted(waiting_calls: int, waiting_bytes: int, size_bytes: int) -> None:
    assert admit(LIMITS, waiting_calls, waiting_bytes, size_bytes, ended_per_s=1.0) is None


@pytest.mark.parametrize(
    ("waiting_calls", "waiting_bytes", "size_bytes", "what"),
    [
        pytest.param(3, 0, 0, "3 calls are in it already (limit 3)", id="at the limit of calls"),
        pytest.param(4, 0, 0, "4 calls are in it already (limit 3)", id="above the limit of calls"),
        pytest.param(1, 60, 41, "60 bytes are in it already (limit 100)", id="one byte too many"),
        pytest.param(1, 101, 0, "101 bytes are in it already (limit 100)", id="above the limit of bytes"),
        pytest.param(3, 101, 0, "3 calls are in it already (limit 3)", id="both limits"),
    ],
)
def test_refused_with_the_reason(waiting_calls: int, waiting_bytes: int, size_bytes: int, what: str) -> None:
    error = admit(LIMITS, waiting_calls, waiting_bytes, size_bytes, ended_per_s=1.0)
    assert error is not None
    assert error.status == 429
    assert error.reason == ("queue_full_bytes" if "bytes" in what else "queue_full_calls")
    assert str(error) == f"The server is full: {what}. Retry after {error.retry_after_s} s."


@pytest.mark.parametrize(
    ("waiting_calls", "ended_per_s", "expected_s"),
    [
        pytest.param(10, 10.0, 1, id="one second's worth"),
        pytest.param(11, 10.0, 2, id="rounded up"),
        pytest.param(1, 1000.0, 1, id="never less than a second"),
        pytest.param(0, 5.0, 1, id="nothing waits"),
        pytest.param(1000, 1.0, MAX_RETRY_AFTER_S, id="bounded"),
        pytest.param(1, 0.0, MAX_RETRY_AFTER_S, id="nothing ends"),
        pytest.param(0, 0.0, 1, id="nothing waits and nothing ended yet"),
    ],
)
def test_retry_after_is_when_the_queue_has_drained(waiting_calls: int, ended_per_s: float, expected_s: int) -> None:
    assert retry_after_s(waiting_calls, ended_per_s) == expected_s


def test_the_refusal_carries_the_pause() -> None:
    error = admit(LIMITS, 3, 0, 0, ended_per_s=0.5)
    assert error is not None
    assert error.retry_after_s == 6
