"""The answers of one client connection, which leave in the order of the requests.

Requests that are complete while one is being answered (pipelining) wait their turn, and reading pauses. An answer may
come at once, before the call that asked for it returns, or later.
"""

from __future__ import annotations

import math

from scoring_runtime.http import deadlines, wire
from scoring_runtime.http.asgi_exchange import AsgiExchange
from scoring_runtime.http.connection import SCORE_PATH, Connection
from scoring_runtime.http.incoming import NOTHING
from scoring_runtime.http.responses import Response
from scoring_runtime.http.score import METHODS
from scoring_runtime.request import Request
from scoring_runtime.stream import Stream


class AnsweringConnection(Connection):
    """Answers the requests in `_waiting`, through the scoring endpoint or the application."""

    __slots__ = ()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._write_stream()
        if self._active is None:
            self._advance()

    def _advance(self) -> None:
        """Begins the next request; a loop, as an answer may come before the call that asked for it returns."""
        if self._is_advancing or self._is_write_paused:
            return
        self._is_advancing = True
        while self._waiting and self._active is None and not self._transport.is_closing():
            self._active, self._keeps_alive = self._waiting.popleft()
            self._begin(self._active)
        self._is_advancing = False
        if self._active is None and not self._transport.is_closing():
            self._receive_next()

    def _is_free(self) -> bool:
        """Whether a request that is complete can begin at once."""
        is_busy = self._active is not None or self._incoming is not NOTHING or self._discarded_bytes is not None
        return not is_busy and not self._is_write_paused

    def _start(self, request: Request) -> None:
        """Begins the only request there is, as `_advance` would."""
        self._active, self._keeps_alive = request, True
        self._is_advancing = True
        self._begin(request)
        self._is_advancing = False
        if self._active is None:
            self._advance()

    def _receive_next(self) -> None:
        if self._discarded_bytes is not None:
            refusal, self._pending_refusal = self._pending_refusal, None
            if refusal is not None:
                self._refuse(refusal)
            return
        patience_s = deadlines.KEEP_ALIVE_S if self._incoming is NOTHING else deadlines.BODY_GRACE_S
        self.deadline_s = self._loop.time() + patience_s
        self._resume_reading()

    def _begin(self, request: Request) -> None:
        self.deadline_s = math.inf
        if request.path == SCORE_PATH and request.method in METHODS:
            self._call = self._score(request, self._respond)
        else:
            self._exchange = AsgiExchange(self._app, request, self._respond)
            self._exchange.start(self._loop)

    def _respond(self, response: Response) -> None:
        request = self._active
        if request is None or self._transport.is_closing():
            if response.stream is not None:
                response.stream.close()
            return
        if self._is_draining and not self._waiting:
            self._keeps_alive = False
        if response.stream is not None:
            self._respond_with_stream(response, response.stream, request)
            return
        self._write(response, request)
        self._finish()

    def _respond_with_stream(self, response: Response, stream: Stream, request: Request) -> None:
        if request.http_version != "1.1":
            self._keeps_alive = False  # its end is told by closing only
        self._write(response, request)
        self._stream = stream
        stream.attach(self._loop, self._write_stream)

    def _write_stream(self) -> None:
        stream, request = self._stream, self._active
        if stream is None or request is None or self._is_write_paused:
            return
        is_ended = stream.is_ended
        is_chunked = request.http_version == "1.1"
        if (chunks := stream.take()) and request.method != "HEAD":
            self._transport.write(b"".join(map(wire.encode_chunk, chunks) if is_chunked else chunks))
        if not is_ended:
            return
        self._stream = None
        if stream.is_failed:
            self._transport.close()  # without the last chunk, so that the client sees the answer is not whole
            return
        if is_chunked and request.method != "HEAD":
            self._transport.write(wire.LAST_CHUNK)
        self._finish()

    def _finish(self) -> None:
        self._active = self._call = self._exchange = None
        self._has_answered = True
        if self._is_draining and self._keeps_alive:  # a stream that had announced nothing else when it began
            self._loop.call_later(deadlines.IDLE_GRACE_S, self._close_if_idle)
        if not self._keeps_alive:
            self._transport.close()
        elif self._is_advancing or self._is_read_paused or self._incoming is not NOTHING or not self._is_free():
            self._advance()
        else:
            self.deadline_s = self._loop.time() + deadlines.KEEP_ALIVE_S
