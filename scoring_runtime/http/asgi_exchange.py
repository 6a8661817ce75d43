"""One request through the ASGI application, for the protocol: its messages in, one Response out.

The application's own routes answer with complete bodies, so nothing is streamed here; `/score` does not come this way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from starlette.types import ASGIApp, Message

from scoring_runtime.errors import InternalError
from scoring_runtime.http.headers import header_lines
from scoring_runtime.http.responses import Response, error_response
from scoring_runtime.request import Headers, Request
from scoring_runtime.telemetry.loggers import LOGGER
from scoring_runtime.telemetry.tracebacks import format_traceback

logger = logging.getLogger(LOGGER)


class AsgiExchange:
    """`start` answers through `respond`, once; `disconnect` gives the answer up."""

    def __init__(self, app: ASGIApp, request: Request, respond: Callable[[Response], None]) -> None:
        self._app = app
        self._request = request
        self._respond = respond
        self._is_read = False
        self._is_gone = asyncio.Event()
        self._response = Response(500, b"", b"")
        self._task: asyncio.Task[None] | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        self._task = loop.create_task(self._run())

    def disconnect(self) -> None:
        self._is_gone.set()
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        try:
            await self._app(self._scope(), self._receive, self._send)
        except Exception as error:  # the application has answered 500 already, or could not
            logger.error("Encountered Exception: %s", format_traceback(error))
            self._response = error_response(InternalError())
        if not self._is_gone.is_set():
            self._respond(self._response)

    def _scope(self) -> dict[str, object]:
        request = self._request
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": request.http_version,
            "method": request.method,
            "scheme": request.scheme,
            "path": request.path.decode("utf-8", "replace"),
            "raw_path": request.target.partition(b"?")[0],
            "query_string": request.query,
            "root_path": "",
            "headers": request.headers,
            "client": request.client,
            "server": request.server,
        }

    async def _receive(self) -> Message:
        if self._is_read:
            await self._is_gone.wait()
            return {"type": "http.disconnect"}
        self._is_read = True
        return {"type": "http.request", "body": self._request.body, "more_body": False}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._response = Response(message["status"], _lines(message.get("headers", [])), b"")
        else:
            self._response.body += message.get("body", b"")


def _lines(headers: Headers) -> bytes:
    return header_lines([(name, value) for name, value in headers if name.lower() != b"content-length"])
