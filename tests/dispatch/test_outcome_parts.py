"""Outcomes on their way between processes: the same on the other side, and nothing is believed."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from scoring_runtime import errors
from scoring_runtime.call import Outcome, Payload
from scoring_runtime.dispatch.frames import FrameError
from scoring_runtime.dispatch.outcome_parts import from_parts, to_parts
from scoring_runtime.errors import AnswerError, OverloadError, RunTimeoutError, SettledError
from scoring_runtime.stream import Stream

TIMES = [1.0, 0.0, 0.0, 0.0, 1]


class OwnError(AnswerError):
    """A script's own error, with content of its own."""

    status = 418
    run_failed = True

    def content(self) -> Any:
        return {"own": [1, 2**70, "ü"]}


def sent(outcome: Outcome) -> Outcome:
    meta, body = to_parts(outcome)
    found, is_streamed = from_parts(orjson.loads(orjson.dumps(meta)), body)
    assert not is_streamed
    return found


def test_a_payload_and_its_times() -> None:
    outcome = Outcome(Payload(b"[1]"), None, 1.5, 2.5, 3.5, 7, 4.5)
    assert sent(outcome) == outcome


def test_a_scripts_own_response() -> None:
    headers = [(b"x-a", b"\xe4"), (b"x-a", b"2")]
    assert sent(Outcome(Payload(b"\0\xff", 204, headers))).payload == Payload(b"\0\xff", 204, headers)


def test_a_streamed_answer_is_told() -> None:
    outcome, is_streamed = from_parts(*to_parts(Outcome(Payload(b"", 200, [], Stream(iter(()))))))
    assert is_streamed
    assert outcome.payload == Payload(b"", 200, [])


PLAIN = [
    errors.RunError(),
    RunTimeoutError(5),
    errors.InputError("too \ud800 wide"),
    errors.MediaTypeError(),
    errors.DeadlineError("late"),
    OverloadError("full", 7, "queue_full_bytes"),
]
OTHERS = [SettledError(422, b'{"message": "short"}', None), SettledError(503, b'{"a": [1]}', 3)]


@pytest.mark.parametrize("error", [*PLAIN, *OTHERS], ids=lambda error: type(error).__name__)
def test_an_error_is_answered_alike(error: AnswerError) -> None:
    found = sent(Outcome(error=error)).error
    assert found is not None
    expected = str(error).encode("utf-8", "backslashreplace").decode()
    assert (found.status, found.run_failed, found.retry_after_s) == (
        error.status,
        error.run_failed,
        error.retry_after_s,
    )
    assert found.content() == (error.content() if error in OTHERS else {"message": expected})


@pytest.mark.parametrize("error", PLAIN, ids=lambda error: type(error).__name__)
def test_an_error_of_ours_keeps_its_class(error: AnswerError) -> None:
    found = sent(Outcome(error=error)).error
    assert type(found) is type(error)
    assert getattr(found, "reason", None) == getattr(error, "reason", None)


def test_an_error_that_is_none_of_ours_is_told_as_an_internal_one() -> None:
    assert type(sent(Outcome(error=OwnError())).error) is errors.InternalError


@pytest.mark.parametrize(
    "meta",
    [
        None,
        [],
        "text",
        [TIMES, None, None],
        [["a", 0, 0, 0, 1], [200, None, False], None],
        [[1, 0, 0, 0, 1e400], [200, None, False], None],
        [TIMES, [99, None, False], None],
        [TIMES, ["200", None, False], None],
        [TIMES, [200, [["a", "b\r\nc: d"]], False], None],
        [TIMES, [200, [["a"]], False], None],
        [TIMES, [200, [[[], []]], False], None],
        [TIMES, [200, [["\u0416", ""]], False], None],
        [TIMES, None, ["SystemExit", "", None, None]],
        [TIMES, None, ["RunError", "", "soon", None]],
        [TIMES, None, [None, 200, None, None]],
    ],
)
def test_what_cannot_be_is_refused(meta: Any) -> None:
    with pytest.raises(FrameError, match="an outcome cannot be read"):
        from_parts(meta, b"{}")
