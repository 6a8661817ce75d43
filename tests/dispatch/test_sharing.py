"""How many calls a worker gets at once."""

from __future__ import annotations

import pytest

from scoring_runtime.dispatch.sharing import MAX_SHORT_CALLS, SHARE_MS, SILENCE_S, Pace, fair_share


def paced(run_ms: float, threads: int = 1, limit: int = 1) -> Pace:
    pace = Pace(threads, limit)
    pace.add(run_ms)
    return pace


def test_a_worker_of_which_nothing_is_known_gets_one_call_per_thread() -> None:
    assert Pace(threads=3).room(in_flight=0, silent_s=0.0) == 3
    assert Pace(threads=3).room(in_flight=2, silent_s=0.0) == 1
    assert Pace(threads=3).room(in_flight=3, silent_s=0.0) == 0


@pytest.mark.parametrize("run_ms", [SHARE_MS, 5.0, 1000.0])
def test_a_long_call_never_waits_behind_another(run_ms: float) -> None:
    assert paced(run_ms).room(0, 0.0) == 1
    assert paced(run_ms).room(1, 0.0) == 0


def test_where_more_wait_than_there_are_workers_the_next_is_sent_ahead() -> None:
    assert paced(5.0).room(1, 0.005, is_crowded=True) == 1
    assert paced(5.0).room(2, 0.005, is_crowded=True) == 0
    assert paced(5.0).room(1, 0.1, is_crowded=True) == 0
    assert paced(100.0).room(1, 0.005, is_crowded=True) == 0
    assert Pace(threads=1).room(1, 0.0, is_crowded=True) == 0


def test_short_calls_share_a_hand_off_and_the_next_come_before_they_have_ended() -> None:
    assert paced(0.5).room(0, 0.0) == 4
    assert paced(0.5).room(1, 0.0) == 3
    assert paced(0.5).room(4, 0.0) == 0
    assert paced(0.0001).room(0, 0.0) == MAX_SHORT_CALLS


def test_nothing_more_for_a_worker_that_has_gone_silent() -> None:
    assert paced(0.5).room(1, SILENCE_S) == 0
    assert paced(0.5).room(0, SILENCE_S) == 4


def test_merged_calls_come_up_to_the_limit() -> None:
    assert paced(50.0, limit=64).room(0, 0.0) == 64
    assert paced(50.0, limit=64).room(1, 0.0) == 0
    assert paced(0.1, limit=64).room(64, 0.0) == 64


def test_one_long_call_after_many_short_ones_is_noticed() -> None:
    pace = paced(0.1)
    pace.add(100.0)
    assert pace.room(0, 0.0) == 1
    for _ in range(30):
        pace.add(0.1)
    assert pace.room(0, 0.0) > 1


@pytest.mark.parametrize(("run_ms", "calls"), [(0.04, 7), (0.14, 2), (0.3, 1), (50.0, 1)])
def test_a_little_work_is_not_divided(run_ms: float, calls: int) -> None:
    assert paced(run_ms).worth == calls
    assert Pace(threads=1).worth == 1


@pytest.mark.parametrize(("waiting", "takers", "share"), [(1, 2, 1), (2, 2, 1), (16, 2, 8), (17, 2, 9)])
def test_fair_share(waiting: int, takers: int, share: int) -> None:
    assert fair_share(waiting, takers) == share
