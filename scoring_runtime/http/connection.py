"""The life of one client connection: from its beginning to its end, what it may cost, and how it refuses.

    idle --request--> answering --answer written--> the next request, or idle
      `-- refused (4xx) --> discarding what the client still sends --> closed

A client that shuts down its sending side after a request still gets its answer. How requests arrive: see `protocol`;
how they are answered: see `answering`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, cast

from scoring_runtime.call import Call
from scoring_runtime.errors import AnswerError, BodyTimeoutError, UnavailableError
from scoring_runtime.http import deadlines, wire
from scoring_runtime.http.asgi_exchange import AsgiExchange
from scoring_runtime.http.connection_limit import ConnectionLimit, Spare
from scoring_runtime.http.half_close import HalfClose
from scoring_runtime.http.headers import header_lines
from scoring_runtime.http.incoming import NOTHING
from scoring_runtime.http.responses import Response, error_response
from scoring_runtime.http.score import ScoreEndpoint
from scoring_runtime.request import Address, Headers, Request, address_of
from scoring_runtime.stream import Stream
from scoring_runtime.telemetry.access import AccessLog

SCORE_PATH = b"/score"
# Probes and scrapes come every few seconds for ever: they leave no access line.
UNLOGGED_PREFIXES = (b"/health/", b"/metrics")
# A client that sends its whole body before it reads the answer gets to read it, if the body is no larger.
MAX_DISCARDED_BYTES = 256 * 1024 * 1024


class Connection(asyncio.Protocol):
    """`_waiting` is what a subclass has received, `_incoming` what it is receiving. `state` is uvicorn's."""

    __slots__ = (
        "_access",
        "_active",
        "_app",
        "_call",
        "_client",
        "_client_host",
        "_date",
        "_discarded_bytes",
        "_exchange",
        "_half_close",
        "_has_answered",
        "_incoming",
        "_is_advancing",
        "_is_draining",
        "_is_read_paused",
        "_is_write_paused",
        "_keeps_alive",
        "_limit",
        "_loop",
        "_pending_refusal",
        "_score",
        "_server",
        "_stall",
        "_state",
        "_stream",
        "_transport",
        "_waiting",
        "deadline_s",
    )

    def __init__(
        self,
        score: ScoreEndpoint,
        app: Any,
        access: AccessLog,
        state: Any,
        loop: asyncio.AbstractEventLoop,
        limit: ConnectionLimit,
    ) -> None:
        self._score = score
        self._app = app
        self._access = access
        self._state = state
        self._loop = loop
        self._limit = limit
        self._transport: asyncio.Transport = None  # type: ignore[assignment]  # set by connection_made
        self._client: Address | None = None
        self._client_host = "-"
        self._server: Address | None = None
        self._incoming = NOTHING
        self._pending_refusal: AnswerError | None = None
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._active: Request | None = None
        self._call: Call | None = None
        self._exchange: AsgiExchange | None = None
        self._stream: Stream | None = None
        self._keeps_alive = True
        self._has_answered = False
        self._is_advancing = False
        self._is_draining = False
        self._is_read_paused = False
        self._is_write_paused = False
        self._discarded_bytes: int | None = None
        self._date: tuple[Headers, bytes] = ([], b"")
        self._stall: tuple[int, float] = (0, 0.0)
        self._half_close = HalfClose()
        self.deadline_s = 0.0

    def __repr__(self) -> str:
        doing = "discarding" if self._discarded_bytes is not None else "answering" if self._active else "receiving"
        return f"<{type(self).__name__} {self._client}: {doing}, {len(self._waiting)} waiting>"

    # From beginning to end

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._client = address_of(transport.get_extra_info("peername"))
        self._client_host = self._client[0] if self._client else "-"
        self._server = address_of(transport.get_extra_info("sockname"))
        self._state.connections.add(self)
        self.deadline_s = self._loop.time() + deadlines.HEAD_S
        if not self._limit.admit(self, self._state.connections, self._loop):
            self._refuse(UnavailableError("The server has too many connections.", reason="connections"))

    def connection_lost(self, exc: Exception | None) -> None:
        self._state.connections.discard(self)
        self._waiting.clear()
        self._active = None
        if self._call is not None:
            self._call.abandoned = True
        if self._exchange is not None:
            self._exchange.disconnect()
        if self._stream is not None:
            self._stream.close()

    def eof_received(self) -> bool:
        """The client sends no more; True leaves the connection open for the answers it still waits for."""
        self._half_close.begin(self._loop.time())
        if self._waiting:
            self._waiting[-1] = (self._waiting[-1][0], False)
        else:
            self._keeps_alive = False
        return self._active is not None or bool(self._waiting)

    def shutdown(self) -> None:
        """Called by uvicorn when the server stops: the answer under way is the connection's last."""
        self._is_draining = True
        if self._active is None:
            self._loop.call_later(deadlines.IDLE_GRACE_S, self._close_if_idle)

    def _close_if_idle(self) -> None:
        if self._active is None and self._incoming is NOTHING:
            self._transport.close()

    def spare(self) -> Spare | None:
        if self._discarded_bytes is not None and self._active is None:
            return Spare.REFUSED
        if self._active is not None or self._incoming.has_head or self._transport.get_write_buffer_size():
            return None
        return Spare.IDLE if self._has_answered and self._incoming is NOTHING else Spare.INCOMPLETE_HEAD

    def make_room(self) -> None:
        self._transport.abort()

    def enforce_deadlines(self, now_s: float) -> None:
        """Called by the sweeper: ends a connection whose client is too slow, in whatever it does."""
        self._enforce_write_progress(now_s)
        if self._active is not None and self._active.http_version == "1.1" and self._stream is None:
            self._half_close.look(now_s, self._transport)
        if now_s < deadlines.body_deadline_s(self.deadline_s, self._incoming.body_bytes):
            return
        if self._incoming is not NOTHING and self._active is None and self._discarded_bytes is None:
            self._refuse(BodyTimeoutError("The request did not arrive in time"))
        else:
            self._transport.close()

    def _enforce_write_progress(self, now_s: float) -> None:
        size_bytes = self._transport.get_write_buffer_size()
        last_bytes, since_s = self._stall
        if size_bytes == 0 or size_bytes != last_bytes:
            self._stall = (size_bytes, now_s)
        elif now_s - since_s > deadlines.WRITE_STALL_S:
            self._transport.abort()

    # Flow control

    def pause_writing(self) -> None:
        self._is_write_paused = True

    def resume_writing(self) -> None:
        self._is_write_paused = False

    def _pause_reading(self) -> None:
        if not self._is_read_paused:
            self._is_read_paused = True
            self._transport.pause_reading()

    def _resume_reading(self) -> None:
        if self._is_read_paused:
            self._is_read_paused = False
            self._transport.resume_reading()

    # Writing and refusing

    def _write(self, response: Response, request: Request) -> None:
        date = self._state.default_headers
        if date is not self._date[0]:
            self._date = (date, header_lines(date))
        self._transport.write(wire.encode(response, request, self._date[1], not self._keeps_alive))
        if request.path == SCORE_PATH or not request.path.startswith(UNLOGGED_PREFIXES):
            named, length = request.named, None if response.stream else len(response.body)
            self._access.log_answer(
                self._client_host,
                request.method,
                request.target,
                request.http_version,
                response.status,
                length,
                named.get(b"referer"),
                named.get(b"user-agent"),
            )

    def _refuse(self, error: AnswerError) -> None:
        """Answers a request that cannot be read to its end, after those before it, and closes."""
        self._discarded_bytes = 0
        if self._active is not None or self._waiting:
            self._pending_refusal = error
            return
        message, self._incoming = self._incoming, NOTHING
        request = Request(message.method, message.target, b"", b"", message.headers, client=self._client)
        self._keeps_alive = False
        self._write(error_response(error), request)
        self._resume_reading()
        self.deadline_s = self._loop.time() + deadlines.DISCARD_S
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def _discard(self, size_bytes: int) -> None:
        self._discarded_bytes = (self._discarded_bytes or 0) + size_bytes
        if self._discarded_bytes > MAX_DISCARDED_BYTES:
            self._transport.abort()
