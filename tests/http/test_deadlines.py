"""One timer for all connections, on a clock that the test moves."""

from __future__ import annotations

from scoring_runtime.http.deadlines import BODY_MIN_BYTES_PER_S, SWEEP_INTERVAL_S, Sweeper, body_deadline_s
from tests.http.connection import ManualLoop


class Swept:
    """Notes when it was asked."""

    def __init__(self) -> None:
        self.asked_s: list[float] = []

    def enforce_deadlines(self, now_s: float) -> None:
        self.asked_s.append(now_s)


def pass_interval(loop: ManualLoop) -> None:
    loop.now_s += SWEEP_INTERVAL_S
    loop.turn()


def test_every_connection_once_per_interval_until_stopped(loop: ManualLoop) -> None:
    connections = {Swept(), Swept()}
    start_s = loop.now_s
    sweeper = Sweeper(loop, connections)
    loop.turn()
    pass_interval(loop)
    pass_interval(loop)
    sweeper.stop()
    pass_interval(loop)
    expected = [start_s + SWEEP_INTERVAL_S, start_s + 2 * SWEEP_INTERVAL_S]
    assert [each.asked_s for each in connections] == [expected, expected]


def test_connections_may_come_and_go_meanwhile(loop: ManualLoop) -> None:
    connections: set[Swept] = set()

    class Leaving(Swept):
        def enforce_deadlines(self, now_s: float) -> None:
            super().enforce_deadlines(now_s)
            connections.discard(self)

    leaving = [Leaving(), Leaving()]
    connections.update(leaving)
    sweeper = Sweeper(loop, connections)
    pass_interval(loop)
    pass_interval(loop)
    sweeper.stop()
    assert [len(each.asked_s) for each in leaving] == [1, 1]


def test_a_body_earns_time_at_the_lowest_rate() -> None:
    assert body_deadline_s(100.0, 0) == 100.0
    assert body_deadline_s(100.0, 10 * BODY_MIN_BYTES_PER_S) == 110.0
    assert body_deadline_s(float("inf"), 1) == float("inf")
