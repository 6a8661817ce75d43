"""`/score`, the road of a request: 1 bind it to run()'s arguments, 2 submit the call, 3 respond with its outcome.

The same endpoint serves the protocol (which calls it without any ASGI message) and the ASGI application.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from scoring_runtime.call import Arguments, Call, Outcome
from scoring_runtime.dispatch.dispatcher import STARTING, Dispatcher
from scoring_runtime.errors import AnswerError, InternalError, MethodError, UnavailableError
from scoring_runtime.http import patience
from scoring_runtime.http.answer_log import AnswerLog
from scoring_runtime.http.headers import AnswerHead, AnswerHeaders, header_lines
from scoring_runtime.http.responses import HTML_TYPE, Response, respond
from scoring_runtime.request import Request
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback

logger = logging.getLogger(LOGGER)

METHODS = ("GET", "POST", "HEAD", "OPTIONS")
# Decoding takes some 10 ns per byte: up to here it delays other requests less than a thread switch costs.
MAX_INLINE_BYTES = 64 * 1024

Respond = Callable[[Response], None]
Bind = Callable[[Request], Arguments]


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """One loaded version of the script, as requests meet it.

    `bind` makes run()'s arguments of a request; `decodes` says that this takes long for a large body. A raw script
    gets every method; one that takes parameters has a schema.
    """

    bind: Bind
    is_raw: bool
    takes_parameters: bool = False
    decodes: bool = True


class ScoreEndpoint:
    """Takes requests with one of METHODS; `open` gives it the service, once there is one, and again on a reload."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        answer_headers: AnswerHeaders,
        log: AnswerLog,
        queue_timeout_ms: int = 0,
    ) -> None:
        self._dispatcher = dispatcher
        self._answer_headers = answer_headers
        self._log = log
        self._queue_timeout_ms = queue_timeout_ms
        self._service: Service | None = None

    def open(self, service: Service) -> None:
        self._service = service

    def __call__(self, request: Request, respond: Respond) -> Call:
        """Answers `request` through `respond`, exactly once, now or later, on the loop's thread."""
        head = self._answer_headers.begin(request)
        call = ScoreCall(request, head, respond, self._log)
        try:
            if head.error:
                raise head.error
            service = self._service
            if service is None:
                raise UnavailableError(STARTING)
            if self._queue_timeout_ms or patience.HEADER in request.named:
                call.expires_s = head.started_s + patience.patience_s(request, self._queue_timeout_ms)
            if not service.is_raw and request.method in ("HEAD", "OPTIONS"):
                call.answer_without_run()
            elif len(request.body) > MAX_INLINE_BYTES and service.decodes:
                self._bind_elsewhere(service, request, call)
            else:
                call.arguments = service.bind(request)  # 1
                self._dispatcher.submit(call)  # 2
        except Exception as error:
            call.end(Outcome(error=_explained(error)))
        return call

    def _bind_elsewhere(self, service: Service, request: Request, call: Call) -> None:
        """Decodes a large body on another thread, so that the loop goes on with small ones."""
        self._dispatcher.reserve(call)
        loop = asyncio.get_running_loop()
        binding = loop.run_in_executor(None, service.bind, request)
        binding.add_done_callback(partial(self._submit_bound, service, request, call))

    def _submit_bound(self, service: Service, request: Request, call: Call, binding: asyncio.Future[Arguments]) -> None:
        self._dispatcher.release(call)
        try:
            call.arguments = binding.result()
            if self._service is not None and self._service is not service:
                self._bind_elsewhere(self._service, request, call)  # a reload came between
            else:
                self._dispatcher.submit(call)
        except Exception as error:
            call.end(Outcome(error=_explained(error)))


class ScoreCall(Call):
    """A call whose end is an answer; `respond_with` takes it."""

    def __init__(self, request: Request, head: AnswerHead, respond_with: Respond, log: AnswerLog) -> None:
        self.request_id = head.request_id
        self.size_bytes = len(request.body)
        self._request = request
        self._head = head
        self._respond_with = respond_with
        self._log = log

    def on_end(self, outcome: Outcome) -> None:
        head, submitted_s = self._head, self.submitted_s
        shows_timing = False
        if submitted_s:
            outcome.decode_ms += (submitted_s - head.started_s) * 1000
            shows_timing = self._log.shows_timing
        try:
            response = respond(outcome, head, shows_timing)  # 3
        except Exception as error:  # a ScoringError may hold what JSON cannot
            logger.error("Encountered Exception: %s", format_traceback(error))
            outcome = Outcome(error=InternalError())
            response = respond(outcome, head, shows_timing)
        self._log.scored(self._request, head, outcome, response)
        self._respond_with(response)

    def answer_without_run(self) -> None:
        if self._request.method == "HEAD":
            raise MethodError("Method not allowed")
        head = self._head
        own = header_lines([HTML_TYPE, (b"x-ms-run-function-failed", b"False")])
        response = Response(200, own + head.lines + head.cors, b"")
        self._log.viewed(self._request, head, response)
        self.ended = True
        self._respond_with(response)


def _explained(error: Exception) -> AnswerError:
    """An error of ours, which must end the call all the same, as the client is told it."""
    if isinstance(error, AnswerError):
        return error
    logger.error("Encountered Exception: %s", format_traceback(error))
    return InternalError()
