"""300 slow-loris connections against a shorter deadline; the long form has 1,000, the real one, and the clock."""

from __future__ import annotations

from tests.faults.slow_connections import prove

CONNECTIONS = 300
DEADLINE_S = 1.5


def test_slow_connections_end_at_the_deadline_and_harm_nobody() -> None:
    siege = prove(CONNECTIONS, DEADLINE_S)
    assert not siege.findings, siege.findings
