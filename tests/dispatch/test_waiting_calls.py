"""Calls that wait for a worker, and those of them that nobody waits for."""

from __future__ import annotations

from scoring_runtime.call import Call, Outcome
from scoring_runtime.dispatch.thread_runner import Ended
from scoring_runtime.dispatch.waiting_calls import WaitingCalls
from tests.dispatch.calls import SentCall, shown

NOW_S = 100.0


def waiting(*calls: Call) -> WaitingCalls:
    queue = WaitingCalls()
    for call in calls:
        queue.append(call)
    return queue


def names(refused: Ended) -> list[bytes | str]:
    return [shown(outcome) for _, outcome in refused]


def unwanted() -> list[SentCall]:
    """One whose client has gone, one whose time is over, and one that was answered already."""
    gone, late, answered = SentCall(), SentCall(), SentCall()
    gone.abandoned = True
    late.expires_s = NOW_S - 1
    answered.end(Outcome())
    return [gone, late, answered]


def test_first_come_first_served_and_what_comes_back_is_next() -> None:
    one, two, three, four = (SentCall() for _ in range(4))
    queue = waiting(one, two)
    refused: Ended = []
    assert queue.take(1, NOW_S, refused) == [one]
    queue.put_back([three, four])
    assert queue.take(5, NOW_S, refused) == [three, four, two]
    assert (len(queue), refused) == (0, [])


def test_what_nobody_waits_for_is_not_taken_and_does_not_count() -> None:
    wanted, refused = SentCall(), list[tuple[Call, Outcome]]()
    assert waiting(*unwanted(), wanted).take(1, NOW_S, refused) == [wanted]
    assert names(refused) == ["ClientGoneError", "DeadlineError", "ClientGoneError"]


def test_weeding_leaves_the_others_in_their_order() -> None:
    one, two, refused = SentCall(), SentCall(), list[tuple[Call, Outcome]]()
    queue = waiting(one, *unwanted(), two)
    queue.weed(NOW_S, refused)
    assert len(refused) == 3
    assert queue.take(5, NOW_S, refused) == [one, two]
