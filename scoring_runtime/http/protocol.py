"""HTTP/1.1 on one connection: reads whole requests within limits, hands them on one at a time, answers in order.

    receiving --request complete--> answering --answer written--> receiving
        `-------- refused (4xx) --> discarding what the client still sends --> closed

Given to uvicorn as its `http` class. `/score` goes straight to the scoring endpoint, everything else through the ASGI
application. Requests that arrive while one is being answered (pipelining) wait their turn, and reading pauses.
A client that shuts down its sending side after a request still gets its answer.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections import deque
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote_to_bytes

import httptools

from scoring_runtime.call import Call
from scoring_runtime.errors import AnswerError, BodyTimeoutError, InputError, MethodError
from scoring_runtime.http import deadlines, guard, wire
from scoring_runtime.http.asgi_exchange import AsgiExchange
from scoring_runtime.http.incoming import NOTHING, Incoming
from scoring_runtime.http.responses import Response, error_response
from scoring_runtime.http.score import METHODS, ScoreEndpoint
from scoring_runtime.request import Address, Request
from scoring_runtime.stream import Stream
from scoring_runtime.telemetry.access import AccessLog

SCORE_PATH = b"/score"
_METHOD = re.compile(rb"[A-Z]+ ")
_SLASHES = re.compile(rb"//+")
# Probes come every few seconds for ever: they leave no access line.
PROBE_PREFIX = b"/health/"
# A client that sends its whole body before it reads the answer gets to read it, if the body is no larger.
MAX_DISCARDED_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ProtocolParts:
    """What every connection shares."""

    score: ScoreEndpoint
    app: Any
    access: AccessLog
    max_body_bytes: int


class ScoringProtocol(asyncio.Protocol):
    """One client connection. `server_state` is uvicorn's: its set of connections and its date header."""

    def __init__(self, parts: ProtocolParts, server_state: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._parts = parts
        self._state = server_state
        self._loop = loop
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport = None  # type: ignore[assignment]  # set by connection_made
        self._client: Address | None = None
        self._server: Address | None = None
        self._incoming = NOTHING
        self._refusal: AnswerError | None = None
        self._pending_refusal: AnswerError | None = None
        self._waiting: deque[tuple[Request, bool]] = deque()
        self._active: Request | None = None
        self._call: Call | None = None
        self._exchange: AsgiExchange | None = None
        self._stream: Stream | None = None
        self._keeps_alive = True
        self._is_advancing = False
        self._is_draining = False
        self._is_read_paused = False
        self._is_write_paused = False
        self._discarded_bytes: int | None = None
        self._stall: tuple[int, float] = (0, 0.0)
        self.deadline_s = 0.0

    def __repr__(self) -> str:
        doing = "discarding" if self._discarded_bytes is not None else "answering" if self._active else "receiving"
        return f"<ScoringProtocol {self._client}: {doing}, {len(self._waiting)} waiting>"

    # The connection

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._client = _address(transport.get_extra_info("peername"))
        self._server = _address(transport.get_extra_info("sockname"))
        self._state.connections.add(self)
        self.deadline_s = self._loop.time() + deadlines.HEAD_S

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
        if self._waiting:
            self._waiting[-1] = (self._waiting[-1][0], False)
        else:
            self._keeps_alive = False
        return self._active is not None

    def shutdown(self) -> None:
        """Called by uvicorn when the server stops: the answer under way is the connection's last."""
        self._is_draining = True
        if self._active is None:
            self._loop.call_later(deadlines.IDLE_GRACE_S, self._close_if_idle)

    def _close_if_idle(self) -> None:
        if self._active is None and self._incoming is NOTHING:
            self._transport.close()

    def enforce_deadlines(self, now_s: float) -> None:
        """Called by the sweeper: ends a connection whose client is too slow, in whatever it does."""
        self._enforce_write_progress(now_s)
        incoming = self._incoming
        received_bytes = incoming.body_bytes
        if now_s < deadlines.body_deadline_s(self.deadline_s, received_bytes):
            return
        if incoming is not NOTHING and self._active is None and self._discarded_bytes is None:
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

    # Receiving: the parser's callbacks

    def data_received(self, data: bytes) -> None:
        if self._discarded_bytes is not None:
            self._discard(len(data))
            return
        before = self._incoming
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._continue_without_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            is_unknown_method = isinstance(error, httptools.HttpParserInvalidMethodError) and _METHOD.match(data)
            invalid = InputError(f"The request is not valid HTTP/1.1: {error}")
            self._refuse(self._refusal or (MethodError() if is_unknown_method else invalid))
        else:
            if before is not NOTHING and before is self._incoming:
                before.wire_bytes += len(data)
                if refusal := guard.check_overhead(before.has_head, before.wire_bytes, before.body_bytes):
                    self._refuse(refusal)

    def _continue_without_upgrade(self, rest: bytes) -> None:
        """No protocol is offered to switch to, so the request counts without its Upgrade header.

        The parser has stopped before the body. A new one gets the head again, without that header, and goes on.
        """
        head = wire.encode_request_head(self._parser.get_method(), self._incoming)
        self._parser = httptools.HttpRequestParser(self)
        self.data_received(head + rest)

    def on_message_begin(self) -> None:
        self._incoming = Incoming()
        if self._active is None:
            self.deadline_s = self._loop.time() + deadlines.HEAD_S

    def on_url(self, part: bytes) -> None:
        self._stop_at(self._incoming.add_target(part))

    def on_header(self, name: bytes, value: bytes) -> None:
        message = self._incoming
        if not message.has_head:  # what follows the body is a trailer, which nobody asks for
            message.headers.append((name.lower(), value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        message = self._incoming
        message.has_head = True
        message.method = self._parser.get_method()
        message.http_version = version = self._parser.get_http_version()
        self._stop_at(guard.check_head(message.method, version, message.headers, self._parts.max_body_bytes))
        if self._active is None:
            self.deadline_s = self._loop.time() + deadlines.BODY_GRACE_S
            if version == "1.1" and wire.expects_continue(message.headers):
                self._transport.write(wire.CONTINUE)

    def on_body(self, part: bytes) -> None:
        self._stop_at(self._incoming.add_body(part, self._parts.max_body_bytes))

    def on_message_complete(self) -> None:
        if self._parser.should_upgrade():
            return  # its body is still to come: see _continue_without_upgrade
        request = self._request_of(self._incoming)
        self._incoming = NOTHING
        self._waiting.append((request, self._parser.should_keep_alive()))
        if self._active is None:
            self._advance()
        else:
            self._pause_reading()

    def _pause_reading(self) -> None:
        if not self._is_read_paused:
            self._is_read_paused = True
            self._transport.pause_reading()

    def _resume_reading(self) -> None:
        if self._is_read_paused:
            self._is_read_paused = False
            self._transport.resume_reading()

    def _stop_at(self, refusal: AnswerError | None) -> None:
        """Stops the parser, which is in the middle of a callback, if there is a refusal."""
        if refusal is not None:
            self._refusal = refusal
            raise refusal

    def _request_of(self, message: Incoming) -> Request:
        path, query = message.target, b""
        if path != SCORE_PATH:
            try:
                url = httptools.parse_url(path)
            except httptools.HttpParserInvalidURLError:
                self._stop_at(InputError("The request's target is not a valid URL"))
            path = _SLASHES.sub(b"/", unquote_to_bytes(url.path or b"/"))
            query = url.query or b""
        return Request(
            method=message.method.decode("ascii"),
            target=message.target,
            path=path,
            query=query,
            headers=message.headers,
            body=message.body(),
            http_version=message.http_version,
            client=self._client,
            server=self._server,
        )

    # Answering

    def _advance(self) -> None:
        """Begins the next request; a loop, as an answer may come before the call that asked for it returns."""
        if self._is_advancing or self._is_write_paused:
            return
        self._is_advancing = True
        while self._waiting and self._active is None and not self._transport.is_closing():
            self._active, self._keeps_alive = self._waiting.popleft()
            self.deadline_s = math.inf
            self._begin(self._active)
        self._is_advancing = False
        if self._active is None and not self._transport.is_closing():
            self._receive_next()

    def _receive_next(self) -> None:
        if self._pending_refusal is not None:
            self._refuse(self._pending_refusal)
            return
        patience_s = deadlines.KEEP_ALIVE_S if self._incoming is NOTHING else deadlines.BODY_GRACE_S
        self.deadline_s = self._loop.time() + patience_s
        self._resume_reading()

    def _begin(self, request: Request) -> None:
        if request.path == SCORE_PATH and request.method in METHODS:
            self._call = self._parts.score(request, self._respond)
        else:
            self._exchange = AsgiExchange(self._parts.app, request, self._respond)
            self._exchange.start(self._loop)

    def _respond(self, response: Response) -> None:
        request = self._active
        if request is None or self._transport.is_closing():
            if response.stream is not None:
                response.stream.close()
            return
        is_endless = response.stream is not None and request.http_version != "1.1"
        if is_endless or (self._is_draining and not self._waiting):
            self._keeps_alive = False
        self._write(response, request, is_last=not self._keeps_alive)
        if response.stream is not None:
            self._stream = response.stream
            self._stream.attach(self._loop, self._write_stream)
        else:
            self._finish()

    def _write(self, response: Response, request: Request, is_last: bool) -> None:
        head = wire.encode_head(response, request, self._state.default_headers, is_last)
        body = response.body if wire.has_body(response, request) else b""
        self._transport.write(head + body)
        self._log(response, request)

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
        self._state.total_requests += 1
        if not self._keeps_alive:
            self._transport.close()
            return
        self._advance()

    def pause_writing(self) -> None:
        self._is_write_paused = True

    def resume_writing(self) -> None:
        self._is_write_paused = False
        self._write_stream()
        if self._active is None:
            self._advance()

    # Refusing

    def _refuse(self, error: AnswerError) -> None:
        """Answers a request that cannot be read to its end, after those before it, and closes."""
        self._discarded_bytes = 0
        if self._active is not None or self._waiting:
            self._pending_refusal = error
            return
        message, self._incoming = self._incoming, NOTHING
        request = Request("GET", message.target, b"", b"", message.headers, client=self._client)
        self._write(error_response(error), request, is_last=True)
        self._resume_reading()
        self.deadline_s = self._loop.time() + deadlines.DISCARD_S
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def _discard(self, size_bytes: int) -> None:
        self._discarded_bytes = (self._discarded_bytes or 0) + size_bytes
        if self._discarded_bytes > MAX_DISCARDED_BYTES:
            self._transport.abort()

    def _log(self, response: Response, request: Request) -> None:
        if request.path.startswith(PROBE_PREFIX):
            return
        self._parts.access.log_answer(
            self._client[0] if self._client else "-",
            request.method,
            request.target.decode("latin-1"),
            request.http_version,
            response.status,
            None if response.stream else len(response.body),
            (request.named.get(b"referer") or b"-").decode("latin-1"),
            (request.named.get(b"user-agent") or b"-").decode("latin-1"),
        )


def _address(name: Any) -> Address | None:
    return (str(name[0]), int(name[1])) if isinstance(name, tuple) else None
