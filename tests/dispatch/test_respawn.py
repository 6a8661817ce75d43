"""When a lost worker is replaced, and when no more."""

from __future__ import annotations

from scoring_runtime.dispatch.respawn import MAX_DELAY_S, MAX_FAILURES, WINDOW_S, Respawn


def fail(respawn: Respawn, now_s: float) -> None:
    respawn.lost(now_s, was_ready=False, lived_s=0.0, had_calls=False)


def test_a_worker_that_served_is_replaced_at_once_however_often() -> None:
    respawn = Respawn()
    for now_s in range(1000):
        respawn.lost(float(now_s), was_ready=True, lived_s=0.2, had_calls=True)
        assert (respawn.delay_s, respawn.is_hopeless) == (0.0, False)


def test_failing_starts_wait_twice_as_long_each_time_until_there_is_no_hope() -> None:
    respawn, delays = Respawn(), []
    for now_s in range(MAX_FAILURES):
        assert not respawn.is_hopeless
        fail(respawn, float(now_s))
        delays.append(respawn.delay_s)
    assert delays == [0.1, 0.2, 0.4, 0.8, 1.6]
    assert respawn.is_hopeless


def test_failures_are_forgotten() -> None:
    respawn = Respawn()
    for number in range(20):
        fail(respawn, number * WINDOW_S / 4)
        assert not respawn.is_hopeless
    respawn.lost(10 * WINDOW_S, was_ready=True, lived_s=100.0, had_calls=True)
    assert respawn.delay_s == 0.0


def test_workers_that_die_as_soon_as_they_are_ready_are_no_hot_loop_and_no_end() -> None:
    respawn, now_s, starts = Respawn(), 0.0, 0
    while now_s < WINDOW_S:
        respawn.lost(now_s, was_ready=True, lived_s=0.01, had_calls=False)
        assert not respawn.is_hopeless
        now_s += respawn.delay_s
        starts += 1
    assert starts < 15
    assert respawn.delay_s == MAX_DELAY_S
