"""What is answered without run(): liveness on `/`, the Swagger documents, and the three health probes."""

from __future__ import annotations

from time import perf_counter
from urllib.parse import parse_qs

from scoring_runtime.dispatch.deadlines import STUCK
from scoring_runtime.dispatch.dispatcher import STARTING, Dispatcher, State
from scoring_runtime.errors import AnswerError, UnavailableError
from scoring_runtime.http.headers import AnswerHead, AnswerHeaders, header_lines
from scoring_runtime.http.responses import HTML_TYPE, Response, error_response, json_response
from scoring_runtime.json_text import dump_json
from scoring_runtime.openapi import SwaggerDocuments
from scoring_runtime.request import Request
from scoring_runtime.telemetry.access import AccessLog

DRAINING = "The server is shutting down."


class Views:
    """The views share what answers have in common; `swagger` is set once the script is loaded."""

    def __init__(self, dispatcher: Dispatcher, answer_headers: AnswerHeaders, access: AccessLog) -> None:
        self._dispatcher = dispatcher
        self._answer_headers = answer_headers
        self._access = access
        self.swagger: SwaggerDocuments | None = None

    def home(self, request: Request) -> Response:
        """`/`: `Healthy` once init() has returned, as the original answers."""
        head = self._answer_headers.begin(request)
        try:
            if head.error:
                raise head.error
            if request.method == "OPTIONS":
                return _options(head)
            if self._dispatcher.state is State.STARTING:
                raise UnavailableError(STARTING)
        except AnswerError as error:
            return error_response(error, head)
        return Response(200, header_lines([HTML_TYPE]) + head.lines + head.cors, b"Healthy")

    def swagger_json(self, request: Request) -> Response:
        head = self._answer_headers.begin(request)
        if request.method == "OPTIONS" and not head.error:
            return _options(head)
        response = self._swagger_response(request, head)
        elapsed_ms = (perf_counter() - head.started_s) * 1000
        target = request.target.decode("latin-1")
        self._access.log_view(request.method, target, response.status, elapsed_ms, len(response.body))
        return response

    def _swagger_response(self, request: Request, head: AnswerHead) -> Response:
        try:
            if head.error:
                raise head.error
            if self.swagger is None:
                raise UnavailableError(STARTING)
            versions = parse_qs(request.query.decode("latin-1"), keep_blank_values=True).get("version")
            return json_response(self.swagger.body(versions[0] if versions else None), head)
        except AnswerError as error:
            return error_response(error, head)

    def live(self, request: Request) -> Response:
        """The process answers, whatever its runner does."""
        return json_response(dump_json({"status": "live"}))

    def ready(self, request: Request) -> Response:
        """200 while calls are taken and can be run."""
        if self._dispatcher.is_ready and self._dispatcher.is_stuck:
            return error_response(UnavailableError(STUCK))
        return self._state_response(is_fine=self._dispatcher.is_ready)

    def startup(self, request: Request) -> Response:
        """200 once init() has returned, draining included."""
        return self._state_response(is_fine=self._dispatcher.state is not State.STARTING)

    def _state_response(self, is_fine: bool) -> Response:
        state = self._dispatcher.state
        if is_fine:
            return json_response(dump_json({"status": state.value}))
        return error_response(UnavailableError(STARTING if state is State.STARTING else DRAINING))


def _options(head: AnswerHead) -> Response:
    own = header_lines([HTML_TYPE, (b"Allow", b"HEAD, OPTIONS, GET")])
    return Response(200, own + head.lines + head.cors, b"")
