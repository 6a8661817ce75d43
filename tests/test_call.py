"""A call ends exactly once."""

from __future__ import annotations

import pytest

from scoring_runtime import stream as stream_module
from scoring_runtime.call import Call, Outcome, Payload
from scoring_runtime.stream import Stream


def test_the_first_outcome_counts() -> None:
    outcomes: list[Outcome] = []
    call = Call({"data": 1}, outcomes.append)
    first = Outcome(Payload(b"1"))
    assert not call.ended
    call.end(first)
    call.end(Outcome(Payload(b"2")))
    assert outcomes == [first]
    assert call.ended


def test_it_has_ended_when_on_end_is_told() -> None:
    seen: list[bool] = []
    call = Call({}, lambda outcome: seen.append(call.ended))
    call.end(Outcome())
    assert seen == [True]


def test_an_on_end_that_raises_is_not_called_again() -> None:
    told: list[Outcome] = []

    def on_end(outcome: Outcome) -> None:
        told.append(outcome)
        raise ValueError

    call = Call({}, on_end)
    for _ in range(2):
        try:
            call.end(Outcome())
        except ValueError:
            assert len(told) == 1
    assert len(told) == 1


def test_calls_are_told_apart_by_identity() -> None:
    one, other = Call({}, print), Call({}, print)
    assert one != other
    assert len({one, other}) == 2


def test_a_stream_that_comes_too_late_is_closed_and_its_generator_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "STALL_S", 0.01)
    stream = Stream(iter([b"x"] * 100))
    call = Call({}, lambda outcome: None)
    call.end(Outcome())
    call.end(Outcome(Payload(b"", stream=stream)))
    stream.pump()
    assert stream.take() == []
