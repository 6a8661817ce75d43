"""What is told of each scored request beside its answer: the log line, the metrics, and those who watch."""

from __future__ import annotations

import logging
import time
from time import perf_counter
from typing import Protocol

from scoring_runtime.call import Outcome
from scoring_runtime.errors import AnswerError, DeadlineError, OverloadError, UnavailableError, WorkerLostError
from scoring_runtime.http.headers import AnswerHead
from scoring_runtime.http.responses import Response
from scoring_runtime.request import Request
from scoring_runtime.telemetry.access import AccessLog
from scoring_runtime.telemetry.exchange import Exchange, Observer
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback

logger = logging.getLogger(LOGGER)


class Metrics(Protocol):
    """The part of `telemetry.metrics` that is told of answers."""

    def record(
        self, status: int, decode_ms: float, queue_ms: float, run_ms: float | None, encode_ms: float, batch_rows: int
    ) -> None: ...

    def reject(self, reason: str) -> None: ...


class AnswerLog:
    """`observe` is told of each answered request; `shows_timing` says whether answers get a Server-Timing header."""

    def __init__(
        self,
        access: AccessLog,
        metrics: Metrics,
        observe: Observer | None = None,
        shows_timing: bool = True,
    ) -> None:
        self._access = access
        self._metrics = metrics
        self._record = metrics.record
        self._observe = observe
        self.shows_timing = shows_timing

    def scored(self, request: Request, head: AnswerHead, outcome: Outcome, response: Response) -> None:
        """A call has ended in `outcome`, and `response` is its answer."""
        self.viewed(request, head, response)
        self._record(
            response.status,
            outcome.decode_ms,
            outcome.queue_ms,
            outcome.run_ms,
            outcome.encode_ms,
            outcome.batch_rows,
        )
        if outcome.error is not None and (reason := rejection(outcome.error)):
            self._metrics.reject(reason)
        if self._observe:
            self._tell(self._observe, _exchange(request, head, outcome, response))

    def viewed(self, request: Request, head: AnswerHead, response: Response) -> None:
        """The scoring view has answered, with or without a call."""
        elapsed_ms = (perf_counter() - head.started_s) * 1000
        length = None if response.stream else len(response.body)
        target = request.kept.get("target") or request.kept.setdefault("target", request.target.decode("latin-1"))
        self._access.log_view(request.method, target, response.status, elapsed_ms, length, head.request_id)

    def _tell(self, observe: Observer, exchange: Exchange) -> None:
        try:
            observe(exchange)
        except Exception as error:  # whoever watches must not be able to keep an answer back
            logger.error("Encountered Exception: %s", format_traceback(error))


def rejection(error: AnswerError) -> str | None:
    """Why a call was turned away without being run, in a word; None for one that was not."""
    if isinstance(error, OverloadError):
        return error.reason
    if isinstance(error, DeadlineError):
        return "deadline"
    if isinstance(error, UnavailableError) and not isinstance(error, WorkerLostError):
        return error.reason
    return None


def _exchange(request: Request, head: AnswerHead, outcome: Outcome, response: Response) -> Exchange:
    total_ms = (perf_counter() - head.started_s) * 1000
    return Exchange(
        request_id=head.request_id,
        method=request.method,
        target=request.target,
        request_headers=request.headers,
        request_body=request.body,
        status=response.status,
        response_headers=response.headers,
        response_body=None if response.stream else response.body,
        error=outcome.error.details or str(outcome.error) if outcome.error is not None else None,
        started_s=time.time() - total_ms / 1000,
        total_ms=total_ms,
        decode_ms=outcome.decode_ms,
        queue_ms=outcome.queue_ms,
        run_ms=outcome.run_ms,
        encode_ms=outcome.encode_ms,
        batch_rows=outcome.batch_rows,
    )
