"""What is told of an answered request: the log line, the metrics, and those who watch."""

from __future__ import annotations

import time
from typing import Any

import pytest

from scoring_runtime.call import Outcome, Payload
from scoring_runtime.errors import (
    AnswerError,
    DeadlineError,
    InputError,
    InternalError,
    OverloadError,
    RunError,
    RunTimeoutError,
    ScoringError,
    UnavailableError,
    WorkerLostError,
)
from scoring_runtime.http.answer_log import AnswerLog, rejection
from scoring_runtime.http.headers import AnswerHead
from scoring_runtime.http.responses import Response, respond
from scoring_runtime.request import Request
from scoring_runtime.stream import Stream
from scoring_runtime.telemetry.exchange import Exchange, Observer
from tests.http.engine import CountedAnswers, ViewLines

OUTCOME = Outcome(Payload(b"[1]"), run_ms=3.0, queue_ms=2.0, encode_ms=1.0, batch_rows=4, decode_ms=0.5)


class Scene:
    """A log, and what it has told."""

    def __init__(self, observe: Observer | None = None) -> None:
        self.lines = ViewLines()
        self.metrics = CountedAnswers()
        self.exchanges: list[Exchange] = []
        access: Any = self.lines
        self.log = AnswerLog(access, self.metrics, observe or self.exchanges.append)

    def tell(self, outcome: Outcome) -> Response:
        head = AnswerHead(b"x-request-id: id\r\n", b"", "id", None)
        request = Request("POST", b"/score?a=\xe9", b"/score", b"a=\xe9", [(b"host", b"h")], b"body")
        response = respond(outcome, head)
        self.log.scored(request, head, outcome, response)
        return response


def test_an_answer_is_a_line_a_number_and_an_exchange() -> None:
    scene = Scene()
    before_s = time.time()
    response = scene.tell(OUTCOME)
    assert scene.lines.lines == [("POST", "/score?a=é", 200, 3)]
    assert (scene.metrics.statuses, scene.metrics.rejected) == ({200: 1}, {})
    [exchange] = scene.exchanges
    assert before_s - 1 <= exchange.started_s <= time.time()
    assert exchange.total_ms >= 0
    assert exchange == Exchange(
        request_id="id",
        method="POST",
        target=b"/score?a=\xe9",
        request_headers=[(b"host", b"h")],
        request_body=b"body",
        status=200,
        response_headers=response.headers,
        response_body=b"[1]",
        error=None,
        started_s=exchange.started_s,
        total_ms=exchange.total_ms,
        decode_ms=0.5,
        queue_ms=2.0,
        run_ms=3.0,
        encode_ms=1.0,
        batch_rows=4,
    )


def test_a_stream_has_no_body_and_no_length() -> None:
    scene = Scene()
    scene.tell(Outcome(Payload(b"", 200, [], Stream(iter([b"x"])))))
    assert scene.lines.lines == [("POST", "/score?a=é", 200, None)]
    assert scene.exchanges[0].response_body is None


def test_an_error_is_told_with_its_words() -> None:
    scene = Scene()
    scene.tell(Outcome(error=ScoringError(404, "no such model")))
    assert scene.metrics.statuses == {404: 1}
    assert (scene.exchanges[0].status, scene.exchanges[0].error) == (404, "no such model")


def test_a_watcher_that_raises_keeps_no_answer_back(caplog: pytest.LogCaptureFixture) -> None:
    def broken(exchange: Exchange) -> None:
        raise OSError("no space left")

    scene = Scene(broken)
    assert scene.tell(OUTCOME).status == 200
    assert "OSError: no space left" in caplog.text


def test_a_view_without_a_call_is_only_a_line() -> None:
    scene = Scene()
    head = AnswerHead(b"", b"", "id", None)
    scene.log.viewed(Request("OPTIONS", b"/score", b"/score", b"", []), head, Response(200, b"", b""))
    assert scene.lines.lines == [("OPTIONS", "/score", 200, 0)]
    assert (scene.metrics.statuses, scene.exchanges) == ({}, [])


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OverloadError("full", 1), "queue_full_calls"),
        (OverloadError("full", 1, "queue_full_bytes"), "queue_full_bytes"),
        (UnavailableError("early"), "starting"),
        (UnavailableError("late", reason="draining"), "draining"),
        (DeadlineError("over"), "deadline"),
        (WorkerLostError("died"), None),
        (InputError("wrong"), None),
        (ScoringError(503, "the script's own"), None),
        (RunError(), None),
        (RunTimeoutError(5), None),
        (InternalError(), None),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, AnswerError) else str(each),
)
def test_only_calls_that_were_turned_away_count_as_rejected(error: AnswerError, reason: str | None) -> None:
    scene = Scene()
    scene.tell(Outcome(error=error))
    assert rejection(error) == reason
    assert scene.metrics.rejected == ({reason: 1} if reason else {})
    assert scene.metrics.statuses == {error.status: 1}
