"""`/score`, the road of a request: 1 bind it to run()'s arguments, 2 submit the call, 3 respond with its outcome.

The same endpoint serves the protocol (which calls it without any ASGI message) and the ASGI application.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from time import perf_counter

from scoring_runtime.call import Call, Outcome
from scoring_runtime.dispatch.dispatcher import Dispatcher
from scoring_runtime.errors import AnswerError, InternalError, MethodError
from scoring_runtime.http.headers import AnswerHead, AnswerHeaders
from scoring_runtime.http.responses import HTML_TYPE, Response, respond
from scoring_runtime.request import Request
from scoring_runtime.script.binding import bind
from scoring_runtime.script.contract import Contract, Mode
from scoring_runtime.telemetry.access import AccessLog
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback

logger = logging.getLogger(LOGGER)

METHODS = ("GET", "POST", "HEAD", "OPTIONS")
# Decoding takes some 10 ns per byte: up to here it delays other requests less than a thread switch costs.
MAX_INLINE_BYTES = 64 * 1024

Respond = Callable[[Response], None]


class ScoreEndpoint:
    """Takes requests with one of METHODS; `open` gives it the script's contract once init() has returned."""

    def __init__(self, dispatcher: Dispatcher, answer_headers: AnswerHeaders, access: AccessLog) -> None:
        self._dispatcher = dispatcher
        self._answer_headers = answer_headers
        self._access = access
        self._contract: Contract | None = None

    def open(self, contract: Contract) -> None:
        self._contract = contract
        self._dispatcher.open()

    def __call__(self, request: Request, respond: Respond) -> Call:
        """Answers `request` through `respond`, exactly once, now or later, on the loop's thread."""
        head = self._answer_headers.begin(request)
        call = Call({}, partial(self._respond, request, head, respond), head.request_id, len(request.body))
        try:
            if head.error:
                raise head.error
            contract = self._dispatcher.accepting(self._contract)
            if contract.mode is not Mode.RAW and request.method in ("HEAD", "OPTIONS"):
                self._answer_without_run(request, head, respond)
            elif len(request.body) > MAX_INLINE_BYTES:
                self._bind_elsewhere(contract, request, call)
            else:
                call.arguments = bind(contract, request)  # 1
                self._dispatcher.submit(call)  # 2
        except Exception as error:
            call.end(Outcome(error=_explained(error)))
        return call

    def _respond(self, request: Request, head: AnswerHead, respond_with: Respond, outcome: Outcome) -> None:
        response = respond(outcome, head)  # 3
        self._log(request, head, response)
        respond_with(response)

    def _answer_without_run(self, request: Request, head: AnswerHead, respond_with: Respond) -> None:
        if request.method == "HEAD":
            raise MethodError("Method not allowed")
        headers = [HTML_TYPE, (b"x-ms-run-function-failed", b"False"), *head.headers, *head.cors]
        response = Response(200, headers, b"")
        self._log(request, head, response)
        respond_with(response)

    def _bind_elsewhere(self, contract: Contract, request: Request, call: Call) -> None:
        """Decodes a large body on another thread, so that the loop goes on with small ones."""
        loop = asyncio.get_running_loop()
        binding = loop.run_in_executor(None, bind, contract, request)
        binding.add_done_callback(partial(self._submit_bound, call))

    def _submit_bound(self, call: Call, binding: asyncio.Future[dict[str, object]]) -> None:
        try:
            call.arguments = binding.result()
            self._dispatcher.submit(call)
        except Exception as error:
            call.end(Outcome(error=_explained(error)))

    def _log(self, request: Request, head: AnswerHead, response: Response) -> None:
        elapsed_ms = (perf_counter() - head.started_s) * 1000
        length = None if response.stream else len(response.body)
        self._access.log_view(request.method, request.target.decode("latin-1"), response.status, elapsed_ms, length)


def _explained(error: Exception) -> AnswerError:
    """An error of ours, which must end the call all the same, as the client is told it."""
    if isinstance(error, AnswerError):
        return error
    logger.error("Encountered Exception: %s", format_traceback(error))
    return InternalError()
